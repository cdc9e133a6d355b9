import Logging
import MessageLog
import NIOCore
import NIOSSL
import SMTP
import Settings
import SharedFolders
import TransportSecurity

/// One SMTP connection: gives what it reads to the state machine and performs what that decides. Everything happens on the channel's
/// event loop; the handler's answers and the folder's signals come back there. Reading is by demand: while an answer is waited for, the
/// disk is behind, or the client does not read its replies, nothing more is taken from the network. One long file, because all of it
/// works on the same private state.
final class SMTPSession: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let services: ReceptionServices
    /// What was said so far, when that is to be kept; see `SMTPSession+transcript.swift`.
    var transcript: SMTPTranscript?
    private let kind: ListenerKind
    /// The client a proxy speaks for.
    private let peer: SessionPeer?
    private var tlsHandler: NIOSSLServerHandler?
    private(set) var context: ChannelHandlerContext?
    private var address: NetworkAddress?
    /// From the admission on.
    var machine: SMTPSessionStateMachine?
    private var stream = SMTPServerStream()
    /// Replies not yet written: those of pipelined commands go out together.
    var outgoing = ByteBuffer()
    private var content: MessageContentReceiver?
    private var drained: (@Sendable (Result<Void, SharedFolderError>) -> Void)?
    private var isContentFull = false
    private var task: Task<Void, Never>?
    private var textSummary: MessageTextSummary?
    /// When the last octet of the present message had come, and its size.
    private var endOfContent = (time: NIODeadline.uptimeNanoseconds(0), octets: 0)
    /// TLS began with the first octet and is not ready yet; nobody has been asked about the client.
    private var isShakingHands = false
    private var isPumping = false
    /// A refusal waits to be sent; see `SMTPSession+tarpit.swift`.
    var isTarpitted = false
    private(set) var isClosing = false
    private var lingeringOctets = 0
    private var timer = SessionTimer(ReceptionSettings())

    /// - Parameter tlsHandler: stands before this one in the pipeline when TLS begins with the first octet.
    /// - Parameter peer: the client, when a trusted proxy has named it; else the connection's peer is the client.
    init(services: ReceptionServices, kind: ListenerKind, tlsHandler: NIOSSLServerHandler?, peer: SessionPeer? = nil) {
        self.services = services
        self.kind = kind
        self.tlsHandler = tlsHandler
        self.peer = peer
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelActive(context: ChannelHandlerContext) { begin(context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        if isClosing {
            lingeringOctets += buffer.readableBytes
            if lingeringOctets > SessionLimits.lingerOctets { closeAtOnce(context) }
            return
        }
        noteTLS()
        if isBeforeGreeting {
            transcript?.note("the client spoke before the greeting")
            return perform(machine?.spokeEarly())
        }
        stream.append(buffer)
        pump()
    }

    func channelReadComplete(context: ChannelHandlerContext) { settle() }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            pump()
            settle()
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? SessionShutdown else { return context.fireUserInboundEventTriggered(event) }
        switch event {
        case .finish: perform(machine?.shutDown())
        case .now: perform(machine?.shutDownNow())
        }
        settle()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // Failed handshakes, resets: the other side's doing, and too frequent to be more than a trace.
        services.logger.debug("SMTP connection failed", metadata: ["peer": "\(address?.description ?? "?")", "cause": "\(error)"])
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer.cancel()
        task?.cancel()
        leaveTarpit()
        noteEndOfConnection()
        machine?.connectionLost()
        finishEnded()
        keepTranscript()
        drained = nil
        if let address {
            services.register.leave(context.channel, from: address)
            services.metrics.sessionEnded(present: services.register.count)
        }
        address = nil
        context.fireChannelInactive()
    }

    // MARK: Beginning

    private func begin(_ context: ChannelHandlerContext) {
        guard machine == nil, !isClosing else { return }
        let snapshot = services.settings.snapshot
        guard let remote = context.remoteAddress, let client = peer?.address ?? NetworkAddress(remote) else {
            return context.close(promise: nil)
        }
        if let reply = services.handler.refusal(of: client, snapshot.settings) { return turnAway(context, reply) }
        let admission = services.register.admit(context.channel, from: client, snapshot.settings)
        if let reply = admission.refusal { return turnAway(context, reply) }
        address = client
        services.metrics.sessionBegan(present: services.register.count)
        let connection = ClientConnection(
            address: client, port: peer?.port ?? remote.port ?? 0, listener: kind, settings: snapshot)
        machine = SMTPSessionStateMachine(connection: connection, hostName: services.hostName(snapshot.settings))
        beginTranscript(connection)
        isShakingHands = tlsHandler != nil
        timer = SessionTimer(snapshot.settings.reception)
        armTimer()
        context.read()
        guard isShakingHands else { return greetAfterLook(context) }
        // An empty write is done when the handshake is: before that nobody is asked anything about the client.
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenSuccess { bound.value.greetSecured() }
    }

    /// Clients that speak before they are greeted are no mail servers (RFC 5321 §4.3.1): what they have sent is noticed before the greeting
    /// goes out. Without a delay this is one look at the socket, which finds what came with the connection itself.
    private func greetAfterLook(_ context: ChannelHandlerContext) {
        let settings = machine?.connection.settings.settings
        let isKnown = address.map { settings?.relay.allowsRelaying(from: $0) == true } ?? false
        let delay = kind == .smtp && !isKnown ? settings?.reception.greetingDelayMilliseconds ?? 0 : 0
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        context.eventLoop.assumeIsolated().scheduleTask(in: max(.milliseconds(Int64(delay)), SessionLimits.shortestLook)) {
            guard bound.value.isBeforeGreeting, !bound.value.isClosing else { return }
            bound.value.perform(.ask(.connection))
            bound.value.settle()
        }
    }

    private func greetSecured() {
        guard isBeforeGreeting, !isClosing else { return }
        isShakingHands = false
        timer.touch()
        noteTLS()
        perform(.ask(.connection))
        settle()
    }

    private func noteTLS() {
        guard let tlsHandler, machine?.connection.tls == nil, let description = tlsHandler.negotiatedDescription else { return }
        machine?.secured(description)
        transcript?.note("TLS: \(description)")
    }

    /// Nothing has been read, so closing at once loses no reply. A TLS client would have to shake hands first and gets none.
    private func turnAway(_ context: ChannelHandlerContext, _ reply: SMTPReply) {
        isClosing = true
        services.metrics.sessionRefused()
        beginTranscript(ofRefused: context, peer)
        if tlsHandler == nil {
            write(reply)
            flush(context)
        }
        keepTranscript()
        closeAtOnce(context)
    }

    // MARK: Input

    private var takesInput: Bool {
        guard let context, !isClosing, !isContentFull, !isTarpitted, machine?.takesInput == true else { return false }
        return context.channel.isWritable
    }

    private var isBeforeGreeting: Bool { machine?.isBeforeGreeting == true }

    /// Takes from the stream what can be taken now. The handler may answer at once, so a call may come within a call.
    private func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        var hasMoved = false
        while takesInput, let event = stream.next() {
            // Octets of a refused chunk achieve nothing: the time of one wait is for all of them.
            let wasDiscarding = machine?.isDiscardingChunk == true
            take(event)
            if !wasDiscarding || machine?.isDiscardingChunk != true { hasMoved = true }
        }
        if hasMoved { timer.touch() }
    }

    private func take(_ event: SMTPServerStream.Event) {
        switch event {
        case .line(let line):
            noteCommand(line)
            perform(machine?.receive(line, hasMoreInput: stream.bufferedOctets > 0))
        case .malformedLine(let fault):
            transcript?.unreadableLine("\(fault)")
            perform(machine?.receive(fault))
        case .text(let part), .chunk(let part): takeContent(part)
        case .endOfText(let summary):
            textSummary = summary
            noteEndOfContent()
            let refusal = content?.finish(summary)
            perform(machine?.textEnded(refusal: refusal))
        case .endOfChunk:
            textSummary = nil
            noteEndOfContent()
            let refusal = chunkRefusal()
            perform(machine?.chunkEnded(refusal: refusal))
        }
    }

    private func noteEndOfContent() {
        endOfContent = (.now(), content?.octets ?? 0)
        transcript?.note("content, \(endOfContent.octets) octets")
    }

    private func chunkRefusal() -> SMTPReply? {
        guard case .chunk(let chunk) = machine?.phase, chunk.refusal == nil else { return nil }
        return chunk.isLast ? content?.finishChunks() : content?.refusalSoFar
    }

    private func takeContent(_ part: ByteBuffer) {
        // A refused chunk has no content to go to.
        guard let drained else { return }
        switch content?.take(part, drained: drained) {
        case .ready, nil: break
        case .full: isContentFull = true
        case .overflowed: perform(machine?.contentOverflowed())
        }
    }

    /// The folder is ready for more, or has failed.
    private func contentDrained(_ result: Result<Void, SharedFolderError>, of message: RecordIdentifier) {
        guard isContentFull, content?.writer.message.identifier == message else { return }
        isContentFull = false
        if case .failure(let error) = result { content?.failed(error) }
        pump()
        settle()
    }

    // MARK: Actions

    private func perform(_ action: SMTPSessionStateMachine.Action?) {
        switch action {
        case .nothing, nil: break
        case .reply(let reply):
            write(reply)
            slowDown(after: reply)
        case .close(let reply, let farewell):
            if let reply { write(reply) }
            if let farewell { write(farewell) }
            finishEnded()
            close()
        case .ask(let question): ask(question)
        case .receiveText:
            write(.sendText)
            stream.expectText()
            openContent(isChunked: false)
        case .receiveChunk(let chunk):
            stream.expectChunk(octets: chunk.octets)
            if chunk.refusal == nil && content == nil { openContent(isChunked: true) }
        case .handOver(let transaction): handOver(transaction)
        case .startTLS: startTLS()
        }
        finishEnded()
    }

    /// A transaction that died is told of, and its content given up.
    private func finishEnded() {
        guard let ended = machine?.takeEnded(), let connection = machine?.connection else { return }
        dropContent()
        services.handler.transactionEnded(ended.transaction, connection, reason: ended.reason)
    }

    private func dropContent() {
        content?.abandon()
        content = nil
        isContentFull = false
    }

    private func openContent(isChunked: Bool) {
        guard let context, let transaction = machine?.transaction, let limits = machine?.connection.settings.settings.reception else {
            return
        }
        let identifier = transaction.identifier
        content = MessageContentReceiver(writer: services.folder.makeWriter(identifier), isChunked: isChunked, limits: limits)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        drained = { result in eventLoop.execute { bound.value.contentDrained(result, of: identifier) } }
    }

    private func startTLS() {
        guard let context else { return }
        write(.readyForTLS)
        flush(context)
        // Nothing is there (the machine has refused it otherwise); what came later in the clear must not be taken for secured.
        _ = stream.discardBuffered()
        let handler = services.tls.serverHandler()
        do {
            try context.pipeline.syncOperations.addHandler(handler, position: .first)
            tlsHandler = handler
        } catch {
            errorCaught(context: context, error: error)
        }
    }

    // MARK: Questions

    private func ask(_ question: SMTPSessionStateMachine.Question) {
        guard let connection = machine?.connection else { return }
        let handler = services.handler
        switch question {
        case .connection: start { await handler.connected(connection) }
        case .sender(let reversePath, let parameters): start { await handler.sender(reversePath, parameters, connection) }
        case .recipient(let recipient):
            guard let transaction = machine?.transaction else { return }
            start { await handler.recipient(recipient, transaction, connection) }
        case .message: break  // asked by `handOver`
        case .authentication(let question, _): authenticate(question, connection)
        }
    }

    private func authenticate(_ question: AuthenticationQuestion, _ connection: ClientConnection) {
        guard let eventLoop = context?.eventLoop else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let handler = services.handler
        task = Task.immediate {
            let answer = await handler.authenticate(question, connection)
            if eventLoop.inEventLoop { bound.value.answered(answer) } else { eventLoop.execute { bound.value.answered(answer) } }
        }
    }

    private func answered(_ answer: AuthenticationAnswer) {
        task = nil
        guard !isClosing, context != nil else { return }
        perform(machine?.authenticationAnswered(answer))
        goOn()
    }

    /// The task is cancelled when the connection ends. It begins at once, here: an answer that needs no waiting costs no change of thread.
    private func start(_ question: @escaping @Sendable () async -> ReceptionDecision) {
        guard let eventLoop = context?.eventLoop else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        task = Task.immediate {
            let decision = await question()
            if eventLoop.inEventLoop { bound.value.decided(decision) } else { eventLoop.execute { bound.value.decided(decision) } }
        }
    }

    /// The task is its own, never cancelled: even when the connection ends the handler makes the message durable or gives it up.
    private func handOver(_ transaction: MailTransaction) {
        guard let eventLoop = context?.eventLoop, let connection = machine?.connection, let content else { return }
        let message = content.message(transaction, connection, textSummary)
        self.content = nil
        drained = nil
        let handler = services.handler
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        Task {
            let decision = await handler.messageReceived(message)
            eventLoop.execute { bound.value.decided(decision) }
        }
    }

    private func decided(_ decision: ReceptionDecision) {
        task = nil
        guard !isClosing, context != nil else { return }
        if machine?.isDecidingMessage == true { noteAnswer(decision) }
        perform(machine?.decided(decision, now: .now()))
        beginNextPartIfLong()
        goOn()
    }

    /// After an answer.
    func goOn() {
        timer.touch()
        guard !isPumping else { return }
        pump()
        settle()
    }

    private func noteAnswer(_ decision: ReceptionDecision) {
        let time = NIODeadline.now() - endOfContent.time
        services.metrics.messageAnswered(decision, octets: endOfContent.octets, nanoseconds: time.nanoseconds)
    }

    // MARK: Output

    private func write(_ reply: SMTPReply) {
        let start = outgoing.readableBytes
        reply.write(into: &outgoing, allowsUTF8: machine?.transaction?.parameters.isInternational ?? false)
        if transcript != nil { transcript?.server(outgoing.readableBytesView.dropFirst(start)) }
    }

    private func flush(_ context: ChannelHandlerContext) {
        guard outgoing.readableBytes > 0 else { return }
        context.writeAndFlush(wrapOutboundOut(outgoing), promise: nil)
        outgoing = ByteBuffer()
    }

    /// What was decided goes out, and more is read if more can be taken.
    private func settle() {
        guard let context, !isPumping, !isTarpitted || isClosing else { return }
        flush(context)
        guard !isClosing else { return context.read() }
        armTimer()
        if (takesInput || isBeforeGreeting) && stream.bufferedOctets < SessionLimits.maximumBufferedOctets { context.read() }
    }

    /// The last reply goes out; then the client has a little time to read it and to close.
    private func close() {
        guard let context, !isClosing else { return }
        isClosing = true
        task?.cancel()
        dropContent()
        _ = stream.discardBuffered()
        flush(context)
        armTimer()
        if tlsHandler == nil { context.close(mode: .output, promise: nil) } else { context.close(promise: nil) }
        context.read()
    }

    /// Without TLS's own farewell, which would wait for the client's.
    private func closeAtOnce(_ context: ChannelHandlerContext) {
        guard let tlsHandler else { return context.close(promise: nil) }
        do {
            try context.pipeline.syncOperations.context(handler: tlsHandler).close(promise: nil)
        } catch {
            context.close(promise: nil)  // it has left the pipeline by itself
        }
    }

    // MARK: Time

    private func armTimer() {
        guard let context, let pace = machine?.pace else { return }
        timer.arm(isClosing ? .closing : isShakingHands ? .command : pace, machine?.transaction?.identifier, context.eventLoop) {
            [weak self] in self?.timerFired()
        }
    }

    private func timerFired() {
        guard let context else { return }
        guard timer.isDue else { return armTimer() }
        if isClosing { return closeAtOnce(context) }
        transcript?.failure("no input or no answer in time")
        perform(machine?.timedOut())
        settle()
    }
}
