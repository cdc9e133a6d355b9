import Mail
import NIOCore
import SMTP
import Settings

// What the commands may do, and when (RFC 5321 §4.1.4).
extension SMTPSessionStateMachine {
    /// - Parameters:
    ///   - line: without its CRLF.
    ///   - hasMoreInput: more had been sent before this line could be answered.
    mutating func receive(_ line: ByteBuffer, hasMoreInput: Bool) -> Action {
        if case .authenticating(let exchange) = phase {
            // RFC 4954 §4: the client waits for each reply of the exchange.
            if hasMoreInput { return close(.outOfStep, reason: "pipelining past a synchronisation point") }
            return receiveAuthentication(line, exchange)
        }
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
        guard case .authenticating = phase else { return refuse(fault.error.reply) }
        phase = .commands
        return refuse(fault == .tooLong ? SMTPCommandError.lineTooLong(isAuthentication: true).reply : fault.error.reply)
    }

    private var parser: SMTPCommandParser {
        // STARTTLS and BDAT are always read: what follows them is no command, whatever the reply is.
        var offered = capabilities
        offered.extensions.formUnion([.startTLS, .chunking])
        // So is AUTH where there are users: in the clear it has a reply of its own.
        if allowsAuthentication { offered.authenticationMechanisms = AuthenticationMechanism.allCases.map(\.rawValue) }
        return SMTPCommandParser(offering: offered)
    }

    private var capabilities: SMTPServerCapabilities {
        var extensions: SMTPExtensions = [
            .pipelining, .eightBitMIME, .enhancedStatusCodes, .deliveryStatusNotifications, .smtpUTF8, .chunking,
        ]
        if offersTLS && connection.tls == nil { extensions.insert(.startTLS) }
        return SMTPServerCapabilities(
            extensions: extensions, sizeLimit: .octets(limits.maximumMessageBytes), authenticationMechanisms: offeredMechanisms)
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
        case .reset: return giveUp("RSET", .resetDone)
        case .noOperation: return idle(.nothingDone)
        case .verify: return idle(.notVerified)
        case .help: return idle(.help)
        case .expand: return refuse(.noExpansion)
        case .authenticate(let mechanism, let response): return authenticate(mechanism, response)
        case .startTLS: return startTLS()
        case .quit: return close(.goodbye, reason: "QUIT")
        }
    }

    /// A command that carries no mail.
    private mutating func idle(_ reply: SMTPReply) -> Action {
        idleCommands += 1
        return idleCommands > limits.maximumIdleCommands ? close(.tooManyIdleCommands, reason: "too many idle commands") : .reply(reply)
    }

    /// Ends the transaction at the client's wish. One that had recipients counts as an error: who names recipients and sends no message
    /// wants to know who exists, or keeps the node at work for nothing.
    private mutating func giveUp(_ reason: String, _ reply: SMTPReply) -> Action {
        let hadRecipients = acceptedRecipients > 0
        drop(reason)
        let action = idle(reply)
        return hadRecipients && phase != .closed ? refuse(reply) : action
    }

    private mutating func hello(_ name: SMTPClientName, isExtended: Bool) -> Action {
        connection.heloName = name.description
        connection.isExtended = isExtended
        let reply = SMTPReply(250, nil, lines: isExtended ? [hostName] + capabilities.ehloLines : [hostName])
        return giveUp(isExtended ? "EHLO" : "HELO", reply)  // RFC 5321 §4.1.4: as RSET
    }

    private mutating func mail(_ reversePath: ReversePath, _ parameters: MailParameters) -> Action {
        guard connection.listener != .submission || connection.tls != nil else { return refuse(.tlsFirst) }
        guard !connection.heloName.isEmpty else { return refuse(.helloFirst) }
        guard transaction == nil else { return refuse(.nestedMail) }
        hasHeardMail = true
        guard messages < limits.maximumMessagesPerSession else { return close(.tooManyMessages, reason: "too many messages") }
        guard (parameters.size ?? 0) <= limits.maximumMessageBytes else { return refuse(.messageTooBig) }
        return ask(.sender(reversePath, parameters))
    }

    private mutating func recipient(_ path: ForwardPath, _ parameters: RecipientParameters, hasEightBitData: Bool) -> Action {
        guard let transaction else { return refuse(.mailFirst) }
        guard !hasChunks else { return refuse(.chunksHaveBegun) }
        guard transaction.parameters.isInternational || !hasEightBitData else { return refuse(.internationalAddress) }
        // No error: RFC 5321 §4.5.3.1.10 has the client send the others in a transaction of their own.
        guard acceptedRecipients < limits.maximumRecipients else { return .reply(.tooManyRecipients) }
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
        if let obstacle, !hasHeardMail, octets > SessionLimits.maximumStrayChunkOctets {
            return close(obstacle, reason: "chunk without a transaction")
        }
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
