import NIOCore
import NIOPosix
import Synchronization

@testable import OutsideEngines

/// A server on loopback that reads what it is sent and does what a test wants when it has had enough.
final class ScriptedEngine: Sendable {
    enum Behaviour: Sendable {
        /// Answers once so many bytes have come, then closes.
        case answer(String, after: Int)
        /// Answers a connection that begins so, and no other.
        case answerCommand(String, String)
        /// Answers so, without end.
        case flood(String)
        /// Takes everything and says nothing.
        case silence
        /// Closes at once.
        case hangUp
    }

    private let channel: any Channel
    private let received = Mutex<[UInt8]>([])
    private let connections = Mutex(0)

    private init(_ channel: any Channel) { self.channel = channel }

    var port: Int { channel.localAddress?.port ?? 0 }
    var bytes: [UInt8] { received.withLock { $0 } }
    var connectionCount: Int { connections.withLock { $0 } }

    /// - Parameter port: 0: a free one.
    static func start(_ behaviour: Behaviour, port: Int = 0) async throws -> ScriptedEngine {
        let holder = Mutex<ScriptedEngine?>(nil)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(
                        Handler(behaviour) { bytes in
                            holder.withLock { $0 }?.received.withLock { $0 += bytes }
                        } opened: {
                            holder.withLock { $0 }?.connections.withLock { $0 += 1 }
                        })
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let engine = ScriptedEngine(channel)
        holder.withLock { $0 = engine }
        return engine
    }

    func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let behaviour: Behaviour
        private let took: ([UInt8]) -> Void
        private let opened: () -> Void
        private var count = 0
        private var hasAnswered = false

        init(_ behaviour: Behaviour, took: @escaping ([UInt8]) -> Void, opened: @escaping () -> Void) {
            self.behaviour = behaviour
            self.took = took
            self.opened = opened
        }

        func channelActive(context: ChannelHandlerContext) {
            opened()
            if case .hangUp = behaviour { context.close(promise: nil) }
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            count += bytes.readableBytes
            took(Array(bytes.readableBytesView))
            guard !hasAnswered else { return }
            switch behaviour {
            case .answer(let text, let needed):
                guard count >= needed else { return }
                hasAnswered = true
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            case .answerCommand(let command, let text):
                guard count >= command.utf8.count, bytes.readableBytesView.starts(with: command.utf8) else { return }
                hasAnswered = true
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                context.close(promise: nil)
            case .flood(let text):
                hasAnswered = true
                for _ in 0..<10_000 { context.write(wrapOutboundOut(ByteBuffer(string: text)), promise: nil) }
                context.flush()
            case .silence, .hangUp: break
            }
        }
    }
}

/// Content of so many bytes that counts how it is read.
final class CountedContent: EngineContent {
    let byteCount: Int
    private let largest = Mutex(0)
    private let failsAt: Int?

    init(_ byteCount: Int, failsAt: Int? = nil) {
        self.byteCount = byteCount
        self.failsAt = failsAt
    }

    /// The largest piece that was asked for.
    var largestPiece: Int { largest.withLock { $0 } }

    func piece(at offset: Int, count: Int, deadline: Duration) async throws(EngineFailure) -> ByteBuffer {
        if let failsAt, offset >= failsAt { throw .contentUnavailable("the share is gone") }
        largest.withLock { $0 = max($0, count) }
        return ByteBuffer(repeating: UInt8(ascii: "x"), count: count)
    }
}
