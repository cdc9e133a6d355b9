/// Settings of one node only: its name to the world and where it listens for mail (R6).
package struct NodeSettings: SettingsSection {
    /// Empty: the operating system's host name.
    package var heloName = ""
    package var smtpListeners: [ListenAddress] = []
    package var smtpsListeners: [ListenAddress] = []
    package var submissionListeners: [ListenAddress] = []
    package var metricsListener: ListenAddress?

    package init() {}

    package static let name = "node"
    package static let title = LocalizedText("This node", ja: "このノード")
    package static let scope = SettingsScopeKind.node

    package static let fields: [SettingsField<Self>] = [
        .value(
            "helo-name", \.heloName, maximumBytes: 253,
            title: LocalizedText("HELO domain name", ja: "HELO ドメイン名"),
            LocalizedText(
                "Name with which this node greets and introduces itself; it should resolve to its address. Empty: the system's host name.",
                ja: "このノードが SMTP で名乗る名前です。アドレスに解決できる必要があります。空の場合はシステムのホスト名です。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard text.isEmpty || HostAndPort(text, defaultPort: 0).map({ $0.host == text }) ?? false else {
                    throw SettingsValueError("a host name such as mx1.example.com is expected", ja: "mx1.example.com のようにホスト名を入力してください")
                }
                return text
            }),
        listeners(
            "smtp-listeners", \.smtpListeners, LocalizedText("SMTP listeners", ja: "SMTP リスナー"),
            LocalizedText("Usually 0.0.0.0:25 and [::]:25.", ja: "通常は 0.0.0.0:25 と [::]:25 です。")),
        listeners(
            "smtps-listeners", \.smtpsListeners, LocalizedText("SMTPS listeners", ja: "SMTPS リスナー"),
            LocalizedText("TLS from the first byte, usually port 465 (RFC 8314).", ja: "最初から TLS を使います。通常はポート 465 です（RFC 8314）。")),
        listeners(
            "submission-listeners", \.submissionListeners, LocalizedText("Submission listeners", ja: "サブミッションリスナー"),
            LocalizedText("Usually port 587 (RFC 6409); STARTTLS is required.", ja: "通常はポート 587 です（RFC 6409）。STARTTLS が必須です。")),
        .value(
            "metrics-listener", \.metricsListener,
            title: LocalizedText("Metrics listener", ja: "メトリクスリスナー"),
            LocalizedText(
                "Address and port for Prometheus (/metrics) and health checks (/health) over HTTP. Empty: none; the web port answers both as well.",
                ja: "Prometheus（/metrics）とヘルスチェック（/health）のアドレスとポートです。空の場合は Web のポートだけで応答します。"),
            format: { $0?.description ?? "" },
            parse: { (text) throws(SettingsValueError) in text.isEmpty ? nil : try ListenAddress.parse(text) }),
    ]

    private static func listeners(
        _ name: String, _ path: any WritableKeyPath<Self, [ListenAddress]> & Sendable, _ title: LocalizedText,
        _ documentation: LocalizedText
    ) -> SettingsField<Self> {
        .list(
            name, path, maximumCount: 16, title: title, documentation, format: { $0.description }, parse: ListenAddress.parse)
    }

    package func contradictions() -> [SettingsProblem] {
        var seen: Set<ListenAddress> = []
        let all = smtpListeners + smtpsListeners + submissionListeners + (metricsListener.map { [$0] } ?? [])
        guard let twice = all.first(where: { $0.port != 0 && !seen.insert($0).inserted }) else { return [] }
        return [
            SettingsProblem(
                section: Self.name, field: nil, message: LocalizedText("\(twice) is listed twice", ja: "\(twice) が重複しています"))
        ]
    }
}
