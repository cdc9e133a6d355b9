/// How accepted mail goes on: routes, connections, retries.
package struct DeliverySettings: SettingsSection {
    package var smartHost: HostAndPort?
    package var smartHostTLS = ConnectionSecurity.opportunistic
    package var maximumConnections = 100
    package var connectionsPerDestination = 20
    package var firstConnectionsPerDestination = 5
    package var longestPauseSeconds = 60
    package var recipientsPerTransaction = 100
    package var messagesPerConnection = 100
    package var idleConnectionSeconds = 5
    package var connectTimeoutSeconds = 30
    package var replyTimeoutSeconds = 300
    package var firstHourRetryMinutes = 5
    package var laterRetryMinutes = 240
    package var expireAfterHours = 120
    package var delayNoticeAfterHours = 4
    package var activeRecipients = 20_000
    package var activeContentBytes = 67_108_864

    package init() {}

    package static let name = "delivery"
    package static let title = LocalizedText("Delivery", ja: "配送")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = routeFields + connectionFields + retryFields

    private static let routeFields: [SettingsField<Self>] = [
        .value(
            "smart-host", \.smartHost,
            title: LocalizedText("Smart host", ja: "スマートホスト"),
            LocalizedText(
                "Host and port that takes all mail to foreign domains. Empty: the recipient domain's MX records decide.",
                ja: "外部ドメイン宛のメールをすべて渡すホストとポートです。空の場合は宛先ドメインの MX レコードに従います。"),
            format: { $0?.description ?? "" },
            parse: { (text) throws(SettingsValueError) in
                if text.isEmpty { return nil }
                guard let host = HostAndPort(text, defaultPort: 25) else {
                    throw SettingsValueError(
                        "a host such as mail.example.com:25 is expected", ja: "mail.example.com:25 のようにホストを入力してください")
                }
                return host
            }),
        .choice(
            "smart-host-tls", \.smartHostTLS, ConnectionSecurity.choices,
            title: LocalizedText("TLS to the smart host", ja: "スマートホストへの TLS"),
            LocalizedText("Whether the connection must be encrypted.", ja: "接続を暗号化する方法です。")),
    ]

    private static let connectionFields: [SettingsField<Self>] = [
        .integer(
            "maximum-connections", \.maximumConnections, 1...10_000,
            title: LocalizedText("Connections in all", ja: "接続数の合計"),
            LocalizedText("Outbound SMTP connections of one node at once.", ja: "1 ノードの同時送信接続数です。")),
        .integer(
            "connections-per-destination", \.connectionsPerDestination, 1...1000,
            title: LocalizedText("Connections per destination", ja: "配送先ごとの接続数"),
            LocalizedText(
                "Connections to one next hop at once, lowered by itself while it fails. 20 is what large receivers tolerate.",
                ja: "1 つの配送先への同時接続数です。失敗が続く間は自動的に減らします。")),
        .integer(
            "first-connections-per-destination", \.firstConnectionsPerDestination, 1...1000,
            title: LocalizedText("First connections per destination", ja: "配送先ごとの初期接続数"),
            LocalizedText(
                "Connections at once to a next hop nothing is known of; one more with each success. 5 does not startle a small server.",
                ja: "未知の配送先に最初に張る同時接続数です。成功するたびに 1 つ増やします。既定値の 5 は小規模なサーバーにも負担になりません。")),
        .integer(
            "longest-pause", \.longestPauseSeconds, 1...3600, .seconds,
            title: LocalizedText("Longest pause of a destination", ja: "配送先への接続を控える最長時間"),
            LocalizedText(
                "A next hop that cannot be reached is left alone for 1 second, then twice as long each time, up to this.",
                ja: "接続できない配送先への接続を控える時間の上限です。1 秒から始め、失敗のたびに 2 倍にします。")),
        .integer(
            "recipients-per-transaction", \.recipientsPerTransaction, 1...10_000,
            title: LocalizedText("Recipients per transaction", ja: "トランザクションごとの宛先数"),
            LocalizedText(
                "Recipients given to a next hop at once. 100 is what every server must take (RFC 5321 section 4.5.3.1.8).",
                ja: "1 回のトランザクションで配送先へ渡す宛先数です。RFC 5321 4.5.3.1.8 は 100 件の受け付けを求めています。")),
        .integer(
            "messages-per-connection", \.messagesPerConnection, 1...10_000,
            title: LocalizedText("Messages per connection", ja: "接続ごとのメッセージ数"),
            LocalizedText("A connection is closed after so many messages.", ja: "この数のメッセージを送ると接続を閉じます。")),
        .integer(
            "idle-connection", \.idleConnectionSeconds, 0...300, .seconds,
            title: LocalizedText("Keep idle connections", ja: "待機接続の保持"),
            LocalizedText("How long an unused connection is kept for the next message.", ja: "未使用の接続を次のメッセージのために保持する時間です。")),
        .integer(
            "connect-timeout", \.connectTimeoutSeconds, 1...300, .seconds,
            title: LocalizedText("Wait for a connection", ja: "接続待ち時間"),
            LocalizedText("Per address of the next hop.", ja: "配送先のアドレスごとの上限です。")),
        .integer(
            "reply-timeout", \.replyTimeoutSeconds, 5...3600, .seconds,
            title: LocalizedText("Wait for a reply", ja: "応答待ち時間"),
            LocalizedText(
                "RFC 5321 section 4.5.3.2 asks for 5 minutes; the reply to the final dot is waited for twice as long.",
                ja: "RFC 5321 4.5.3.2 は 5 分を求めています。最終ドットへの応答は 2 倍の時間待ちます。")),
        .integer(
            "active-recipients", \.activeRecipients, 100...1_000_000,
            title: LocalizedText("Recipients in memory", ja: "メモリ上の宛先数"),
            LocalizedText(
                "Recipients a node holds ready for delivery; more wait in the database.",
                ja: "ノードが配送待ちとしてメモリに保持する宛先数です。残りはデータベースで待機します。")),
        .integer(
            "active-content", \.activeContentBytes, 0...4_294_967_296, .bytes,
            title: LocalizedText("Content in memory", ja: "メモリ上の本文"),
            LocalizedText(
                "Bytes of fresh messages kept in memory until delivered; beyond that, content is read from its file.",
                ja: "配送まで新着メッセージの本文をメモリに保持する量です。超過分はファイルから読み込みます。")),
    ]

    private static let retryFields: [SettingsField<Self>] = [
        .integer(
            "first-hour-retry", \.firstHourRetryMinutes, 1...60, .minutes,
            title: LocalizedText("Retry in the first hour", ja: "最初の 1 時間の再試行間隔"),
            LocalizedText("5 minutes, the product's default.", ja: "既定値は 5 分です。")),
        .integer(
            "later-retry", \.laterRetryMinutes, 1...1440, .minutes,
            title: LocalizedText("Retry later", ja: "以後の再試行間隔"),
            LocalizedText("240 minutes, the product's default.", ja: "既定値は 240 分です。")),
        .integer(
            "expire-after", \.expireAfterHours, 1...720, .hours,
            title: LocalizedText("Give up after", ja: "配送を断念するまで"),
            LocalizedText(
                "Then the sender gets a report. 120 hours: RFC 5321 section 4.5.4.1 asks for 4 to 5 days.",
                ja: "経過すると送信者へ不達通知を送ります。RFC 5321 4.5.4.1 は 4～5 日を求めています。")),
        .integer(
            "delay-notice-after", \.delayNoticeAfterHours, 0...720, .hours,
            title: LocalizedText("Report a delay after", ja: "遅延を通知するまで"),
            LocalizedText(
                "One report to the sender who asked for it (NOTIFY=DELAY, RFC 3461); 0 sends none.",
                ja: "NOTIFY=DELAY（RFC 3461）を求めた送信者へ一度だけ通知します。0 は通知しません。")),
    ]

    package func contradictions() -> [SettingsProblem] {
        guard delayNoticeAfterHours >= expireAfterHours else { return [] }
        return [
            SettingsProblem(
                section: Self.name, field: "delay-notice-after",
                message: LocalizedText(
                    "must be shorter than the time after which delivery is given up", ja: "配送を断念するまでの時間より短くしてください"))
        ]
    }
}

