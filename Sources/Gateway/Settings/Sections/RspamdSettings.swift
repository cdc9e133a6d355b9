/// Rspamd's normal worker, which gives a score and an action.
package struct RspamdSettings: EngineSettingsSection {
    package var connection = EngineConnection(
        server: .host(HostAndPort(host: "127.0.0.1", port: 11333)), timeLimitSeconds: 20, maximumMegabytes: 10)
    package var percent = 100
    package var highestScore = FilterScore.largest
    package var countsNegative = false
    package var heedsActions = false

    package init() {}

    package static let name = "rspamd"
    package static let title = LocalizedText("Rspamd", ja: "Rspamd")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] =
        connectionFields("Rspamd", example: "127.0.0.1:11333") + [
            EngineScoreFields.percent(\.percent), EngineScoreFields.highest(\.highestScore),
            EngineScoreFields.negative(\.countsNegative),
            .boolean(
                "heed-actions", \.heedsActions, title: LocalizedText("Heed its actions", ja: "Rspamd のアクションに従う"),
                LocalizedText(
                    "“reject” of Rspamd then refuses the message, and “soft reject” and “greylist” answer 451, instead of the score. Off: only the score counts, by the thresholds of this gateway.",
                    ja: "有効にすると、スコアの代わりに Rspamd の reject で拒否し、soft reject と greylist で 451 を返します。無効の場合は、スコアだけをこのゲートウェイのしきい値で判定します。")
            ).weighing,
        ]
}
