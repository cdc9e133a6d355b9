import NIOCore
import NIOPosix
import NIOSSL
import SMTP
import Synchronization
import TransportSecurity

/// A mail server in this process, on a port of the system's choice. It behaves, unless its script says otherwise.
final class SMTPTestServer: Sendable {
    /// What a script may answer to.
    enum Event: Sendable, Hashable {
        case connected
        /// A command line; for one command in upper case by `verb`.
        case command(String)
        case endOfContent

        var verb: String {
            guard case .command(let line) = self else { return "" }
            return String(line.prefix { $0 != " " && $0 != ":" }).uppercased()
        }
    }

    enum Answer: Sendable {
        case reply(String)
        case replyAndClose(String)
        case close
        /// Never.
        case silence
        /// When the gate is opened.
        case held(Gate, String)
        /// Bytes that are no TLS, after the reply.
        case replyAndGarbage(String)
    }

    struct Received: Sendable, Hashable {
        var connection = 0
        var mail = ""
        var recipients: [String] = []
        var content: [UInt8] = []
        var isSecured = false
        var text: String { String(decoding: content, as: UTF8.self) }
    }

    /// What came in so far.
    struct Record: Sendable {
        var connections = 0
        var open = 0
        var mostOpen = 0
        var commands: [String] = []
        var received: [Received] = []
    }

    /// - Parameter connection: counted from 1.
    typealias Script = @Sendable (_ event: Event, _ connection: Int) -> Answer?

    let port: Int
    private let channel: any Channel
    private let state: Watched<Record>

    static let usualExtensions = "PIPELINING\n8BITMIME\nSIZE 50000000\nENHANCEDSTATUSCODES\nDSN\nSMTPUTF8"

    /// - Parameters:
    ///   - contexts: offers STARTTLS with its certificate.
    ///   - isImplicit: TLS from the first byte.
    init(
        extensions: String = usualExtensions, name: String = "sink.example", contexts: TLSContexts? = nil, isImplicit: Bool = false,
        script: @escaping Script = { _, _ in nil }
    ) async throws {
        let state = Watched(Record())
        self.state = state
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    let number = state.change { record in
                        record.connections += 1
                        record.open += 1
                        record.mostOpen = max(record.mostOpen, record.open)
                        return record.connections
                    }
                    if isImplicit, let contexts { try child.pipeline.syncOperations.addHandler(contexts.serverHandler()) }
                    let lines = extensions.split(separator: "\n").map(String.init) + (contexts != nil && !isImplicit ? ["STARTTLS"] : [])
                    try child.pipeline.syncOperations.addHandler(
                        Handler(
                            state: state, number: number, name: name, extensions: lines, contexts: contexts, isSecured: isImplicit,
                            script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    var record: Record { state.value }
    var received: [Received] { record.received }

    func until(_ condition: @escaping @Sendable (Record) -> Bool) async { await state.until(condition) }

    func close() async { try? await channel.close() }  // closing twice is no fault of a test
}

/// Lets something through when it is opened.
final class Gate: Sendable {
    private let isOpen = Watched(false)
    func open() { isOpen.change { $0 = true } }
    func wait() async { await isOpen.until { $0 } }
}

/// A value that tests can wait for.
final class Watched<Value: Sendable>: Sendable {
    private struct Waiting {
        let number: Int
        let condition: @Sendable (Value) -> Bool
        let continuation: CheckedContinuation<Void, Never>
    }

    private struct State {
        var value: Value
        var waiting: [Waiting] = []
        var lastNumber = 0
        /// Waits cancelled before they began.
        var cancelled: Set<Int> = []
    }

    private let state: Mutex<State>

    init(_ value: Value) { state = Mutex(State(value: value)) }

    var value: Value { state.withLock { $0.value } }

    @discardableResult
    func change<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        let (result, ready): (Result, [CheckedContinuation<Void, Never>]) = state.withLock { state in
            let result = body(&state.value)
            let value = state.value
            let ready = state.waiting.filter { $0.condition(value) }.map(\.continuation)
            state.waiting.removeAll { $0.condition(value) }
            return (result, ready)
        }
        for continuation in ready { continuation.resume() }
        return result
    }

    /// Returns when the condition holds, and when the task is cancelled: a test's time limit ends a vain wait.
    func until(_ condition: @escaping @Sendable (Value) -> Bool) async {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.cancelled.remove(number) != nil || condition(state.value) { return true }
                    state.waiting.append(Waiting(number: number, condition: condition, continuation: continuation))
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiting: CheckedContinuation<Void, Never>? = state.withLock { state in
                guard let index = state.waiting.firstIndex(where: { $0.number == number }) else {
                    state.cancelled.insert(number)
                    return nil
                }
                return state.waiting.remove(at: index).continuation
            }
            waiting?.resume()
        }
    }
}

extension SMTPTestServer {
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let state: Watched<Record>
        private let number: Int
        private let name: String
        private let extensions: [String]
        private let contexts: TLSContexts?
        private let script: Script
        private var isSecured: Bool
        private var stream = SMTPServerStream()
        private var current = Received()
        private var isHeld = false

