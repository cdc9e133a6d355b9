package import Settings

/// The folders that all nodes share (R10).
package enum SharedFolderKind: String, Sendable, Hashable, CaseIterable, Codable {
    case messageData = "message-data"
    case transcripts
    case attachments
    case bayesHam = "bayes-ham"
    case bayesSpam = "bayes-spam"
    case bayesReplication = "bayes-replication"

    package var title: LocalizedText {
        switch self {
        case .messageData: LocalizedText("Message Data", ja: "メッセージデータ")
        case .transcripts: LocalizedText("SMTP Transcripts", ja: "SMTP 通信記録")
        case .attachments: LocalizedText("Attachments", ja: "添付ファイル")
        case .bayesHam: LocalizedText("Bayesian Learning Non-spam", ja: "ベイズ学習・非スパム")
        case .bayesSpam: LocalizedText("Bayesian Learning Spam", ja: "ベイズ学習・スパム")
        case .bayesReplication: LocalizedText("Bayesian Replication", ja: "ベイズ複製")
        }
    }

    /// The last stands on the Clustering page alone, as in the manual.
    package var isOnDirectoriesPage: Bool { self != .bayesReplication }

    /// Below the node's home, where no path is set.
    package var defaultName: String { rawValue }

    /// The path in the settings; empty where none is set.
    package func configuredPath(_ settings: DirectorySettings) -> String { settings[keyPath: path] }

    /// The name of its setting in the section `directories`.
    package var settingName: String { rawValue }

    private var path: any KeyPath<DirectorySettings, String> & Sendable {
        switch self {
        case .messageData: \.messageData
        case .transcripts: \.transcripts
        case .attachments: \.attachments
        case .bayesHam: \.bayesHam
        case .bayesSpam: \.bayesSpam
        case .bayesReplication: \.bayesReplication
        }
    }

    /// Whether nodes that have set no path must all the same have one folder: Message Data is linked in each home. The others lie in
    /// each node's own home then.
    package var isOneFolderByDefault: Bool { self == .messageData }
}
