import Cluster
import Mail
import MessageLog
import NIOCore
import NIOSSL
import SMTP
import SharedFolders
import TransportSecurity

/// The bytes of one message as they come: all at once, or in parts that the caller reads from a file while the connection drains.
enum OutboundContent {
    /// In order; not more than a reception keeps in memory, or one read.
    case memory([ByteBuffer])
    /// More follows by `provide`, after these.
    case parts(first: [ByteBuffer])
}

/// What a transaction's caller hears.
enum TransactionStep: Sendable {
    /// The connection has room: the next part, please.
    case needsContent
    case finished(TransactionResult)
}

/// What is known of a connection once it is ready.
struct SessionDescription: Sendable {
    let capabilities: SMTPServerCapabilities
    let serverName: String
    /// Version of TLS, empty without.
    let tls: String
}

/// Performs a client state machine's actions on a channel: the one place where outbound SMTP touches the network. Everything here runs
/// on the channel's event loop.
final class SMTPClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long the other side may take.
    struct Timeouts: Sendable {
        /// For each reply, and for each part of the content to be taken (RFC 5321 section 4.5.3.2).
        let reply: TimeAmount
        /// For the reply to the final dot; the RFC asks for twice as long, lest mail be doubled.
        var finalReply: TimeAmount { reply * 2 }
    }

    /// What was said so far, when that is to be kept; see `SMTPClientHandler+transcript.swift`.
    var transcript: SMTPTranscript?
    var keepTranscript: ((FinishedTranscript) -> Void)?
    /// Something was there to speak with.
    private(set) var wasConnected = false
    /// Octets of the content sent in this transaction.
    var contentOctets = 0
    private(set) var machine: SMTPClientStateMachine
    private var parser = SMTPReplyParser()
    private let timeouts: Timeouts
    private let heartbeat: ConfirmedHeartbeat
    private let makeTLSHandler: () throws(TransportSecurityError) -> NIOSSLClientHandler
    private let opened: EventLoopPromise<SessionDescription>
    private var isOpened = false
    private var context: ChannelHandlerContext?
    private var tlsHandler: NIOSSLClientHandler?
    private var waiter: CheckedContinuation<TransactionStep, Never>?
    /// A result nobody waited for yet: the connection broke while the caller was reading its file.
    private var unclaimed: TransactionResult?
    private var questioner: CheckedContinuation<RecipientAnswer, Never>?
    private var content: ContentInProgress?
    private var lastError: String?
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?
    private var timerDeadline = NIODeadline.distantFuture

    fileprivate struct ContentInProgress {
        var stuffer = DotStuffer(loneLineEnds: .converted)
        var parts: ArraySlice<ByteBuffer>
        /// All parts are here.
        var isComplete: Bool
        /// The server has said that it wants it.
        var isStarted = false
    }

    /// Written at a time, so that one message does not fill the socket's queue.
    private static let writeBytes = 128 << 10

    /// - Parameters:
    ///   - tlsHandler: already first in the pipeline when TLS comes before SMTP.
    ///   - opened: told once, with the description or a `SessionFailure`.
    init(
        machine: SMTPClientStateMachine, timeouts: Timeouts, heartbeat: ConfirmedHeartbeat, tlsHandler: NIOSSLClientHandler?,
        makeTLSHandler: @escaping () throws(TransportSecurityError) -> NIOSSLClientHandler, opened: EventLoopPromise<SessionDescription>
    ) {
        self.machine = machine
        self.timeouts = timeouts
        self.heartbeat = heartbeat
        self.tlsHandler = tlsHandler
        self.makeTLSHandler = makeTLSHandler
        self.opened = opened
    }

    /// Whether another transaction may begin.
    private(set) var isUsable = false

    /// Begins a transaction. `waiter` is resumed exactly once.
    func begin(_ envelope: OutboundEnvelope, _ content: OutboundContent, _ waiter: CheckedContinuation<TransactionStep, Never>) {
        self.waiter = waiter
        unclaimed = nil
        switch content {
        case .memory(let parts): self.content = ContentInProgress(parts: parts[...], isComplete: true)
        case .parts(let first): self.content = ContentInProgress(parts: first[...], isComplete: false)
        }
        perform(machine.begin(envelope))
    }

    /// The next part of the content; `nil` is its end.
    func provide(_ part: ByteBuffer?, _ waiter: CheckedContinuation<TransactionStep, Never>) {
        if let result = unclaimed {
            unclaimed = nil
            return waiter.resume(returning: .finished(result))
        }
        self.waiter = waiter
        if let part { content?.parts.append(part) } else { content?.isComplete = true }
        pump()
    }

    /// The content cannot be read to its end.
    func contentFailed(_ outcome: DeliveryOutcome, _ waiter: CheckedContinuation<TransactionStep, Never>) {
        if let result = unclaimed {
            unclaimed = nil
            return waiter.resume(returning: .finished(result))
        }
        self.waiter = waiter
        perform(machine.contentFailed(outcome))
    }

    /// Asks about a recipient. `waiter` is resumed exactly once.
    func begin(_ question: RecipientQuestion, _ waiter: CheckedContinuation<RecipientAnswer, Never>) {
        questioner = waiter
        perform(machine.begin(question))
    }

    func quit() { perform(machine.quit()) }

    /// Breaks off whatever is under way.
    func abandon() { perform(machine.abandon()) }
}

extension SMTPClientHandler {
    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive {
            wasConnected = true
            updateDeadline()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        fail("the connection was closed")
        finishTranscript()
        timer?.cancel()
        timer = nil
        self.context = nil
    }

