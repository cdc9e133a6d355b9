package import Settings

/// Why an action was not done. What is shown to the person is `message`; the log keeps the cause.
package enum AdministrationError: Error, Sendable, Hashable {
    /// Some of what was entered is refused; each problem names its field where there is one.
    case invalid([FieldProblem])
    /// What it was to be done to is not there (any more).
    case notFound(LocalizedText)
    /// Someone else was faster; nothing was changed.
    case conflict(LocalizedText)
    /// Someone else saved the same section of settings first; nothing was written.
    case settingsConflict(SettingsConflict)
    /// The caller may not do this.
    case denied(LocalizedText)
    /// The request has no valid API key.
    case unauthenticated
    /// Too many failed sign-ins for the name or from the address.
    case tooManyAttempts
    /// Transient: the database or a folder did not answer.
    case unavailable(cause: String)

    /// A sentence for the person, without anything of the inside.
    package var message: LocalizedText {
        switch self {
        case .invalid(let problems):
            LocalizedText(
                problems.map(\.message.english).joined(separator: "; "), ja: problems.map(\.message.japanese).joined(separator: "。"))
        case .notFound(let text), .conflict(let text), .denied(let text): text
        case .settingsConflict(let conflict): conflict.message
        case .unauthenticated:
            LocalizedText(
                "A valid API key is needed: “Authorization: Bearer sgk_…”.", ja: "有効な API キーが必要です（Authorization: Bearer sgk_…）。")
        case .tooManyAttempts:
            LocalizedText(
                "Too many failed sign-ins. Wait 15 minutes and try again.", ja: "サインインの失敗が多すぎます。15 分待ってからやり直してください。")
        case .unavailable:
            LocalizedText(
                "The database or a folder does not answer at the moment. Nothing was changed; try again shortly.",
                ja: "データベースまたはフォルダーが応答していません。変更は行われていません。しばらくしてからやり直してください。")
        }
    }
}

/// A refused entry.
package struct FieldProblem: Error, Sendable, Hashable {
    /// Name of the form's or API's field; `nil` when it concerns the whole.
    package let field: String?
    package let message: LocalizedText

    package init(field: String?, message: LocalizedText) {
        self.field = field
        self.message = message
    }

    package init(_ field: String?, _ english: String, ja japanese: String) {
        self.init(field: field, message: LocalizedText(english, ja: japanese))
    }
}

extension AdministrationError {
    init(_ error: SettingsError) {
        switch error {
        case .invalid(let problems): self = .invalid(problems.map { FieldProblem(field: $0.field, message: $0.message) })
        case .revisionConflict:
            self = .conflict(
                LocalizedText(
                    "Someone else changed these settings meanwhile. They are shown as they are now; enter your change again.",
                    ja: "ほかの管理者が設定を変更しました。現在の値を表示しています。もう一度入力してください。"))
        case .unavailable(let cause): self = .unavailable(cause: cause)
        }
    }
}
