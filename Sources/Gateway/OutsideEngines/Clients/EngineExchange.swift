import Glibc
import NIOCore
import NIOPosix
import Settings

/// One connection to an engine, for one question, within one time: what is said and what is heard go on at once, so that an engine that
/// answers before it has heard all is understood.
struct EngineExchange: Sendable {
    let server: EngineAddress
    let group: any EventLoopGroup
    /// Of all of it, from the connection to the answer.
    let limit: Duration

    /// Pieces that wait to be written, before whoever writes waits.
    private static let writeBufferWaterMark = ChannelOptions.Types.WriteBufferWaterMark(low: 64 << 10, high: 256 << 10)
    /// A piece of content.
    static let pieceBytes = 64 << 10

    /// - Parameters:
    ///   - setUp: adds the channel's handlers.
    ///   - say: writes the question; a connection that ends meanwhile does not end the listening.
    ///   - listen: reads until it has the answer; throws `.brokenOff` when the other side ends before.
    func run<Inbound: Sendable, Outbound: Sendable, Answer: Sendable>(
        _ inbound: Inbound.Type, _ outbound: Outbound.Type,
        setUp: @escaping @Sendable (any Channel) throws -> Void = { _ in },
        say: @escaping @Sendable (NIOAsyncChannelOutboundWriter<Outbound>) async throws -> Void,
        listen: @escaping @Sendable (NIOAsyncChannelInboundStream<Inbound>) async throws -> Answer
    ) async throws(EngineFailure) -> Answer {
        let begun = ContinuousClock.now
        do {
            let channel = try await connect(inbound, outbound, setUp)
            let left = max(.zero, limit - begun.duration(to: .now))
            return try await channel.executeThenClose { inbound, outbound in
                try await withThrowingTaskGroup(of: Answer?.self) { tasks in
                    tasks.addTask {
                        try await Self.withoutConnectionErrors { try await say(outbound) }
                        return nil
                    }
                    tasks.addTask { try await listen(inbound) }
                    tasks.addTask {
                        try await Task.sleep(for: left)
                        throw EngineFailure.timedOut
                    }
                    defer { tasks.cancelAll() }
                    while let answer = try await tasks.next() {
                        if let answer { return answer }
                    }
                    throw EngineFailure.brokenOff
                }
            }
        } catch let failure as EngineFailure {
            throw failure
        } catch {
            throw .brokenOff
        }
    }

    private func connect<Inbound: Sendable, Outbound: Sendable>(
        _ inbound: Inbound.Type, _ outbound: Outbound.Type, _ setUp: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> NIOAsyncChannel<Inbound, Outbound> {
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(.nanoseconds(Int64(limit / .nanoseconds(1))))
            .channelOption(.writeBufferWaterMark, value: Self.writeBufferWaterMark)
        let initialize: @Sendable (any Channel) -> EventLoopFuture<NIOAsyncChannel<Inbound, Outbound>> = { channel in
            channel.eventLoop.makeCompletedFuture {
                try setUp(channel)
                return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
            }
        }
        do {
            switch server {
            case .host(let endpoint):
                return try await bootstrap.connect(host: endpoint.host, port: endpoint.port, channelInitializer: initialize)
            case .localSocket(let path):
                return try await bootstrap.connect(unixDomainSocketPath: path, channelInitializer: initialize)
            }
        } catch {
            throw EngineFailure.unreachable(Self.text(error))
        }
    }

    /// An engine that has answered may close while it is still spoken to: then what it said counts.
    private static func withoutConnectionErrors(_ say: () async throws -> Void) async throws {
        do {
            try await say()
        } catch let failure as EngineFailure {
            throw failure
        } catch {
            // The listening side says how it ended.
        }
    }

    /// Without addresses and types: the settings name the server.
    private static func text(_ error: any Error) -> String {
        if let failure = error as? IOError { return words(failure.errnoCode) }
        if let failure = error as? NIOConnectionError {
            if let first = failure.connectionErrors.first?.error { return text(first) }
            return "the host's name has no address"
        }
        if case .connectTimeout = error as? ChannelError { return "no answer in time" }
        return "connecting failed"
    }

    private static func words(_ code: Int32) -> String { strerror(code).map { String(cString: $0) } ?? "error \(code)" }
}

extension EngineContent {
    /// Hands the content over piece by piece.
    /// - Parameter limit: of each piece's reading.
    func forEachPiece(limit: Duration, _ body: (ByteBuffer) async throws -> Void) async throws {
        var offset = 0
        while offset < byteCount {
            try Task.checkCancellation()
            let piece = try await piece(at: offset, count: min(EngineExchange.pieceBytes, byteCount - offset), deadline: limit)
            guard piece.readableBytes > 0 else { throw EngineFailure.contentUnavailable("it ends early") }
            offset += piece.readableBytes
            try await body(piece)
        }
    }
}
