/// SpamAssassin's daemon spamd, which gives a score.
package struct SpamAssassinSettings: EngineSettingsSection {
    package var connection = EngineConnection(
        server: .host(HostAndPort(host: "127.0.0.1", port: 783)), timeLimitSeconds: 30, maximumMegabytes: 1)
    package var percent = 100
    package var highestScore = FilterScore.largest
    package var countsNegative = false
    package var user = ""

    package init() {}

    package static let name = "spamassassin"
    package static let title = LocalizedText("SpamAssassin", ja: "SpamAssassin")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] =
        connectionFields("SpamAssassin", example: "127.0.0.1:783") + [
            EngineScoreFields.percent(\.percent), EngineScoreFields.highest(\.highestScore),
            EngineScoreFields.negative(\.countsNegative),
            .value(
                "user", \.user, maximumBytes: 64, title: LocalizedText("User", ja: "ユーザー"),
                LocalizedText(
                    "Whose preferences spamd takes; empty: those it has for everybody.", ja: "spamd が使用する設定のユーザーです。空の場合は共通の設定を使用します。"),
                format: { $0 },
                parse: { (text) throws(SettingsValueError) in
                    guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
                        throw SettingsValueError("printable ASCII characters are expected", ja: "表示可能な ASCII 文字を入力してください")
                    }
                    return text
                }),
        ]
}

/// What sections of engines with a score have in common.
enum EngineScoreFields {
    static func percent<Section: SettingsSection>(_ path: any WritableKeyPath<Section, Int> & Sendable) -> SettingsField<Section> {
        .integer(
            "percent", path, 0...1000, title: LocalizedText("Weight (percent)", ja: "重み（パーセント）"),
            LocalizedText(
                "How much of the engine's score counts here. Both scales call about 5 spam, so all of it does; 0 shows the score and counts nothing.",
                ja: "エンジンのスコアをどれだけ加算するかです。どちらの尺度でも約 5 が迷惑メールの目安なので、既定では全部を加算します。0 の場合は表示だけを行います。")
        ).weighing
    }

    static func highest<Section: SettingsSection>(_ path: any WritableKeyPath<Section, FilterScore> & Sendable) -> SettingsField<Section> {
        .score(
            "highest-score", path, title: LocalizedText("Counts at most", ja: "加算の上限"),
            LocalizedText(
                "With less than the score for refusal the engine alone refuses no message.", ja: "拒否するスコアより低くすると、このエンジンだけを理由に拒否することはありません。")
        )
    }

    static func negative<Section: SettingsSection>(_ path: any WritableKeyPath<Section, Bool> & Sendable) -> SettingsField<Section> {
        .boolean(
            "count-negative", path, title: LocalizedText("Negative scores count", ja: "負のスコアも加算"),
            LocalizedText(
                "Off: what the engine says for a message does not outweigh what other checks say against it.",
                ja: "無効の場合、エンジンの負のスコアで他の検査のスコアを打ち消しません。"))
    }
}