        init(
            state: Watched<Record>, number: Int, name: String, extensions: [String], contexts: TLSContexts?, isSecured: Bool,
            script: @escaping Script
        ) {
            self.state = state
            self.number = number
            self.name = name
            self.extensions = extensions
            self.contexts = contexts
            self.isSecured = isSecured
            self.script = script
        }

        func channelActive(context: ChannelHandlerContext) { answer(.connected, context) }

        func channelInactive(context: ChannelHandlerContext) { state.change { $0.open -= 1 } }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            stream.append(unwrapInboundIn(data))
            process(context)
        }

        private func process(_ context: ChannelHandlerContext) {
            while !isHeld, let event = stream.next() {
                switch event {
                case .line(let line): answer(.command(String(buffer: line)), context)
                case .text(let text): current.content += text.readableBytesView
                case .endOfText: answer(.endOfContent, context)
                case .malformedLine, .chunk, .endOfChunk: context.close(promise: nil)
                }
            }
        }

        private func answer(_ event: Event, _ context: ChannelHandlerContext) {
            if case .command(let line) = event { state.change { $0.commands.append(line) } }
            let answer = script(event, number) ?? usual(event)
            switch answer {
            case .reply(let text): perform(event, text, context)
            case .replyAndClose(let text):
                write(text, context)
                context.close(promise: nil)
            case .close: context.close(promise: nil)
            case .silence: isHeld = true
            case .replyAndGarbage(let text):
                write(text, context)
                write("this is not TLS", context)
            case .held(let gate, let text): hold(gate, event, text, context)
            }
        }

        private func hold(_ gate: Gate, _ event: Event, _ text: String, _ context: ChannelHandlerContext) {
            isHeld = true
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            let loop = context.eventLoop
            // Ends when the test opens the gate.
            Task {
                await gate.wait()
                loop.execute {
                    let (handler, context) = bound.value
                    handler.isHeld = false
                    handler.perform(event, text, context)
                    handler.process(context)
                }
            }
        }

        /// Replies, and follows its own reply.
        private func perform(_ event: Event, _ text: String, _ context: ChannelHandlerContext) {
            let isPositive = text.hasPrefix("2")
            if event == .endOfContent {
                if isPositive {
                    let transaction = current
                    state.change { $0.received.append(transaction) }
                }
                current = Received()
            }
            if case .command(let line) = event {
                switch event.verb {
                case "MAIL" where isPositive: current = Received(connection: number, mail: line, isSecured: isSecured)
                case "RCPT" where isPositive: current.recipients.append(line)
                case "DATA" where text.hasPrefix("3"): stream.expectText()
                case "RSET": current = Received()
                default: break
                }
            }
            write(text, context)
            if event.verb == "STARTTLS", isPositive, let contexts { secure(contexts, context) }
            if event.verb == "QUIT" { context.close(promise: nil) }
        }

        private func secure(_ contexts: TLSContexts, _ context: ChannelHandlerContext) {
            isSecured = true
            do { try context.pipeline.syncOperations.addHandler(contexts.serverHandler(), position: .first) } catch {
                context.close(promise: nil)
            }
        }

        private func usual(_ event: Event) -> Answer {
            switch event {
            case .connected: return .reply("220 \(name) ESMTP")
            case .endOfContent: return .reply("250 2.0.0 taken")
            case .command: break
            }
            switch event.verb {
            case "EHLO":
                let lines = [name] + extensions.filter { !isSecured || $0 != "STARTTLS" }
                return .reply(
                    lines.enumerated().map { "250\($0.offset == lines.count - 1 ? " " : "-")\($0.element)" }.joined(separator: "\r\n"))
            case "DATA": return .reply(current.recipients.isEmpty ? "554 5.5.1 no valid recipients" : "354 go on")
            case "STARTTLS": return .reply("220 2.0.0 begin")
            case "QUIT": return .reply("221 2.0.0 bye")
            default: return .reply("250 2.0.0 ok")
            }
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text + "\r\n")), promise: nil)
        }
    }
}
