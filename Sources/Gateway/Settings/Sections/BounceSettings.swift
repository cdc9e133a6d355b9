/// Reports to senders about mail that could not be delivered (RFC 3464).
package struct BounceSettings: SettingsSection {
    package var reportingDomain = ""
    package var maximumReturnedBytes = 1_048_576
    package var language = ReportLanguage.both

    package init() {}

    package static let name = "bounces"
    package static let title = LocalizedText("Delivery reports", ja: "配送通知")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .value(
            "reporting-domain", \.reportingDomain, maximumBytes: 253,
            title: LocalizedText("Domain of the sender", ja: "差出人のドメイン"),
            LocalizedText(
                "Reports come from MAILER-DAEMON at this domain. Empty: the node's HELO name.",
                ja: "通知は、このドメインの MAILER-DAEMON から送られます。空の場合はノードの HELO 名です。"),
            format: { $0 },
            parse: { (text) throws(SettingsValueError) in
                guard text.isEmpty || HostAndPort(text, defaultPort: 0).map({ $0.host == text }) ?? false else {
                    throw SettingsValueError("a domain such as example.com is expected", ja: "example.com のようにドメインを入力してください")
                }
                return text
            }),
        .integer(
            "maximum-returned-bytes", \.maximumReturnedBytes, 0...52_428_800, .bytes,
            title: LocalizedText("Returned content", ja: "返送する本文"),
            LocalizedText(
                "A larger message is returned as its header only, as RFC 3461 section 6.2 allows.",
                ja: "これより大きいメッセージはヘッダーだけを返送します（RFC 3461 6.2）。")),
        .choice(
            "language", \.language,
            [
                (.english, LocalizedText("English", ja: "英語")), (.japanese, LocalizedText("Japanese", ja: "日本語")),
                (.both, LocalizedText("Both", ja: "両方")),
            ],
            title: LocalizedText("Language of reports", ja: "通知の言語"),
            LocalizedText("Language of the readable part of a report.", ja: "通知の本文に使う言語です。")),
    ]

    package enum ReportLanguage: String, Sendable, Hashable {
        case english = "en"
        case japanese = "ja"
        case both
    }
}
