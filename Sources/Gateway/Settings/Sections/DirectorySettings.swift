/// Where the shared folders are. In force from a node's next start on.
package struct DirectorySettings: SettingsSection {
    /// Empty: in the node's home.
    package var messageData = ""
    package var transcripts = ""

    package init() {}

    package static let name = "directories"
    package static let title = LocalizedText("Directories", ja: "フォルダー")
    package static let scope = SettingsScopeKind.cluster

    /// Room for the names of days, hours and messages below it (PATH_MAX is 4096).
    package static let maximumPathBytes = 1024

    package static let fields: [SettingsField<Self>] = [
        folder(
            "message-data", \.messageData, LocalizedText("Message Data", ja: "メッセージデータ"),
            LocalizedText(
                "Content of messages in the queue and in quarantine. An absolute path that every node has; empty: “message-data” in the node's home. In force when a node is started again. Files are not moved: stop the nodes and copy them.",
                ja:
                    "配送キューと隔離のメッセージ本体を保存します。すべてのノードから使える絶対パスを指定してください。空の場合はノードのホームの message-data です。ノードの再起動後に有効になります。既存のファイルは移動しません。ノードを停止してからコピーしてください。"
            )),
        folder(
            "transcripts", \.transcripts, LocalizedText("SMTP Transcripts", ja: "SMTP 通信記録"),
            LocalizedText(
                "Dialogues of SMTP sessions. An absolute path that every node has; empty: “transcripts” in the node's home. In force when a node is started again. Files are not moved.",
                ja: "SMTP セッションの通信記録を保存します。すべてのノードから使える絶対パスを指定してください。空の場合はノードのホームの transcripts です。ノードの再起動後に有効になります。既存のファイルは移動しません。"
            )),
    ]

    private static func folder(
        _ name: String, _ path: any WritableKeyPath<Self, String> & Sendable, _ title: LocalizedText, _ documentation: LocalizedText
    ) -> SettingsField<Self> {
        .value(
            name, path, maximumBytes: maximumPathBytes, title: title, documentation, format: { $0 },
            parse: { (text) throws(SettingsValueError) in try normalized(text) })
    }

    /// Without a slash at its end.
    private static func normalized(_ text: String) throws(SettingsValueError) -> String {
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
