import DomainsAndUsers
import Mail
import NIOCore
import SMTP
import Settings

/// The client's side of one SMTP connection: replies in, actions out. Pure; `SMTPClientHandler` performs the actions in order.
///
/// With PIPELINING (RFC 2920) the whole envelope goes in one write. Mail transactions follow each other without RSET, except after one
/// that the server may still hold open.
struct SMTPClientStateMachine {
    enum Action: Equatable {
        case write(ByteBuffer)
        /// Put TLS under the connection; what is written next goes through it.
        case startTLS
        /// The connection is ready for transactions.
        case ready
        /// The server waits for the content; when it was sent, `contentSent()` is due.
        case sendContent
        case completed(TransactionResult)
        case answered(RecipientAnswer)
        case failed(SessionFailure)
        /// Nothing more is to be expected of this connection.
        case close
    }

    /// What is waited for, which decides how long.
    enum Wait: Equatable {
        case nothing, reply, content, finalReply
    }

    private enum State {
        case greeting
        case hello(isExtended: Bool)
        case startTLS
        case signIn(ClientSignIn)
        case ready
        case transaction(ClientTransaction)
        case question(RecipientQuestion)
        case closed
    }

    private var state = State.greeting
    private let heloName: String
    private let security: ConnectionSecurity
    private let credential: MailServerCredential?
    private var isSecured: Bool
    private var mustReset = false
    private var leavesQuestion = false
    private(set) var capabilities = SMTPServerCapabilities()
    /// The name in the reply to EHLO or HELO: what loop protection looks at.
    private(set) var serverName = ""

    /// - Parameter credential: what to sign in with, once TLS is there; without TLS the connection is given up.
    init(heloName: String, security: ConnectionSecurity, credential: MailServerCredential? = nil) {
        self.heloName = heloName
        self.security = security
        self.credential = credential
        isSecured = security.isImplicit
    }

    var wait: Wait {
        switch state {
        case .greeting, .hello, .startTLS, .signIn, .question: .reply
        case .ready, .closed: .nothing
        case .transaction(let transaction):
            switch transaction.phase {
            case .reset, .mail, .recipient, .data, .emptyContent: .reply
            case .content: .content
            case .final: .finalReply
            }
        }
    }

    /// What is written now belongs to AUTH.
    var isSigningIn: Bool { if case .signIn = state { true } else { false } }

    /// What the end of the connection breaks off.
    var isBusy: Bool {
        switch state {
        case .greeting, .hello, .startTLS, .signIn, .transaction, .question: true
        case .ready, .closed: false
        }
    }

    /// Begins a transaction; only when ready. On a connection that is no more the result comes at once.
    mutating func begin(_ envelope: OutboundEnvelope) -> [Action] {
        let transaction = ClientTransaction(
            envelope, mustReset: mustReset, isPipelined: capabilities.extensions.contains(.pipelining))
        guard case .ready = state else {
            return [.completed(transaction.result(lost: "the connection was closed", isAnswered: false))]
        }
        mustReset = false
        let commands = transaction.firstCommands()
        state = .transaction(transaction)
        return [.write(commands)]
    }

    /// Asks about a recipient; only when ready. On a connection that is no more the answer comes at once.
    mutating func begin(_ question: RecipientQuestion) -> [Action] {
        guard case .ready = state else { return [.answered(.undecided(DeliveryReply(.badConnection, "the connection was closed")))] }
        var question = question
        let commands = question.firstCommands(isPipelined: capabilities.extensions.contains(.pipelining))
        state = .question(question)
        return [.write(commands)]
    }

    mutating func receive(_ reply: SMTPReply) -> [Action] {
        switch state {
        case .greeting: return greeted(reply)
        case .hello(let isExtended): return helloAnswered(reply, isExtended: isExtended)
        case .startTLS: return startTLSAnswered(reply)
        case .signIn(let signIn): return signInAnswered(reply, signIn)
        case .transaction(let transaction): return answered(reply, transaction)
        case .question(let question): return answered(reply, question)
        case .ready:
            // A server says 421 on its own when it gets tired of an idle connection (RFC 5321 section 3.8).
            state = .closed
            return [.close]
        case .closed: return []
        }
    }

