import Delivery
import DomainsAndUsers
import Mail
import UserVerification

/// UserVerification's questions are asked by Delivery's SMTP client.
struct QuestionToMailServers: RecipientProbe {
    let question: MailServerQuestion

    func ask(
        about recipient: EmailAddress, of domain: ProtectedDomain, from sender: ReversePath, limit: Duration
    ) async -> ProbeAnswer {
        let answer = await question.ask(about: recipient, of: domain, from: sender, limit: limit)
        let statement: ProbeAnswer.Statement =
            switch answer.statement {
            case .accepts: .accepts
            case .refuses: .refuses
            case .none: answer.wasReached ? .undecided : .serversAway
            }
        return ProbeAnswer(statement, text: answer.text, server: answer.server, tls: answer.tls)
    }
}
