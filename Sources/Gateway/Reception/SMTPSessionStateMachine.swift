import Mail
import NIOCore
import SMTP
import Settings

/// The rules of one SMTP session: what came in goes in, what to do comes out. Pure: it neither reads nor writes nor waits.
///
/// At most one question to the transaction handler is open at a time; until it is answered no input may be given. `takeEnded()` is to
/// be called after every event: a transaction may have ended without a message.
struct SMTPSessionStateMachine {
    /// What the session waits for.
    enum Phase: Equatable {
        /// The handler's answer.
        case deciding(Question)
        case commands
        /// Message text after 354.
        case text
        case chunk(Chunk)
        /// A line of AUTH after 334.
        case authenticating(AuthenticationExchange)
        /// The last reply has been given.
        case closed
    }

    enum Question: Equatable {
        case connection
        case sender(ReversePath, MailParameters)
        case recipient(TransactionRecipient)
        case message
        case authentication(AuthenticationQuestion, AuthenticationExchange)
    }

    /// What follows a BDAT command.
    struct Chunk: Equatable {
        let octets: Int
        let isLast: Bool
        /// Set when the octets are only thrown away; given at their end, since the client reads it no sooner.
        let refusal: SMTPReply?
    }

    /// What the session shall do now.
    enum Action {
        case nothing
        case reply(SMTPReply)
        /// Gives both replies, ends the connection.
        case close(SMTPReply?, farewell: SMTPReply? = nil)
        case ask(Question)
        /// 354 was decided: message text follows.
        case receiveText
        case receiveChunk(Chunk)
        /// The content is complete and without fault; the transaction is no longer the machine's.
        case handOver(MailTransaction)
        /// 220, then TLS.
        case startTLS
    }

    // Set by the machine's own files only: this one and `+commands`.
    var phase = Phase.deciding(.connection)
    var connection: ClientConnection
    var transaction: MailTransaction?
    /// A BDAT was taken in this transaction.
    var hasChunks = false
    /// MAIL came since the last transaction, whatever was answered: a client that pipelines may send content before it reads the refusal.
    var hasHeardMail = false
    /// RCPT commands accepted in this transaction, repeated ones too.
    private(set) var acceptedRecipients = 0
    /// `lookupKey` of each recipient of the transaction.
    private var recipientKeys: Set<String> = []
    private var endedTransaction: (transaction: MailTransaction, reason: String)?
    private(set) var errors = 0
    /// Wrong passwords of this session.
    var failedSignIns = 0
    var idleCommands = 0
    var messages = 0
    var isEnding = false

    let limits: ReceptionSettings
    /// The name this node greets with.
    let hostName: String
    let offersTLS: Bool

    /// - Parameter offersTLS: whether STARTTLS is possible; never on a connection that has TLS already.
    init(connection: ClientConnection, hostName: String, offersTLS: Bool = true) {
        self.connection = connection
        self.hostName = hostName
        self.offersTLS = offersTLS
        limits = connection.settings.settings.reception
    }

    /// The transaction that ended in the last event without being handed over, once.
    mutating func takeEnded() -> (transaction: MailTransaction, reason: String)? {
        defer { endedTransaction = nil }
        return endedTransaction
    }

    /// Whether lines or content may come now.
    var takesInput: Bool {
        switch phase {
        case .commands, .text, .chunk, .authenticating: true
        case .deciding, .closed: false
        }
    }

    /// Octets of a chunk come only to be thrown away.
    var isDiscardingChunk: Bool {
        if case .chunk(let chunk) = phase { chunk.refusal != nil } else { false }
    }

    /// The handler has not yet said whether the client is greeted.
    var isBeforeGreeting: Bool {
        if case .deciding(.connection) = phase { true } else { false }
    }

    /// The fate of a whole message is being decided.
    var isDecidingMessage: Bool {
        if case .deciding(.message) = phase { true } else { false }
    }

    /// Which time limit holds.
    var pace: SessionTimer.Pace {
        switch phase {
        case .deciding: .decision
        case .commands, .authenticating, .closed: .command
        case .text, .chunk: .content
        }
    }

    // MARK: Events besides commands

    /// TLS is active; its description is for the log.
    mutating func secured(_ description: String) { connection.tls = description }

    /// Input came before the greeting was given.
    mutating func spokeEarly() -> Action { close(.spokeTooEarly, reason: "spoke before the greeting") }

    mutating func timedOut() -> Action {
        switch phase {
        case .deciding: close(.noAnswer, reason: "no answer in time")
        case .commands, .text, .chunk, .authenticating: close(.timeout, reason: "timeout")
        case .closed: .nothing
        }
    }

    mutating func connectionLost() {
        drop("connection lost")
        phase = .closed
    }

    /// The node stops: idle sessions end at once, others after their transaction.
    mutating func shutDown() -> Action {
        isEnding = true
        switch phase {
        case .commands where transaction == nil: return close(.shuttingDown, reason: "shutdown")
        case .deciding(.connection), .authenticating: return close(.shuttingDown, reason: "shutdown")
        case .commands, .deciding, .text, .chunk, .closed: return .nothing
        }
    }

    /// The time for running transactions is over.
    mutating func shutDownNow() -> Action { phase == .closed ? .nothing : close(.shuttingDown, reason: "shutdown") }

