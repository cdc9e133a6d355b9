/// How long suspicious mail is kept.
package struct QuarantineSettings: SettingsSection {
    package var keepDays = 30

    package init() {}

    package static let name = "quarantine"
    package static let title = LocalizedText("Quarantine", ja: "隔離")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .integer(
            "keep-days", \.keepDays, 1...3650,
            title: LocalizedText("Days kept", ja: "保存日数"),
            LocalizedText(
                "Mail that nobody released or deleted is deleted after so many days. 30 days outlast a holiday.",
                ja: "解放も削除もされないメールは、この日数の後に削除します。既定値の 30 日は休暇を考慮した長さです。"))
    ]
}
