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
        /// The last reply has been given.
        case closed
    }

    enum Question: Equatable {
        case connection
        case sender(ReversePath, MailParameters)
        case recipient(TransactionRecipient)
        case message
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

    private(set) var phase = Phase.deciding(.connection)
    private(set) var connection: ClientConnection
    private(set) var transaction: MailTransaction?
    /// A BDAT was taken in this transaction.
    private(set) var hasChunks = false
    private var endedTransaction: (transaction: MailTransaction, reason: String)?
    private var errors = 0
    private var idleCommands = 0
    private var messages = 0
    private var isEnding = false

    private let limits: ReceptionSettings
    /// The name this node greets with.
    private let hostName: String
    private let offersTLS: Bool

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
        case .commands, .text, .chunk: true
        case .deciding, .closed: false
        }
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
        case .commands, .closed: .command
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
        case .commands, .text, .chunk: close(.timeout, reason: "timeout")
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
        case .deciding(.connection): return close(.shuttingDown, reason: "shutdown")
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
        transaction = nil
        phase = .deciding(.message)
        return .handOver(complete)
    }
}

// MARK: - Answers

extension SMTPSessionStateMachine {
    private mutating func decidedConnection(_ decision: ReceptionDecision) -> Action {
        switch decision {
        case .accept(let text):
            let own = limits.greeting.isEmpty ? "ESMTP SecurityGateway" : limits.greeting
            return .reply(SMTPReply(220, nil, "\(hostName) \(text ?? own)"))
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
        case .refuse(let reply), .disconnect(let reply): return endingIfAsked(refuse(reply))
        }
    }

    private mutating func decidedRecipient(_ recipient: TransactionRecipient, _ decision: ReceptionDecision) -> Action {
        switch decision {
        case .accept(let text):
            transaction?.recipients.append(recipient)
            return .reply(.recipientAccepted(text))
        case .refuse(let reply), .disconnect(let reply): return refuse(recipient, reply)
        }
    }

    private mutating func decidedMessage(_ decision: ReceptionDecision) -> Action {
        switch decision {
        case .accept(let text):
            messages += 1
            idleCommands = 0
            return endingIfAsked(.reply(.messageAccepted(text)))
        case .refuse(let reply), .disconnect(let reply): return endingIfAsked(refuse(reply))
        }
    }

    private mutating func refuse(_ recipient: TransactionRecipient, _ reply: SMTPReply) -> Action {
        if let count = transaction?.refused.count, count < MailTransaction.maximumRefused {
            transaction?.refused.append((recipient, reply))
        }
        return refuse(reply)
    }

    /// After a transaction of a session that must end.
    private mutating func endingIfAsked(_ action: Action) -> Action {
        guard isEnding, case .reply(let reply) = action else { return action }
        phase = .closed
        return .close(reply, farewell: .shuttingDown)
    }

    /// A reply that counts as an error unless it is transient, which is not the client's fault; one too many ends the session.
    private mutating func refuse(_ reply: SMTPReply) -> Action {
        if reply.category != .transientFailure { errors += 1 }
        guard errors >= limits.maximumErrors else { return .reply(reply) }
        drop("too many errors")
        phase = .closed
        return .close(reply, farewell: .tooManyErrors)
    }

    private mutating func close(_ reply: SMTPReply, reason: String) -> Action {
        drop(reason)
        phase = .closed
        return .close(reply)
    }

    /// Ends the transaction, if there is one.
    private mutating func drop(_ reason: String) {
        if let transaction { endedTransaction = (transaction, reason) }
        transaction = nil
        hasChunks = false
    }
}

// MARK: - Commands