    /// The handler's answer.
    mutating func decided(_ decision: ReceptionDecision, now: UTCTime) -> Action {
        guard case .deciding(let question) = phase else { return .nothing }
        phase = .commands
        if case .disconnect(let reply) = decision { return close(reply, reason: reply.description) }
        switch question {
        case .connection: return decidedConnection(decision)
        case .sender(let reversePath, let parameters): return decidedSender(reversePath, parameters, decision, now)
        case .recipient(let recipient): return decidedRecipient(recipient, decision)
        case .message: return decidedMessage(decision)
        case .authentication: return .nothing  // answered by `authenticationAnswered`
        }
    }

    /// The message text has ended at its true end. - Parameter refusal: what is wrong with it.
    mutating func textEnded(refusal: SMTPReply?) -> Action { contentEnded(refusal) }

    /// The octets of a chunk have all come. - Parameter refusal: what is wrong with the content so far.
    mutating func chunkEnded(refusal: SMTPReply?) -> Action {
        guard case .chunk(let chunk) = phase else { return .nothing }
        phase = .commands
        if let reply = chunk.refusal { return refuse(reply) }
        if refusal != nil || chunk.isLast { return contentEnded(refusal) }
        return .reply(.chunkAccepted(octets: chunk.octets))
    }

    /// The client sends more than may be thrown away.
    mutating func contentOverflowed() -> Action { close(.messageTooBig, reason: "message too big") }

    private mutating func contentEnded(_ refusal: SMTPReply?) -> Action {
        phase = .commands
        hasChunks = false
        if let refusal {
            drop(refusal.description)
            return endingIfAsked(refuse(refusal))
        }
        guard let complete = transaction else { return refuse(.mailFirst) }
        forgetTransaction()
        phase = .deciding(.message)
        return .handOver(complete)
    }
}

extension SMTPSessionStateMachine {
    private mutating func decidedConnection(_ decision: ReceptionDecision) -> Action {
        switch decision {
        case .accept(let text):
            let own = limits.greeting.isEmpty ? "ESMTP SecurityGateway" : limits.greeting
            return .reply(SMTPReply(220, nil, "\(hostName) \(text ?? own)"))
        case .acceptAlias: return decidedConnection(.accept())
        case .refuse(let reply), .disconnect(let reply): return close(reply, reason: reply.description)
        }
    }

    private mutating func decidedSender(
        _ reversePath: ReversePath, _ parameters: MailParameters, _ decision: ReceptionDecision, _ now: UTCTime
    ) -> Action {
        switch decision {
        case .accept(let text):
            let identifier = RecordIdentifier(milliseconds: now.milliseconds)
            transaction = MailTransaction(identifier: identifier, startedAt: now, reversePath: reversePath, parameters: parameters)
            return .reply(.senderAccepted(text))
        case .acceptAlias: return decidedSender(reversePath, parameters, .accept(), now)
        case .refuse(let reply), .disconnect(let reply): return endingIfAsked(refuse(reply))
        }
    }

    private mutating func decidedRecipient(_ recipient: TransactionRecipient, _ decision: ReceptionDecision) -> Action {
        switch decision {
        case .accept(let text): return accept(recipient, text: text)
        case .acceptAlias(let user):
            var aliased = recipient
            aliased.aliasedUser = user
            return accept(aliased, text: nil)
        case .refuse(let reply), .disconnect(let reply): return refuse(recipient, reply)
        }
    }

    private mutating func accept(_ recipient: TransactionRecipient, text: String?) -> Action {
        acceptedRecipients += 1
        // One copy is enough, with what was asked for first; RFC 5321 has no reply for a repetition but 250.
        let key = (recipient.aliasedUser ?? recipient.address).lookupKey
        if recipientKeys.insert(key).inserted { transaction?.recipients.append(recipient) }
        return .reply(.recipientAccepted(text))
    }

    private mutating func decidedMessage(_ decision: ReceptionDecision) -> Action {
        switch decision {
        case .accept(let text):
            messages += 1
            idleCommands = 0
            return endingIfAsked(.reply(.messageAccepted(text)))
        case .acceptAlias: return decidedMessage(.accept())
        case .refuse(let reply), .disconnect(let reply): return endingIfAsked(refuse(reply))
        }
    }

    mutating func refuse(_ recipient: TransactionRecipient, _ reply: SMTPReply) -> Action {
        if let count = transaction?.refused.count, count < MailTransaction.maximumRefused {
            transaction?.refused.append((recipient, reply))
        }
        return refuse(reply)
    }

    /// After a transaction of a session that must end.
    mutating func endingIfAsked(_ action: Action) -> Action {
        guard isEnding, case .reply(let reply) = action else { return action }
        phase = .closed
        return .close(reply, farewell: .shuttingDown)
    }

    /// A reply that counts as an error unless it is transient, which is not the client's fault; one too many ends the session.
    mutating func refuse(_ reply: SMTPReply) -> Action {
        if reply.category != .transientFailure { errors += 1 }
        guard errors >= limits.maximumErrors else { return .reply(reply) }
        drop("too many errors")
        phase = .closed
        return .close(reply, farewell: .tooManyErrors)
    }

    mutating func close(_ reply: SMTPReply, reason: String) -> Action {
        drop(reason)
        phase = .closed
        return .close(reply)
    }

    /// Ends the transaction, if there is one.
    mutating func drop(_ reason: String) {
        if let transaction { endedTransaction = (transaction, reason) }
        forgetTransaction()
    }

    private mutating func forgetTransaction() {
        transaction = nil
        hasChunks = false
        hasHeardMail = false
        acceptedRecipients = 0
        recipientKeys = []
    }
}
