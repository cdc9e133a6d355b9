import Settings
import Testing

@testable import Reception

@Suite(.timeLimit(.minutes(3)))
struct ShutdownTests {
    @Test func `idle sessions are told and closed when the node stops`() async throws {
        try await ReceptionFixture.with { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            async let stopped: Void = fixture.listener.stop()
            #expect(try await client.reply().last?.hasPrefix("421 4.3.2") == true)
            await client.close()
            await stopped
            #expect(fixture.listener.presentSessions == 0)
            #expect(fixture.listener.boundPorts.isEmpty)
        }
    }

    @Test func `a running transaction is finished before the node stops`() async throws {
        try await ReceptionFixture.with { fixture in
            let client = try await fixture.connect()
            try await client.beginMessage()
            async let stopped: Void = fixture.listener.stop()
            try await fixture.waitUntil { fixture.listener.boundPorts.isEmpty }
            try await client.send("x\r\n.\r\n")
            #expect(try await client.reply() == ["250 2.0.0 Message accepted"])
            #expect(try await client.reply().last?.hasPrefix("421 4.3.2") == true)
            await client.close()
            await stopped
            #expect(fixture.handler.seen.messages.count == 1)
        }
    }

    @Test func `a drained node keeps listening, lets transactions finish and turns new sessions away, until it is brought back`()
        async throws
    {
        try await ReceptionFixture.with { fixture in
            let idle = try await fixture.connect()
            _ = try await idle.reply()
            let busy = try await fixture.connect()
            try await busy.beginMessage()
            for _ in 0..<2 { fixture.listener.setDraining(true) }
            #expect(try await idle.reply().last?.hasPrefix("421 4.3.2") == true)
            let turnedAway = try await fixture.connect()
            #expect(try await turnedAway.reply().last?.hasPrefix("421 4.3.2") == true)
            try await busy.send("x\r\n.\r\n")
            #expect(try await busy.reply() == ["250 2.0.0 Message accepted"])
            #expect(try await busy.reply().last?.hasPrefix("421 4.3.2") == true)
            for client in [idle, busy, turnedAway] { await client.close() }
            try await fixture.waitUntil { fixture.listener.presentSessions == 0 }
            #expect(!fixture.listener.boundPorts.isEmpty)
            fixture.listener.setDraining(false)
            let again = try await fixture.connect()
            #expect(try await again.reply().last?.hasPrefix("220 ") == true)
            await again.close()
        }
    }

    @Test func `a transaction that outlasts the grace is ended`() async throws {
        let settings = ReceptionFixture.settings { $0.reception.shutdownGraceSeconds = 0 }
        try await ReceptionFixture.with(settings) { fixture in
            let client = try await fixture.connect()
            try await client.beginMessage()
            async let stopped: Void = fixture.listener.stop()
            #expect(try await client.reply().last?.hasPrefix("421 4.3.2") == true)
            await client.close()
            await stopped
            #expect(fixture.handler.seen.ended == ["shutdown"])
        }
    }

    @Test func `a message being made durable is answered before the node stops`() async throws {
        let gate = Gate()
        try await ReceptionFixture.with(handler: RecordingHandler(messageGate: gate)) { fixture in
            let client = try await fixture.connect()
            try await client.beginMessage()
            try await client.send("x\r\n.\r\n")
            await gate.waitForVisitor()
            async let stopped: Void = fixture.listener.stop()
            try await fixture.waitUntil { fixture.listener.boundPorts.isEmpty }
            gate.open()
            #expect(try await client.reply() == ["250 2.0.0 Message accepted"])
            await client.close()
            await stopped
        }
    }

    @Test func `run ends when it is cancelled and closes everything`() async throws {
        try await ReceptionFixture.with { fixture in
            let task = Task { try await fixture.listener.run() }
            let client = try await fixture.connect()
            _ = try await client.reply()
            task.cancel()
            #expect(try await client.reply().last?.hasPrefix("421 4.3.2") == true)
            await client.close()
            try await task.value
            #expect(fixture.listener.boundPorts.isEmpty)
        }
    }
}
