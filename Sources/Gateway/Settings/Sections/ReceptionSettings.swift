/// How mail is taken in over SMTP: limits and times. They hold for each session from its start to its end.
package struct ReceptionSettings: SettingsSection {
    package var maximumSessions = 100
    package var maximumSessionsPerAddress = 50
    package var maximumMessageBytes = 52_428_800
    package var maximumHeaderBytes = 262_144
    package var maximumRecipients = 1000
    package var maximumMessagesPerSession = 10_000
    package var maximumErrors = 20
    package var maximumIdleCommands = 100
    package var maximumReceivedFields = 50
    package var commandTimeoutSeconds = 300
    package var dataTimeoutSeconds = 180
    package var transactionTimeoutSeconds = 1800
    package var commitTimeoutSeconds = 30
    package var shutdownGraceSeconds = 20
    package var greeting = ""
    package var greetingDelayMilliseconds = 0
    package var proxyNetworks: [NetworkRange] = []

    package init() {}

    package static let name = "reception"
    package static let title = LocalizedText("SMTP reception", ja: "SMTP 受信")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = sessionFields + messageFields + timeFields + proxyFields

    private static let sessionFields: [SettingsField<Self>] = [
        .integer(
            "maximum-sessions", \.maximumSessions, 1...100_000,
            title: LocalizedText("Inbound sessions at once", ja: "同時受信セッション数"),
            LocalizedText(
                "SMTP sessions each node serves at the same time; one more is answered 421. 100 is the product's default.",
                ja: "各ノードが同時に処理する SMTP セッション数です。超過した接続には 421 を返します。既定値は 100 です。")),
        .integer(
            "maximum-sessions-per-address", \.maximumSessionsPerAddress, 1...100_000,
            title: LocalizedText("Sessions per address", ja: "アドレスごとのセッション数"),
            LocalizedText(
                "Sessions from one IP address at the same time. 50, so that no single sender can take all of them; loopback and trusted networks are exempt.",
                ja: "1 つの IP アドレスからの同時セッション数です。単独の送信元による占有を防ぐため既定値は 50 です。ループバックと信頼するネットワークには適用しません。")),
        .integer(
            "maximum-messages-per-session", \.maximumMessagesPerSession, 1...1_000_000,
            title: LocalizedText("Messages per session", ja: "セッションごとのメッセージ数"),
            LocalizedText(
                "Messages taken in one session before it is closed with 421. High, because kept connections are cheap.",
                ja: "1 セッションで受け付けるメッセージ数です。超過すると 421 で切断します。")),
        .integer(
            "maximum-errors", \.maximumErrors, 1...10_000,
            title: LocalizedText("Errors per session", ja: "セッションごとのエラー数"),
            LocalizedText(
                "Wrong commands and refused recipients before the session is closed with 421. 20 leaves room for honest mistakes.",
                ja: "誤ったコマンドや拒否した宛先がこの回数に達すると 421 で切断します。")),
        .integer(
            "maximum-idle-commands", \.maximumIdleCommands, 10...100_000,
            title: LocalizedText("Commands without mail", ja: "メールを伴わないコマンド数"),
            LocalizedText(
                "NOOP, RSET, VRFY, HELP and the like between two messages before the session is closed with 421.",
                ja: "メッセージの間に許す NOOP、RSET、VRFY、HELP などの回数です。超過すると 421 で切断します。")),
        .value(
            "greeting", \.greeting, maximumBytes: 200,
            title: LocalizedText("Greeting", ja: "あいさつ文"),
            LocalizedText(
                "Text after the host name in the 220 greeting. Empty: “ESMTP SecurityGateway”. Printable ASCII.",
                ja: "220 応答のホスト名の後に続く文です。空の場合は「ESMTP SecurityGateway」です。ASCII 文字のみ使用できます。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                    throw SettingsValueError("only printable ASCII characters are allowed", ja: "表示可能な ASCII 文字だけを使用できます")
                }
                return text
            }),
    ]

    private static let messageFields: [SettingsField<Self>] = [
        .integer(
            "maximum-message-bytes", \.maximumMessageBytes, 65_536...2_147_483_647, .bytes,
            title: LocalizedText("Largest message", ja: "メッセージの最大サイズ"),
            LocalizedText(
                "Size announced by SIZE (RFC 1870); a larger message is refused with 552. 50 MiB is what mail servers behind commonly take.",
                ja: "SIZE（RFC 1870）で通知する上限です。超えるメッセージは 552 で拒否します。既定値は 50 MiB です。")),
        .integer(
            "maximum-header-bytes", \.maximumHeaderBytes, 16_384...16_777_216, .bytes,
            title: LocalizedText("Largest header", ja: "ヘッダーの最大サイズ"),
            LocalizedText(
                "A message with a longer header is refused with 552. Honest headers are below 100 KiB.",
                ja: "これより長いヘッダーを持つメッセージは 552 で拒否します。")),
        .integer(
            "maximum-recipients", \.maximumRecipients, 100...100_000,
            title: LocalizedText("Recipients per message", ja: "メッセージごとの宛先数"),
            LocalizedText(
                "Recipients of one transaction; further ones are answered 452. RFC 5321 section 4.5.3.1.8 demands at least 100.",
                ja: "1 通あたりの宛先数の上限です。超過分には 452 を返します。RFC 5321 は 100 以上を求めています。")),
        .integer(
            "maximum-received-fields", \.maximumReceivedFields, 10...1000,
            title: LocalizedText("Received fields before a loop", ja: "ループとみなす Received の数"),
            LocalizedText(
                "A message with more Received fields is refused with 554 as a mail loop (RFC 5321 section 6.3).",
                ja: "Received フィールドがこれより多いメッセージはループとみなし 554 で拒否します（RFC 5321 6.3）。")),
    ]

    private static let timeFields: [SettingsField<Self>] = [
        .integer(
            "command-timeout", \.commandTimeoutSeconds, 5...3600, .seconds,
            title: LocalizedText("Wait for a command", ja: "コマンド待ち時間"),
            LocalizedText("RFC 5321 section 4.5.3.2.7 asks for 5 minutes.", ja: "RFC 5321 4.5.3.2.7 は 5 分を求めています。")),
        .integer(
            "data-timeout", \.dataTimeoutSeconds, 5...3600, .seconds,
            title: LocalizedText("Wait for message data", ja: "データ待ち時間"),
            LocalizedText(
                "Between two blocks of message data; RFC 5321 section 4.5.3.2.5 asks for 3 minutes.",
                ja: "メッセージデータの間隔の上限です。RFC 5321 4.5.3.2.5 は 3 分を求めています。")),
        .integer(
            "greeting-delay", \.greetingDelayMilliseconds, 0...30_000, .milliseconds,
            title: LocalizedText("Delay of the greeting", ja: "あいさつの遅延"),
            LocalizedText(
                "On port 25 the 220 greeting waits this long; who speaks before it is answered 554. 0 by default: what came with the connection itself is noticed all the same, and no mail waits. A few thousand find programs that send without listening. Trusted networks do not wait.",
                ja:
                    "ポート 25 で 220 応答を返すまで待つ時間です。その前に送信した接続元には 554 を返します。既定値は 0 で、待ち時間なしに、接続と同時に届いた送信だけを検出します。数千ミリ秒にすると、応答を待たずに送るプログラムを検出できます。信頼するネットワークには適用しません。"
            )),
        .integer(
            "transaction-timeout", \.transactionTimeoutSeconds, 60...86_400, .seconds,
            title: LocalizedText("Longest transaction", ja: "トランザクションの最長時間"),
            LocalizedText(
                "From MAIL to the end of the data, however steadily bytes drip in. 30 minutes carry 50 MiB at 30 kB/s.",
                ja: "MAIL からデータの終わりまでの上限です。少しずつ送り続ける送信元を打ち切ります。")),
        .integer(
            "commit-timeout", \.commitTimeoutSeconds, 1...300, .seconds,
            title: LocalizedText("Wait for durable storage", ja: "保存完了待ち時間"),
            LocalizedText(
                "How long the end of the data may wait until message and queue are on disk; then 451 is answered. RFC 5321 lets clients wait 10 minutes.",
                ja: "メッセージとキューがディスクに保存されるまで待つ時間です。超過すると 451 を返します。")),
        .integer(
            "shutdown-grace", \.shutdownGraceSeconds, 0...600, .seconds,
            title: LocalizedText("Grace at stop", ja: "停止時の猶予"),
            LocalizedText(
                "Time in which running transactions may finish when the node stops; idle sessions get 421 at once.",
                ja: "ノード停止時に実行中のトランザクションを待つ時間です。待機中のセッションには直ちに 421 を返します。")),
    ]

    private static let proxyFields: [SettingsField<Self>] = [
        .list(
            "proxy-networks", \.proxyNetworks, maximumCount: 100,
            title: LocalizedText("PROXY protocol from", ja: "PROXY プロトコルの接続元"),
            LocalizedText(
                "Addresses and networks of load balancers that begin each SMTP connection with a PROXY header (version 1 or 2). The client it names is used for limits, trust and log; an SMTP connection of theirs without a valid header is closed. The web interface takes such a header too, but does not demand it. Empty by default: whoever is listed can pretend to be anybody.",
                ja:
                    "SMTP 接続の先頭に PROXY ヘッダー（バージョン 1 または 2）を付けるロードバランサーのアドレスとネットワークです。ヘッダーが示す接続元を制限、信頼、ログに使い、正しいヘッダーのない SMTP 接続は切断します。Web インターフェイスもこのヘッダーを受け付けますが、必須ではありません。登録した相手は任意の接続元を名乗れるため、既定では空です。"
            ),
            format: { $0.description }, parse: NetworkRange.parse)
    ]

    /// Whoever is listed can pretend to be anybody, trusted networks too.
    package func contradictions() -> [SettingsProblem] {
        guard let range = proxyNetworks.first(where: { $0.prefixLength < ($0.address.isIPv4 ? 8 : 16) }) else { return [] }
        return [
            SettingsProblem(
                section: Self.name, field: "proxy-networks",
                message: LocalizedText(
                    "\(range) would let a large part of the Internet pretend to be anybody; at least /8 (IPv6: /16) is required",
                    ja: "\(range) は範囲が広すぎます。/8（IPv6 は /16）以上のプレフィックス長を指定してください"))
        ]
    }

    /// Whether connections from there begin with a PROXY header.
    package func isProxy(_ address: NetworkAddress) -> Bool { proxyNetworks.contains { $0.contains(address) } }
}