    /// The final dot has been written.
    mutating func contentSent() {
        guard case .transaction(var transaction) = state, transaction.phase == .content else { return }
        transaction.phase = .final
        state = .transaction(transaction)
    }

    /// The connection is gone, or must go: nothing it would still say can be trusted.
    /// - Parameter cause: in words, for log and report.
    mutating func connectionLost(_ cause: String) -> [Action] {
        defer { state = .closed }
        switch state {
        case .greeting: return [failure(.unreachable, .badConnection, "\(cause) before the greeting"), .close]
        case .hello(isExtended: true) where isSecured && !security.isImplicit:
            return [failure(.security, EnhancedStatusCode(.persistentTransientFailure, 7, 5), "TLS failed: \(cause)"), .close]
        case .hello, .startTLS, .signIn:
            // With implicit TLS the handshake comes before the greeting.
            return [failure(.unreachable, .badConnection, "\(cause) in the conversation before MAIL"), .close]
        case .ready, .closed: return [.close]
        case .transaction(let transaction): return [.completed(transaction.result(lost: cause)), .close]
        case .question: return [.answered(.undecided(DeliveryReply(.badConnection, cause))), .close]
        }
    }

    /// This node breaks it off. Recipients without an answer are given back, unless the final dot is out: then what became of them
    /// is unknown.
    mutating func abandon() -> [Action] {
        defer { state = .closed }
        switch state {
        case .greeting, .hello, .startTLS, .signIn: return [failure(.aborted, .badConnection, "this node is stopping"), .close]
        case .ready, .closed: return [.close]
        case .transaction(let transaction): return [.completed(transaction.resultOfAbandoning()), .close]
        case .question: return [.answered(.undecided(DeliveryReply(.badConnection, "there was no answer in time"))), .close]
        }
    }

    /// The content cannot be sent to its end; the recipients fare as `outcome` says.
    mutating func contentFailed(_ outcome: DeliveryOutcome) -> [Action] {
        guard case .transaction(let transaction) = state else { return [.close] }
        state = .closed
        return [.completed(transaction.result(forAccepted: outcome, isConnectionLost: true)), .close]
    }

    /// Ends a ready connection politely.
    mutating func quit() -> [Action] {
        guard case .ready = state else { return [.close] }
        state = .closed
        // What only asked has left a recipient behind, and nothing shall be thought to come after it.
        return (leavesQuestion ? [.write(command(.reset))] : []) + [.write(command(.quit)), .close]
    }
}

extension SMTPClientStateMachine {
    private mutating func greeted(_ reply: SMTPReply) -> [Action] {
        guard reply.category == .completion else { return refused(reply) }
        return sayHello()
    }

    private mutating func sayHello() -> [Action] {
        state = .hello(isExtended: true)
        return [.write(command(.extendedHello(.other(heloName))))]
    }

    private mutating func helloAnswered(_ reply: SMTPReply, isExtended: Bool) -> [Action] {
        guard reply.category == .completion else {
            // A server of RFC 821 does not know EHLO (RFC 5321 section 4.1.4); one that has spoken TLS does.
            guard isExtended, reply.category == .permanentFailure, !isSecured else { return refused(reply) }
            state = .hello(isExtended: false)
            return [.write(command(.hello(.other(heloName))))]
        }
        serverName = String(reply.lines.first?.prefix { $0 != " " } ?? "").lowercased()
        capabilities = isExtended ? SMTPServerCapabilities(ehloReply: reply) : SMTPServerCapabilities()
        return secureOrGo()
    }

    private mutating func secureOrGo() -> [Action] {
        switch security {
        case .none, .implicit, .implicitVerified: return becomeReady()
        case .opportunistic, .required, .verified:
            if isSecured { return becomeReady() }
            if capabilities.extensions.contains(.startTLS) {
                state = .startTLS
                return [.write(command(.startTLS))]
            }
            guard security == .opportunistic else { return withoutTLS("the server does not offer STARTTLS") }
            return becomeReady()
        }
    }

