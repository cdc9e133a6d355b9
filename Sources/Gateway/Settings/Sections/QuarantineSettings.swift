/// How long suspicious mail is kept, whose quarantine it goes to, and what users may do with theirs.
package struct QuarantineSettings: SettingsSection {
    package var keepDays = 30
    package var usersMaySignIn = true
    package var usersMayRelease = true
    package var suspiciousMail = Owner.user
    package var dangerousMail = Owner.administrator

    package init() {}

    /// Whose quarantine mail goes to.
    package enum Owner: String, Sendable, Hashable {
        case user, administrator
    }

    package static let name = "quarantine"
    package static let title = LocalizedText("Quarantine", ja: "隔離")
    package static let scope = SettingsScopeKind.cluster

    package static let fields: [SettingsField<Self>] = [
        .integer(
            "keep-days", \.keepDays, 1...3650,
            title: LocalizedText("Days kept", ja: "保存日数"),
            LocalizedText(
                "Mail that nobody released or deleted is deleted after so many days. 30 days outlast a holiday.",
                ja: "解放も削除もされないメールは、この日数の後に削除します。既定値の 30 日は休暇を考慮した長さです。")),
        .boolean(
            "users-may-sign-in", \.usersMaySignIn,
            title: LocalizedText("Users see their own quarantine", ja: "ユーザーによる隔離の閲覧"),
            LocalizedText(
                "A user signs in at /my with his address and his password, and sees what is kept back for him in the users' quarantine. Off: nobody but administrators sees quarantined mail.",
                ja: "ユーザーはメールアドレスとパスワードで /my にサインインし、自分宛に隔離されたメール（ユーザーの隔離）を確認できます。無効の場合、隔離されたメールは管理者だけが確認できます。")),
        .boolean(
            "users-may-release", \.usersMayRelease,
            title: LocalizedText("Users release their own mail", ja: "ユーザーによる解放"),
            LocalizedText(
                "A user may release what is kept back for him, for himself alone. Off: he may look at it and delete it.",
                ja: "ユーザーは自分宛に隔離されたメールを、自分の分だけ解放できます。無効の場合は閲覧と削除だけができます。")),
        .choice(
            "suspicious-mail", \.suspiciousMail, owners,
            title: LocalizedText("Suspicious mail goes to", ja: "疑わしいメールの隔離先"),
            LocalizedText("Mail kept back for its score alone.", ja: "スコアだけを理由に隔離するメールの隔離先です。")),
        .choice(
            "dangerous-mail", \.dangerousMail, owners,
            title: LocalizedText("Dangerous mail goes to", ja: "危険なメールの隔離先"),
            LocalizedText(
                "Mail with something that no allow list excuses, such as a blocked attachment. In the users' quarantine its recipients could release it.",
                ja: "禁止した添付ファイルなど、許可リストでも許されないものを含むメールの隔離先です。ユーザーの隔離にすると、宛先のユーザーが解放できるようになります。")),
    ]

    private static let owners: [(Owner, LocalizedText)] = [
        (.user, LocalizedText("Users' quarantine", ja: "ユーザーの隔離")),
        (.administrator, LocalizedText("Administrators' quarantine", ja: "管理者の隔離")),
    ]
}
