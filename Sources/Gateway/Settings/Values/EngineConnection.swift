/// How one outside engine is asked, and what happens to mail while it cannot be: the same for all of them.
package struct EngineConnection: Sendable, Hashable {
    package var isEnabled = false
    package var server: EngineAddress
    package var timeLimitSeconds: Int
    package var maximumConnections = 10
    package var maximumMegabytes: Int
    package var whenAway = EngineAbsence.pass
    package var pauseSeconds = 15

    package init(server: EngineAddress, timeLimitSeconds: Int, maximumMegabytes: Int) {
        self.server = server
        self.timeLimitSeconds = timeLimitSeconds
        self.maximumMegabytes = maximumMegabytes
    }

    package var timeLimit: Duration { .seconds(timeLimitSeconds) }
    package var maximumBytes: Int { maximumMegabytes << 20 }
}

/// What happens to a message that an engine should have looked at and could not.
package enum EngineAbsence: String, Sendable, Hashable {
    /// The other checks decide alone.
    case pass
    /// Kept in the administrators' quarantine.
    case hold
    /// 451: the sender comes again.
    case refuse

    package var title: LocalizedText {
        switch self {
        case .pass: LocalizedText("Let the message pass", ja: "通す")
        case .hold: LocalizedText("Hold it in the administrators' quarantine", ja: "管理者の隔離に保留")
        case .refuse: LocalizedText("Refuse for now (451)", ja: "一時拒否（451）")
        }
    }
}

/// A section with an outside engine in it.
protocol EngineSettingsSection: SettingsSection {
    var connection: EngineConnection { get set }
}

extension EngineSettingsSection {
    /// - Parameter product: as in “ClamAV”.
    static func connectionFields(_ product: String, example: String) -> [SettingsField<Self>] {
        [
            .boolean(
                "enabled", \.connection.isEnabled, title: LocalizedText("Ask \(product)", ja: "\(product) を使用"),
                LocalizedText(
                    "Off by default: the engine is a program of its own that is installed and kept up to date separately.",
                    ja: "既定では無効です。エンジンは別のプログラムで、インストールと更新は個別に行います。")
            ).weighing,
            .value(
                "server", \.connection.server, maximumBytes: 300, title: LocalizedText("Server", ja: "サーバー"),
                LocalizedText(
                    "Host and port, or the path of a local socket, such as \(example). Each node asks the engine of this name: with 127.0.0.1 or a local socket its own.",
                    ja: "ホストとポート、またはローカルソケットのパスを指定します（例: \(example)）。127.0.0.1 またはローカルソケットの場合、各ノードは自分のエンジンを使用します。"),
                format: { $0.description }, parse: EngineAddress.parse),
            .integer(
                "time-limit", \.connection.timeLimitSeconds, 1...120, .seconds, title: LocalizedText("Time limit", ja: "制限時間"),
                LocalizedText(
                    "How long one message may take, from waiting for a free connection to the answer. The sender waits for as long; RFC 5321 gives it ten minutes.",
                    ja: "接続の空きを待つ時間から応答までを含む、1 通の処理時間の上限です。その間、送信元は応答を待ちます（RFC 5321 では 10 分まで）。")),
            .integer(
                "connections", \.connection.maximumConnections, 1...500, title: LocalizedText("Connections", ja: "接続数"),
                LocalizedText(
                    "Most messages a node gives to the engine at once; others wait within the time limit. Not more than the engine's own processes or threads.",
                    ja: "各ノードが同時に検査を依頼するメッセージ数の上限です。それを超えるメッセージは制限時間内で待ちます。エンジン側のプロセス数またはスレッド数以下にしてください。")),
            .integer(
                "maximum-megabytes", \.connection.maximumMegabytes, 1...2000,
                title: LocalizedText("Largest message (megabytes)", ja: "検査するメッセージの最大サイズ（メガバイト）"),
                LocalizedText(
                    "Larger messages are not given to the engine. The engine's own limit must not be lower.",
                    ja: "これより大きいメッセージは検査しません。エンジン側の上限はこの値以上にしてください。")),
            .choice(
                "when-away", \.connection.whenAway, [EngineAbsence.pass, .hold, .refuse].map { ($0, $0.title) },
                title: LocalizedText("When it cannot be asked", ja: "検査できないとき"),
                LocalizedText(
                    "What happens to a message while the engine is away, too slow or too busy, or answers nonsense. Held messages wait in the administrators' quarantine until they are released or deleted. No allow list excuses a message from this.",
                    ja:
                        "エンジンが停止している、遅い、混雑している、または応答が不正な場合のメッセージの扱いです。保留したメッセージは、解放または削除されるまで管理者の隔離に残ります。許可リストによる免除はありません。"
                )
            ).weighing,
            .integer(
                "pause", \.connection.pauseSeconds, 1...600, .seconds, title: LocalizedText("Pause after failures", ja: "失敗後の停止時間"),
                LocalizedText(
                    "After three failures in a row no message waits for the engine any more; after this time the gateway looks whether it is back, and after each vain look it waits twice as long, up to eight times.",
                    ja: "3 回続けて失敗すると、メッセージはエンジンを待たなくなります。この時間の後に回復を確認し、回復していなければ確認の間隔を 2 倍ずつ、最大 8 倍まで延ばします。")),
        ]
    }
}
