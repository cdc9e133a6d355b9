package import DomainsAndUsers
package import Mail
import Synchronization
package import UserVerification

/// Mail servers of which tests say what they answer about which recipient; they accept whomever they were told nothing of.
package final class ScriptedMailServers: RecipientProbe {
    private let state = Mutex<(answers: [String: ProbeAnswer], questions: [EmailAddress])>(([:], []))

    /// Accepting everybody.
    package init() {}

    /// From now on this is said of an address.
    package func say(_ answer: ProbeAnswer, of address: String) { state.withLock { $0.answers[address] = answer } }

    /// Whom was asked about, in order.
    package var questions: [EmailAddress] { state.withLock { $0.questions } }

    package func ask(
        about recipient: EmailAddress, of domain: ProtectedDomain, from sender: ReversePath, limit: Duration
    ) async -> ProbeAnswer {
        state.withLock { state in
            state.questions.append(recipient)
            let usual = ProbeAnswer(.accepts, text: "250 2.1.5 ok", server: "mail.example[192.0.2.25]:25")
            return state.answers[recipient.description] ?? usual
        }
    }
}