extension SMTPSessionStateMachine {
    /// - Parameters:
    ///   - line: without its CRLF.
    ///   - hasMoreInput: more had been sent before this line could be answered.
    mutating func receive(_ line: ByteBuffer, hasMoreInput: Bool) -> Action {
        do throws(SMTPCommandError) {
            let command = try parser.parse(line)
            if hasMoreInput && mustBeLastOfGroup(command) { return close(.outOfStep, reason: "pipelining past a synchronisation point") }
            let action = receive(command, hasEightBitData: line.readableBytesView.contains { $0 > 127 })
            return isEnding && transaction == nil && phase == .commands ? endingIfAsked(action) : action
        } catch {
            return receive(error, line)
        }
    }

    /// A line that is none: in its place a transaction could be smuggled, so the present one ends.
    mutating func receive(_ fault: SMTPLineFault) -> Action {
        switch fault {
        case .bareCarriageReturn, .bareLineFeed, .null: drop("forbidden character in a command line")
        case .tooLong: break
        }
        return refuse(fault.error.reply)
    }

    private var parser: SMTPCommandParser {
        // STARTTLS and BDAT are always read: what follows them is no command, whatever the reply is.
        var offered = capabilities
        offered.extensions.formUnion([.startTLS, .chunking])
        return SMTPCommandParser(offering: offered)
    }

    private var capabilities: SMTPServerCapabilities {
        var extensions: SMTPExtensions = [
            .pipelining, .eightBitMIME, .enhancedStatusCodes, .deliveryStatusNotifications, .smtpUTF8, .chunking,
        ]
        if offersTLS && connection.tls == nil { extensions.insert(.startTLS) }
        return SMTPServerCapabilities(extensions: extensions, sizeLimit: .octets(limits.maximumMessageBytes))
    }

    /// RFC 2920 §3.1: a client waits for the reply to these. After DATA and STARTTLS anything else would be read as something it is
    /// not; VRFY, EXPN and NOOP are harmless and let pass. Before EHLO nothing may be grouped, since nothing has been offered.
    private func mustBeLastOfGroup(_ command: SMTPCommand) -> Bool {
        switch command {
        case .hello, .extendedHello, .data, .startTLS, .authenticate: true
        case .quit, .binaryData: false
        case .mail, .recipient, .reset, .noOperation, .verify, .expand, .help: !connection.isExtended
        }
    }

    private mutating func receive(_ error: SMTPCommandError, _ line: ByteBuffer) -> Action {
        let verb = String(decoding: line.readableBytesView.prefix { $0 != UInt8(ascii: " ") }.prefix(8), as: UTF8.self).uppercased()
        switch verb {
        case "GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "DELETE", "TRACE", "PATCH", "PRI":
            return close(.notHTTP, reason: "HTTP")
        case "BDAT":
            // How many octets follow is unknown, so no later line can be trusted to be a command.
            return close(error.reply, reason: error.reply.description)
        default: break
        }
        if case .forbiddenCharacter = error { drop("forbidden character in a command line") }
        return refuse(error.reply)
    }

    private mutating func receive(_ command: SMTPCommand, hasEightBitData: Bool) -> Action {
        switch command {
        case .hello(let name): return hello(name, isExtended: false)
        case .extendedHello(let name): return hello(name, isExtended: true)
        case .mail(let reversePath, let parameters): return mail(reversePath, parameters)
        case .recipient(let path, let parameters): return recipient(path, parameters, hasEightBitData: hasEightBitData)
        case .data: return data()
        case .binaryData(let octets, let isLast): return binaryData(octets: octets, isLast: isLast)
        case .reset:
            drop("RSET")
            return idle(.resetDone)
        case .noOperation: return idle(.nothingDone)
        case .verify: return idle(.notVerified)
        case .help: return idle(.help)
        case .expand: return refuse(.noExpansion)
        case .authenticate: return refuse(SMTPCommandError.notOffered.reply)
        case .startTLS: return startTLS()
        case .quit: return close(.goodbye, reason: "QUIT")
        }
    }

