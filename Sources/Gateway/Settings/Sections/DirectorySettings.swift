/// Where the shared folders are. A path that is set here is in force from a node's next start on; a move sets it and puts it in force
/// without one.
package struct DirectorySettings: SettingsSection {
    /// Empty: in the node's home.
    package var messageData = ""
    package var transcripts = ""
    package var attachments = ""
    package var bayesHam = ""
    package var bayesSpam = ""
    package var bayesReplication = ""

    package init() {}

    package static let name = "directories"
    package static let title = LocalizedText("Directories", ja: "フォルダー")
    package static let scope = SettingsScopeKind.cluster

    /// Room for the names of days, hours and messages below it (PATH_MAX is 4096).
    package static let maximumPathBytes = 1024

    package static let fields: [SettingsField<Self>] = [
        folder(
            "message-data", \.messageData, LocalizedText("Message Data", ja: "メッセージデータ"),
            LocalizedText("Content of messages in the queue and in quarantine.", ja: "配送キューと隔離のメッセージ本体を保存します。")),
        folder(
            "transcripts", \.transcripts, LocalizedText("SMTP Transcripts", ja: "SMTP 通信記録"),
            LocalizedText("Dialogues of SMTP sessions.", ja: "SMTP セッションの通信記録を保存します。")),
        folder(
            "attachments", \.attachments, LocalizedText("Attachments", ja: "添付ファイル"),
            LocalizedText("Attachments that were taken out of messages.", ja: "メッセージから取り外した添付ファイルを保存します。")),
        folder(
            "bayes-ham", \.bayesHam, LocalizedText("Bayesian Learning Non-spam (BayesHam)", ja: "ベイズ学習・非スパム（BayesHam）"),
            LocalizedText("Samples of wanted mail to learn from.", ja: "学習に使用する正常なメールを保存します。")),
        folder(
            "bayes-spam", \.bayesSpam, LocalizedText("Bayesian Learning Spam (BayesSpam)", ja: "ベイズ学習・スパム（BayesSpam）"),
            LocalizedText("Samples of spam to learn from.", ja: "学習に使用するスパムを保存します。")),
        folder(
            "bayes-replication", \.bayesReplication,
            LocalizedText("Bayesian Replication (BayesReplication)", ja: "ベイズ複製（BayesReplication）"),
            LocalizedText("What was learned, for all nodes.", ja: "学習結果を全ノードに配布するためのフォルダーです。")),
    ]

    private static func folder(
        _ name: String, _ path: any WritableKeyPath<Self, String> & Sendable, _ title: LocalizedText, _ purpose: LocalizedText
    ) -> SettingsField<Self> {
        let rules = LocalizedText(
            "An absolute path that every node has; empty: “\(name)” in the node's home. Set here, it is in force when a node is started again and files are not moved; “Move” does both on the running cluster.",
            ja:
                "すべてのノードから使える絶対パスを指定してください。空の場合はノードのホームの \(name) です。ここで変更した場合はノードの再起動後に有効になり、ファイルは移動しません。「移動」は運用中のクラスターで両方を行います。"
        )
        return .value(
            name, path, maximumBytes: maximumPathBytes, title: title,
            LocalizedText("\(purpose.english) \(rules.english)", ja: purpose.japanese + rules.japanese), format: { $0 },
            parse: { (text) throws(SettingsValueError) in try normalized(text) })
    }

    /// Without a slash at its end.
    /// - Throws: a sentence when it is no absolute path; an empty text stays empty.
    package static func normalized(_ text: String) throws(SettingsValueError) -> String {
        guard !text.isEmpty else { return "" }
        let parts = text.split(separator: "/")
        let hasControl = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        guard text.hasPrefix("/"), !parts.isEmpty, !parts.contains(".."), !parts.contains("."), !hasControl else {
            throw SettingsValueError(
                "an absolute path such as /srv/securitygateway/message-data is expected",
                ja: "/srv/securitygateway/message-data のような絶対パスを入力してください")
        }
        return "/" + parts.joined(separator: "/")
    }
}
