package import DomainsAndUsers
package import Mail
import NIOCore
import SMTP
import Settings

/// Asks a domain's mail servers whether they take mail for an address, as mail would be delivered to them: same servers, order, TLS and
/// sign-in. Nothing is ever sent: EHLO, MAIL, RCPT, RSET, QUIT.
package struct MailServerQuestion: Sendable {
    private let environment: DeliveryEnvironment

    package init(_ environment: DeliveryEnvironment) { self.environment = environment }

    /// So many hosts may stay silent before the last one is asked.
    private static let silentHosts: Int64 = 3

    /// The first server with which a conversation comes about decides.
    /// - Parameters:
    ///   - sender: of MAIL.
    ///   - limit: for all of it; cancelling the task ends it soon.
    package func ask(
        about recipient: EmailAddress, of domain: ProtectedDomain, from sender: ReversePath, limit: Duration
    ) async -> MailServerAnswer {
        let settings = environment.settings
        let time = TimeAmount(limit)
        let patience = NextHopConnector.Patience(connect: .nanoseconds(time.nanoseconds / Self.silentHosts), reply: time)
        let nextHop: NextHop = domain.mailServers.isEmpty ? .unconfigured(domain.name) : .servers(domain.mailServersByPriority)
        do throws(RouteFailure) {
            let session = try await NextHopConnector(environment: environment).open(nextHop, settings, patience)
            let answer = await session.ask(about: recipient, from: sender)
            session.quit()
            return MailServerAnswer(answer, session)
        } catch {
            return MailServerAnswer(statement: .none, text: error.reply.description, server: "", tls: "", wasReached: false)
        }
    }
}

/// What came of a question to mail servers.
package struct MailServerAnswer: Sendable, Hashable {
    package enum Statement: Sendable, Hashable {
        case accepts, refuses, none
    }

    package let statement: Statement
    /// The server's reply, or why there is none; one line, bounded.
    package let text: String
    /// `host[address]:port`; empty when none was reached.
    package let server: String
    /// Version of TLS, empty without.
    package let tls: String
    /// A server was ready to be asked.
    package let wasReached: Bool

    fileprivate init(_ answer: RecipientAnswer, _ session: SMTPClientSession) {
        let (statement, reply): (Statement, DeliveryReply) =
            switch answer {
            case .accepted(let reply): (.accepts, reply)
            case .refused(let reply): (.refuses, reply)
            case .undecided(let reply), .senderRefused(let reply): (.none, reply)
            }
        self.init(
            statement: statement, text: reply.description, server: session.peer, tls: session.description.tls, wasReached: true)
    }

    fileprivate init(statement: Statement, text: String, server: String, tls: String, wasReached: Bool) {
        self.statement = statement
        self.text = text
        self.server = server
        self.tls = tls
        self.wasReached = wasReached
    }
}