    /// A command that carries no mail.
    private mutating func idle(_ reply: SMTPReply) -> Action {
        idleCommands += 1
        return idleCommands > limits.maximumIdleCommands ? close(.tooManyIdleCommands, reason: "too many idle commands") : .reply(reply)
    }

    private mutating func hello(_ name: SMTPClientName, isExtended: Bool) -> Action {
        drop(isExtended ? "EHLO" : "HELO")  // RFC 5321 §4.1.4: as RSET
        connection.heloName = name.description
        connection.isExtended = isExtended
        return idle(SMTPReply(250, nil, lines: isExtended ? [hostName] + capabilities.ehloLines : [hostName]))
    }

    private mutating func mail(_ reversePath: ReversePath, _ parameters: MailParameters) -> Action {
        guard connection.listener != .submission || connection.tls != nil else { return refuse(.tlsFirst) }
        guard !connection.heloName.isEmpty else { return refuse(.helloFirst) }
        guard transaction == nil else { return refuse(.nestedMail) }
        guard messages < limits.maximumMessagesPerSession else { return close(.tooManyMessages, reason: "too many messages") }
        guard (parameters.size ?? 0) <= limits.maximumMessageBytes else { return refuse(.messageTooBig) }
        return ask(.sender(reversePath, parameters))
    }

    private mutating func recipient(_ path: ForwardPath, _ parameters: RecipientParameters, hasEightBitData: Bool) -> Action {
        guard let transaction else { return refuse(.mailFirst) }
        guard !hasChunks else { return refuse(.chunksHaveBegun) }
        guard transaction.parameters.isInternational || !hasEightBitData else { return refuse(.internationalAddress) }
        // No error: RFC 5321 §4.5.3.1.10 has the client send the others in a transaction of their own.
        guard transaction.recipients.count < limits.maximumRecipients else { return .reply(.tooManyRecipients) }
        switch path {
        case .address(let address): return ask(.recipient(TransactionRecipient(address: address, parameters: parameters)))
        case .postmaster:
            guard let address = ownPostmaster else { return refuse(.noPostmaster) }
            return ask(.recipient(TransactionRecipient(address: address, parameters: parameters)))
        }
    }

    /// RFC 5321 §4.5.1: `<Postmaster>` is that of this host.
    private var ownPostmaster: EmailAddress? {
        // A host name that is no domain name has no mailbox; the client is told so.
        try? EmailAddress("postmaster@\(hostName)")
    }

    private mutating func data() -> Action {
        if let reply = contentObstacle { return refuse(reply) }
        guard !hasChunks else { return refuse(.chunksHaveBegun) }
        phase = .text
        return .receiveText
    }

    private mutating func binaryData(octets: Int, isLast: Bool) -> Action {
        let bound = limits.maximumMessageBytes + SessionLimits.maximumDiscardedOctets(messageLimit: limits.maximumMessageBytes)
        guard octets <= bound else { return contentOverflowed() }
        let obstacle = connection.isExtended ? contentObstacle : .chunkingNotOffered
        let chunk = Chunk(octets: octets, isLast: isLast, refusal: obstacle)
        if obstacle == nil { hasChunks = true }
        phase = .chunk(chunk)
        return .receiveChunk(chunk)
    }

    /// Why no content may come now.
    private var contentObstacle: SMTPReply? {
        guard let transaction else { return .mailFirst }
        if !transaction.recipients.isEmpty { return nil }
        return transaction.refused.isEmpty ? .recipientFirst : .noValidRecipients
    }

    private mutating func startTLS() -> Action {
        guard connection.tls == nil else { return refuse(.alreadyTLS) }
        guard offersTLS else { return refuse(SMTPCommandError.notOffered.reply) }
        // RFC 3207 §4.2: what was said before is forgotten.
        drop("STARTTLS")
        connection.heloName = ""
        connection.isExtended = false
        return .startTLS
    }

    private mutating func ask(_ question: Question) -> Action {
        phase = .deciding(question)
        return .ask(question)
    }
}