/// How a connection to a mail server is protected.
package enum ConnectionSecurity: String, Sendable, Hashable, Codable, CaseIterable {
    /// Plain text.
    case none
    /// STARTTLS when the server offers it; its certificate is not checked (RFC 7435).
    case opportunistic
    /// STARTTLS or nothing; the certificate is not checked.
    case required
    /// STARTTLS with a certificate that is valid for the host's name, or nothing.
    case verified
    /// TLS from the first byte (port 465); the certificate is not checked.
    case implicit
    /// TLS from the first byte with a certificate that is valid for the host's name, or nothing.
    case implicitVerified = "implicit-verified"

    package static let choices: [(ConnectionSecurity, LocalizedText)] = [
        (.none, LocalizedText("No TLS", ja: "TLS なし")),
        (.opportunistic, LocalizedText("STARTTLS when offered", ja: "可能なら STARTTLS")),
        (.required, LocalizedText("STARTTLS required", ja: "STARTTLS 必須")),
        (.verified, LocalizedText("STARTTLS with a valid certificate", ja: "STARTTLS と有効な証明書が必須")),
        (.implicit, LocalizedText("TLS from the start", ja: "最初から TLS")),
        (.implicitVerified, LocalizedText("TLS from the start with a valid certificate", ja: "最初から TLS と有効な証明書が必須")),
    ]

    /// TLS from the first byte.
    package var isImplicit: Bool {
        switch self {
        case .implicit, .implicitVerified: true
        case .none, .opportunistic, .required, .verified: false
        }
    }

    /// The server must prove who it is.
    package var isVerified: Bool {
        switch self {
        case .verified, .implicitVerified: true
        case .none, .opportunistic, .required, .implicit: false
        }
    }

    package var title: LocalizedText { Self.choices.first { $0.0 == self }?.1 ?? LocalizedText(rawValue, ja: rawValue) }
}
