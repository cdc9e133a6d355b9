import Administration
import Mail
import UserVerification

/// Body of a question about a sender.
package struct SenderQuestionDocument: Codable, Sendable {
    package let address: String

    package init(address: String) { self.address = address }
}

/// What a sender's mail servers said when they were asked.
package struct SenderTrialDocument: Codable, Sendable {
    package let address: String
    /// `accepted`, `refused`, `undecided`, `servers-away`, `too-many-questions`.
    package let answer: String
    /// The server's reply, or why there is none.
    package let reply: String
    /// `host[address]:port`; empty when none was reached.
    package let server: String
    /// Version of TLS, empty without.
    package let tls: String
    /// Commands and replies, of each connection; empty when there was none.
    package let dialogue: String
    package let milliseconds: Int
    /// Whether mail is verified so at present.
    package let isEnabled: Bool

    init(_ examination: SenderExamination) {
        address = examination.address.description
        answer =
            switch examination.trial.answer?.statement {
            case .accepts: "accepted"
            case .refuses: "refused"
            case .undecided: "undecided"
            case .serversAway: "servers-away"
            case nil: "too-many-questions"
            }
        reply = examination.trial.answer?.text ?? ""
        server = examination.trial.answer?.server ?? ""
        tls = examination.trial.answer?.tls ?? ""
        dialogue = examination.trial.dialogue
        milliseconds = Int(examination.trial.duration / .milliseconds(1))
        isEnabled = examination.isEnabled
    }
}
