import Foundation
import NIOCore
import NIOPosix
import Settings
import Testing

@testable import SecurityGateway

/// The client against sockets that do not behave.
struct LocalSocketClientTests {
    /// Serves the first bytes of each connection with `answer`, then closes if told so.
    private static func serve(
        _ answer: String, closes: Bool = true, deadline: TimeAmount = .seconds(30), _ body: (LocalSocketClient) async throws -> Void
    ) async throws {
        let folder = try ServedNode.temporaryFolder()
        defer { try? FileManager.default.removeItem(atPath: folder) }  // a leftover folder fails no test
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(FixedAnswer(answer, closes: closes))
                }
            }
            .bind(unixDomainSocketPath: folder + "/admin.sock").get()
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(LocalSocketClient(socketPath: folder + "/admin.sock", deadline: deadline)))
        } catch {
            result = .failure(error)
        }
        try await server.close()
        try result.get()
    }

    @Test func `an answer is taken whole`() async throws {
        try await Self.serve("HTTP/1.1 418 Teapot\r\nContent-Length: 2\r\n\r\nok") { client in
            let answer = try await client.send(.get, "/status")
            #expect(answer.status == 418)
            #expect(answer.body == Array("ok".utf8))
        }
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", "SSH-2.0-OpenSSH\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    ])
    func `an answer that breaks off or is no HTTP is an error`(answer: String) async throws {
        try await Self.serve(answer) { client in
            await #expect(throws: LocalSocketError.self) { try await client.send(.get, "/status") }
        }
    }

    @Test func `an answer beyond the bound is refused`() async throws {
        let text = String(repeating: "x", count: LocalSocketClient.maximumAnswerBytes + 1)
        try await Self.serve("HTTP/1.1 200 OK\r\nContent-Length: \(text.utf8.count)\r\n\r\n\(text)") { client in
            await #expect(
                throws: LocalSocketError.failed(reason: "the answer is larger than \(LocalSocketClient.maximumAnswerBytes) bytes")
            ) {
                try await client.send(.get, "/status")
            }
        }
    }

    @Test func `silence ends with the deadline`() async throws {
        try await Self.serve("", closes: false, deadline: .milliseconds(50)) { client in
            await #expect(throws: LocalSocketError.deadlineExceeded(seconds: 0)) { try await client.send(.get, "/status") }
        }
    }

    @Test func `a home without a node is exit status 69 with what to do`() async throws {
        let outcome = try await ServedNode.run(["status"], home: "/nowhere/at-all")
        #expect(outcome.failure?.exitCode == 69)
        #expect(outcome.failure?.description.contains("securitygateway run --home /nowhere/at-all") == true)
    }

    @Test func `a socket left by a killed node is no node`() async throws {
        try await Self.serve("") { client in
            let path = client.socketPath + ".old"
            let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
            }
            #expect(bound == 0)
            close(descriptor)
            await #expect(throws: LocalSocketError.noNode) { try await LocalSocketClient(socketPath: path).send(.get, "/status") }
        }
    }

    @Test func `a path that is too long for a socket says so`() async throws {
        let outcome = try await ServedNode.run(["status"], home: "/" + String(repeating: "long/", count: 30))
        #expect(outcome.failure?.description.contains("107 bytes") == true)
    }
}

/// Answers the first bytes that come.
private final class FixedAnswer: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let answer: String
    private let closes: Bool

    init(_ answer: String, closes: Bool) {
        self.answer = answer
        self.closes = closes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let written = context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: answer)))
        let channel = context.channel
        if closes { written.whenComplete { _ in channel.close(promise: nil) } }
    }
}
