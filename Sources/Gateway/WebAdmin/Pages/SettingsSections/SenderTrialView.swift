import Administration
import Mail
import Settings
import UserVerification

/// Asking about a sender, on the page of call-back verification.
struct SenderTrialView: Sendable {
    var address: FieldView
    private(set) var found: Found?

    struct Found: Sendable {
        let address: String
        let badge: Badge
        let reply: String?
        let server: String
        let tls: String?
        let duration: String
        let dialogue: String?
    }

    init(typed: String, _ language: Language) {
        address = FieldView("address", CallbackText.address[language], value: typed)
        address.help = CallbackText.addressHelp[language]
        address.maximumLength = EmailAddress.maximumOctets
        address.isRequired = true
    }

    mutating func show(_ examination: SenderExamination, _ language: Language) {
        let answer = examination.trial.answer
        found = Found(
            address: examination.address.description, badge: CallbackText.badge(answer?.statement, language),
            reply: answer?.text.nonEmpty, server: answer?.server.nonEmpty ?? CallbackText.noServer[language], tls: answer?.tls.nonEmpty,
            duration: "\(ShownValue.number(Int(examination.trial.duration / .milliseconds(1)))) ms",
            dialogue: examination.trial.dialogue.nonEmpty)
    }
}