    private mutating func startTLSAnswered(_ reply: SMTPReply) -> [Action] {
        guard reply.category == .completion else {
            // RFC 3207 section 4.1: the client decides whether to go on without.
            return security == .opportunistic ? becomeReady() : withoutTLS("STARTTLS was refused: \(reply)")
        }
        isSecured = true
        // What was learned in the clear counts no more (RFC 3207 section 4.2).
        capabilities = SMTPServerCapabilities()
        return [.startTLS] + sayHello()
    }

    private mutating func becomeReady() -> [Action] {
        guard let credential else { return goOn() }
        guard isSecured else { return withoutTLS("the password for this server is not sent in the clear") }
        guard let (signIn, command) = ClientSignIn.begin(credential, capabilities.authenticationMechanisms) else {
            return notSignedIn("the server offers neither AUTH PLAIN nor AUTH LOGIN")
        }
        state = .signIn(signIn)
        return [.write(self.command(command))]
    }

    private mutating func signInAnswered(_ reply: SMTPReply, _ running: ClientSignIn) -> [Action] {
        var signIn = running
        switch signIn.take(reply) {
        case .write(let line):
            state = .signIn(signIn)
            return [.write(ByteBuffer(string: line + "\r\n"))]
        case .done: return goOn()
        case .refused: return notSignedIn("the server refused our user name and password: \(reply)")
        }
    }

    /// Mail waits until the administrator has mended it; no reply to a password is the message's fault.
    private mutating func notSignedIn(_ text: String) -> [Action] {
        state = .closed
        return [failure(.unreachable, EnhancedStatusCode(.persistentTransientFailure, 7, 8), text), .close]
    }

    private mutating func goOn() -> [Action] {
        state = .ready
        return [.ready]
    }

    private mutating func withoutTLS(_ text: String) -> [Action] {
        state = .closed
        return [failure(.security, EnhancedStatusCode(.persistentTransientFailure, 7, 10), "encryption is required: \(text)"), .close]
    }

    /// Greeting or hello refused. 521 and 554 say that no mail is taken here at all (RFC 7504, RFC 5321 section 3.1); another host may.
    private mutating func refused(_ reply: SMTPReply) -> [Action] {
        state = .closed
        return [.failed(SessionFailure(kind: .unreachable, reply: DeliveryReply(reply))), .close]
    }

    private func failure(_ kind: SessionFailure.Kind, _ status: EnhancedStatusCode, _ text: String) -> Action {
        .failed(SessionFailure(kind: kind, reply: DeliveryReply(status, text)))
    }

    private func command(_ command: SMTPCommand) -> ByteBuffer {
        var buffer = ByteBuffer()
        command.write(into: &buffer)
        return buffer
    }

    private mutating func answered(_ reply: SMTPReply, _ running: ClientTransaction) -> [Action] {
        var transaction = running
        // 421 ends the connection whatever was asked (RFC 5321 section 3.8).
        if reply.code == 421 {
            state = .closed
            var result = transaction.result(forAccepted: .deferred(DeliveryReply(reply)), isConnectionLost: true)
            result.isUnanswered = !transaction.isAnswered
            return [.completed(result), .close]
        }
        switch transaction.take(reply) {
        case .wait: state = .transaction(transaction)
        case .send(let buffer):
            state = .transaction(transaction)
            return [.write(buffer)]
        case .content:
            state = .transaction(transaction)
            return [.sendContent]
        case .done(let result, let mustReset):
            state = .ready
            self.mustReset = mustReset
            return [.completed(result)]
        case .broken(let result):
            state = .closed
            return [.completed(result), .close]
        }
        return []
    }

    private mutating func answered(_ reply: SMTPReply, _ running: RecipientQuestion) -> [Action] {
        var question = running
        if reply.code == 421 {
            state = .closed
            return [.answered(.undecided(DeliveryReply(reply))), .close]
        }
        switch question.take(reply) {
        case .wait: state = .question(question)
        case .send(let buffer):
            state = .question(question)
            return [.write(buffer)]
        case .done(let answer):
            state = .ready
            mustReset = true
            leavesQuestion = true
            return [.answered(answer)]
        }
        return []
    }
}
