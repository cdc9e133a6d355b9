import FirebirdTestKit
import Testing

@testable import Firebird

@Suite struct EventTests {
    private static func post(_ names: [String], _ pool: FirebirdPool) async throws {
        try await pool.transaction { transaction in
            for name in names { try transaction.execute("execute block (n varchar(60) = \(name)) as begin post_event n; end") }
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `events posted are heard by name and number, again and again`(place: TestPlace) async throws {
        try await place.withPool { pool in
            let listener = try await FirebirdEventListener(pool.configuration, names: ["settings", "queue"])
            var iterator = listener.notifications.makeAsyncIterator()
            for round in 1...3 {
                try await Self.post(Array(repeating: "settings", count: round), pool)
                let heard = await iterator.next()
                #expect(heard == .posted(["settings": round]))
            }
            try await Self.post(["other", "queue"], pool)
            let heard = await iterator.next()
            #expect(heard == .posted(["queue": 1]))
            await listener.close()
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `what is rolled back is not heard`(place: TestPlace) async throws {
        try await place.withPool { pool in
            let listener = try await FirebirdEventListener(pool.configuration, names: ["a", "b"])
            var iterator = listener.notifications.makeAsyncIterator()
            await #expect(throws: CancellationError.self) {
                try await pool.transaction { transaction in
                    try transaction.execute("execute block as begin post_event 'a'; end")
                    throw CancellationError()
                }
            }
            try await Self.post(["b"], pool)
            let heard = await iterator.next()
            #expect(heard == .posted(["b": 1]))
            await listener.close()
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `a listener that is closed ends its stream`(place: TestPlace) async throws {
        try await place.withPool { pool in
            let listener = try await FirebirdEventListener(pool.configuration, names: ["a"])
            try await listener.ping()
            await listener.close()
            var heard: [FirebirdEventListener.Notification] = []
            for await notification in listener.notifications { heard.append(notification) }
            #expect(heard == [.channelClosed])
            await #expect(throws: FirebirdError.self) { try await listener.ping() }
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `listeners close at the moment they hear, and no call of the library finds them gone`(place: TestPlace) async throws {
        try await place.withPool { pool in
            for _ in 0..<40 {
                let listener = try await FirebirdEventListener(pool.configuration, names: ["a"])
                async let posting: Void = Self.post(["a", "a"], pool)
                var iterator = listener.notifications.makeAsyncIterator()
                let heard = await iterator.next()
                #expect(heard == .posted(["a": 2]))
                await listener.close()
                try await posting
            }
        }
    }

    @Test(arguments: [[], ["a", "a"], [""], [String(repeating: "x", count: 128)], (0..<16).map(String.init)])
    func `unusable names are refused`(names: [String]) async throws {
        let configuration = try await TestPlace.embedded.freshConfiguration()
        let kind = await errorKind { _ = try await FirebirdEventListener(configuration, names: names) }
        #expect(kind == .invalidArgument)
    }

    private static func silentChannel() -> EventChannel {
        let (_, output) = AsyncStream.makeStream(of: FirebirdEventListener.Notification.self)
        return EventChannel(names: ["a"], output: output) { _ in }
    }

    @Test func `a first answer that does not come is waited for until the deadline`() async {
        let channel = Self.silentChannel()
        let kind = await errorKind { try await channel.waitUntilFirstAnswer(deadline: .milliseconds(20)) }
        #expect(kind == .deadlineExceeded)
        #expect(channel.isClosed)
    }

    @Test func `cancellation ends the waiting for the first answer`() async {
        let channel = Self.silentChannel()
        let waiting = Task { await errorKind { try await channel.waitUntilFirstAnswer(deadline: .seconds(600)) } }
        waiting.cancel()
        #expect(await waiting.value == .cancelled)
        #expect(channel.isClosed)
    }
}
