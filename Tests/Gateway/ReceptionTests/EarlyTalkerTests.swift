import Foundation
import NIOCore
import NIOPosix
import Settings
import Testing

@testable import Reception

/// Clients that do not wait for the greeting, without any delay set.
@Suite(.timeLimit(.minutes(2)))
struct EarlyTalkerTests {
    @Test func `what came with the connection is noticed before the greeting`() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        try await ReceptionFixture.with { fixture in
            var listeners = try await fixture.makeListeners(on: group)
            try await listeners.open([BoundListeners.Wish(kind: .smtp, address: ReceptionFixture.loopback)])
            let port = try #require(listeners.channels.values.first?.localAddress?.port)
            // The server sleeps until the client's octets lie in its socket.
            let blocker = Blocker()
            group.next().execute { blocker.wait() }
            let client = try await DialogClient.connect(port: port)
            try await client.send("EHLO client.example\r\n")
            blocker.release()
            #expect(try await client.reply().last?.hasPrefix("554 5.5.0 Protocol error: you spoke before the greeting") == true)
            #expect(await client.isClosedByServer())
            await client.close()
            await listeners.close(Array(listeners.channels.keys))
        }
        try await group.shutdownGracefully()
    }

    @Test func `a trusted network does not wait for a delayed greeting`() async throws {
        let settings = ReceptionFixture.settings {
            $0.reception.greetingDelayMilliseconds = 30_000
            $0.relay.trustedNetworks = NetworkRange("127.0.0.1").map { [$0] } ?? []
        }
        try await ReceptionFixture.with(settings) { fixture in
            let client = try await fixture.connect()
            // Within the suite's time only because nothing is waited for; the delay of the others is in the dialogs.
            #expect(try await client.reply().last?.hasPrefix("220 ") == true)
            await client.close()
        }
    }
}

/// Holds an event loop's thread.
private final class Blocker: Sendable {
    private let semaphore = DispatchSemaphore(value: 0)

    func wait() { semaphore.wait() }

    func release() { semaphore.signal() }
}
