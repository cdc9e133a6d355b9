package import DomainsAndUsers
package import Mail

/// Asks mail servers about recipients. Joined to Delivery's SMTP client by GatewayNode.
package protocol RecipientProbe: Sendable {
    /// Never sends a message, and takes no longer than `limit` by much; cancelling the task ends it soon.
    /// - Parameter sender: of MAIL.
    func ask(about recipient: EmailAddress, of domain: ProtectedDomain, from sender: ReversePath, limit: Duration) async -> ProbeAnswer
}

/// What mail servers said of a recipient.
package struct ProbeAnswer: Sendable, Hashable {
    package let statement: Statement
    /// The server's reply, or why there is none; one line.
    package let text: String
    /// `host[address]:port`; empty when none was reached.
    package let server: String
    /// Version of TLS, empty without.
    package let tls: String

    package enum Statement: Sendable, Hashable {
        case accepts
        case refuses
        /// A server was reached, and said nothing that could be taken for a statement on the recipient.
        case undecided
        /// None could be asked.
        case serversAway
    }

    package init(_ statement: Statement, text: String, server: String = "", tls: String = "") {
        self.statement = statement
        self.text = text
        self.server = server
        self.tls = tls
    }

    /// The question took too long.
    static let late = ProbeAnswer(.serversAway, text: "the mail servers did not answer in time")
}
