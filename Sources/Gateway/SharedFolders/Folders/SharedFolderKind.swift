package import Settings

/// The folders that all nodes share and that this version uses. The product's others (attachments, samples for learning, replication of what
/// was learned) come with what fills them.
package enum SharedFolderKind: String, Sendable, Hashable, CaseIterable {
    case messageData = "message-data"
    case transcripts

    package var title: LocalizedText {
        switch self {
        case .messageData: LocalizedText("Message Data", ja: "メッセージデータ")
        case .transcripts: LocalizedText("SMTP Transcripts", ja: "SMTP 通信記録")
        }
    }

    /// Below the node's home, where no path is set.
    package var defaultName: String { rawValue }

    /// The path in the settings; empty where none is set.
    package func configuredPath(_ settings: DirectorySettings) -> String {
        switch self {
        case .messageData: settings.messageData
        case .transcripts: settings.transcripts
        }
    }
}