    func channelActive(context: ChannelHandlerContext) {
        wasConnected = true
        updateDeadline()
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(lastError ?? "the server closed the connection")
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let text = ConnectionErrorText.text(error)
        lastError = text
        fail(text)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        parser.append(unwrapInboundIn(data))
        do throws(SMTPReplyError) {
            while let reply = try parser.next() {
                noteReply(reply)
                perform(machine.receive(reply))
            }
        } catch {
            fail("an unreadable reply (\(error))")
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { pump() }
        context.fireChannelWritabilityChanged()
    }

    private func fail(_ cause: String) {
        noteEnd(cause)
        perform(machine.connectionLost(cause))
    }
}

extension SMTPClientHandler {
    private func perform(_ actions: [SMTPClientStateMachine.Action]) {
        for action in actions {
            switch action {
            case .write(let buffer):
                noteCommands(buffer)
                context?.writeAndFlush(wrapOutboundOut(buffer), promise: nil)
            case .startTLS: startTLS()
            case .ready: becomeReady()
            case .sendContent:
                content?.isStarted = true
                pump()
            case .completed(let result): complete(result)
            case .answered(let answer):
                questioner?.resume(returning: answer)
                questioner = nil
            case .failed(let failure):
                if !isOpened {
                    isOpened = true
                    opened.fail(named(failure))
                }
            case .close: close()
            }
        }
        updateDeadline()
    }

    private func becomeReady() {
        isUsable = true
        if !isOpened, let tls = tlsHandler?.negotiatedDescription { transcript?.note("TLS: \(tls)") }
        guard !isOpened else { return }
        isOpened = true
        opened.succeed(
            SessionDescription(
                capabilities: machine.capabilities, serverName: machine.serverName, tls: tlsHandler?.negotiatedDescription ?? ""))
    }

    private func complete(_ outcome: TransactionResult) {
        content = nil
        var result = outcome
        result.transcript = transcript?.identifier
        defer { beginNextPartIfLong() }
        if result.isConnectionLost { isUsable = false }
        guard let waiter else {
            unclaimed = result
            return
        }
        self.waiter = nil
        waiter.resume(returning: .finished(result))
    }

    private func close() {
        isUsable = false
        context?.close(promise: nil)
    }

    /// Anything the server sent behind its reply came before TLS and is not to be trusted (RFC 3207 section 5).
    private func startTLS() {
        guard let context, !parser.hasUnfinishedInput else { return fail("the server sent more than its reply to STARTTLS") }
        do throws(TransportSecurityError) {
            let handler = try makeTLSHandler()
            tlsHandler = handler
            parser = SMTPReplyParser()
            try add(handler, to: context)
        } catch {
            fail("\(error)")
        }
    }

    private func add(_ handler: NIOSSLClientHandler, to context: ChannelHandlerContext) throws(TransportSecurityError) {
        do {
            try context.pipeline.syncOperations.addHandler(handler, position: .first)
        } catch {
            throw .refused(reason: "\(error)")
        }
    }

    /// Sends as much of the content as the connection takes.
    private func pump() {
        guard let context, var progress = content, progress.isStarted else { return }
        content = nil
        defer { updateDeadline() }
        do throws(DotStuffingError) {
            var hasWritten = false
            while context.channel.isWritable, let part = progress.nextPart(maximumBytes: Self.writeBytes) {
                let stuffed = try progress.stuffer.next(part)
                contentOctets += stuffed.readableBytes
                context.write(wrapOutboundOut(stuffed), promise: nil)
                hasWritten = true
            }
            guard progress.parts.isEmpty else {
                content = progress
                return context.flush()
            }
            if progress.isComplete { return try finish(&progress, context) }
            if hasWritten { context.flush() }
        } catch {
            return perform(machine.contentFailed(.failed(DeliveryReply(.contentError, "\(error)"))))
        }
        content = progress
        guard context.channel.isWritable, let waiter else { return }
        self.waiter = nil
        waiter.resume(returning: .needsContent)
    }

    /// The final dot, if this node may still send it: another may have been given the message (cluster.md section 6).
    private func finish(_ progress: inout ContentInProgress, _ context: ChannelHandlerContext) throws(DotStuffingError) {
        let end = try progress.stuffer.finish()
        guard heartbeat.isYoung else { return perform(machine.contentFailed(.givenBack)) }
        noteContent(end.readableBytes)
        context.writeAndFlush(wrapOutboundOut(end), promise: nil)
        machine.contentSent()
    }
}

extension SMTPClientHandler {
    /// Each step begins its time anew. One timer is kept and looks, when it fires, whether its time has really come.
    private func updateDeadline() {
        guard let context else { return }
        switch machine.wait {
        case .nothing: deadline = .distantFuture
        case .reply, .content: deadline = .now() + timeouts.reply
        case .finalReply: deadline = .now() + timeouts.finalReply
        }
        guard deadline < timerDeadline || (timer == nil && deadline < .distantFuture) else { return }
        timer?.cancel()
        startTimer(context)
    }

    private func startTimer(_ context: ChannelHandlerContext) {
        timerDeadline = deadline
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(deadline: deadline) { bound.value.timerFired() }
    }

    private func timerFired() {
        timer = nil
        timerDeadline = .distantFuture
        guard let context, deadline < .distantFuture else { return }
        if NIODeadline.now() >= deadline {
            lastError = "no answer in time"
            fail("no answer in time")
        } else {
            startTimer(context)
        }
    }
}

extension SMTPClientHandler.ContentInProgress {
    fileprivate mutating func nextPart(maximumBytes: Int) -> ByteBuffer? {
        while var part = parts.first {
            guard part.readableBytes > maximumBytes, let slice = part.readSlice(length: maximumBytes) else {
                parts.removeFirst()
                if part.readableBytes == 0 { continue }
                return part
            }
            parts[parts.startIndex] = part
            return slice
        }
        return nil
    }
}
