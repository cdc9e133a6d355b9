import Administration
import DomainsAndUsers
import Mail
import Settings
import UserVerification

/// Body of the two actions of a domain's user verification.
package struct VerificationRequestDocument: Codable, Sendable {
    /// In full or the local part; when forgetting, absent for all of the domain.
    package let address: String?

    package init(address: String?) { self.address = address }
}

/// What a recipient was found to be when the mail servers were asked.
package struct VerificationDocument: Codable, Sendable {
    package let address: String
    /// `any`, `listed`, `call-forward`.
    package let policy: String
    /// `listed`, `alias`, `unlisted`.
    package let listing: String
    /// The user whose alias it is.
    package let aliasOf: String?
    /// `accepted`, `refused`, `undecided`, `servers-away`.
    package let answer: String
    /// The server's reply, or why there is none.
    package let reply: String
    /// `host[address]:port`; empty when none was reached.
    package let server: String
    /// Version of TLS, empty without.
    package let tls: String
    /// What a client is answered at RCPT: `accept`, `refuse`, `try-again-later`.
    package let decision: String
    package let standing: VerificationStandingDocument

    init(_ examination: RecipientExamination) {
        address = examination.address.description
        policy = examination.policy.rawValue
        switch examination.listing {
        case .listed: (listing, aliasOf) = ("listed", nil)
        case .alias(let user): (listing, aliasOf) = ("alias", user.description)
        case .unlisted: (listing, aliasOf) = ("unlisted", nil)
        }
        answer =
            switch examination.answer.statement {
            case .accepts: "accepted"
            case .refuses: "refused"
            case .undecided: "undecided"
            case .serversAway: "servers-away"
            }
        reply = examination.answer.text
        server = examination.answer.server
        tls = examination.answer.tls
        decision = examination.decision.rawValue
        standing = VerificationStandingDocument(examination.standing)
    }
}

/// What is known of a domain's mail servers on this node.
package struct VerificationStandingDocument: Codable, Sendable {
    /// Whether they accepted an address made up at random; absent: they were not asked yet.
    package let acceptsEverything: Bool?
    package let rememberedAccepted: Int
    package let rememberedRefused: Int

    init(_ standing: VerificationStanding) {
        acceptsEverything = standing.acceptsEverything
        rememberedAccepted = standing.rememberedAccepted
        rememberedRefused = standing.rememberedRefused
    }
}
