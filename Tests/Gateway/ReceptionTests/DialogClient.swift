import NIOCore
import NIOPosix
import NIOSSL
import TransportSecurity

/// A client that sends what it is told and reads replies, over a real socket.
final class DialogClient: Sendable {
    struct Closed: Error {}

    private let channel: any Channel
    private let inbox: Inbox

    private init(channel: any Channel, inbox: Inbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// - Parameter receiveBuffer: of the socket, to see it full soon.
    static func connect(port: Int, receiveBuffer: Int? = nil) async throws -> DialogClient {
        let inbox = Inbox()
        let bootstrap = ClientBootstrap(group: ReceptionFixture.group).channelOption(.tcpOption(.tcp_nodelay), value: 1)
        let channel = try await (receiveBuffer.map { bootstrap.channelOption(.socketOption(.so_rcvbuf), value: .init($0)) } ?? bootstrap)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(inbox))
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return DialogClient(channel: channel, inbox: inbox)
    }

    func send(_ text: String) async throws { try await send(bytes: Array(text.utf8)) }

    func send(bytes: [UInt8]) async throws {
        try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
    }

    /// Gives bytes to the socket without waiting until it takes them.
    func queue(bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func line(_ text: String) async throws { try await send(text + "\r\n") }

    /// All lines of the next reply, without line ends.
    func reply() async throws -> [String] {
        var lines: [String] = []
        repeat { lines.append(try await readLine()) } while lines.last?.dropFirst(3).first == "-"
        return lines
    }

    /// Sends a command; the last line of its reply.
    func command(_ text: String) async throws -> String {
        try await line(text)
        return try await reply().last ?? ""
    }

    /// Whether the server closes without saying more.
    func isClosedByServer() async -> Bool {
        await inbox.isAtEnd()
    }

    /// Returns when the server has closed, whatever it says before.
    func waitForEnd() async { await inbox.waitForEnd() }

    /// Replies stay in the kernel from now on.
    func stopReading() { channel.setOption(.autoRead, value: false).whenFailure { _ in } }

    /// What was queued cannot be sent.
    var isBlocked: Bool { !channel.isWritable }

    /// TLS begins now, as client.
    func startTLS() async throws {
        let contexts = try await ReceptionFixture.tls.value
        let channel = channel
        try await channel.eventLoop.submit {
            let handler = try contexts.clientHandler(.unverified, serverName: "mx.example.test")
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
    }

    func close() async {
        // The server may have closed first.
        try? await channel.close()
    }

    private func readLine() async throws -> String {
        guard let line = await inbox.line() else { throw Closed() }
        return line
    }
}

private final class Collector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let inbox: Inbox

    init(_ inbox: Inbox) { self.inbox = inbox }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { inbox.add(unwrapInboundIn(data)) }

    func channelInactive(context: ChannelHandlerContext) { inbox.end() }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
