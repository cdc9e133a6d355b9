import MessageLog
import SMTP
import Settings
import SharedFolders
import Testing

@testable import Delivery

/// Nothing is lost and nothing doubled when the store, the folder or this node goes away.
@Suite(.timeLimit(.minutes(3))) struct DeliveryDurabilityTests {
    @Test func `outcomes wait for a store that is away, and nothing is sent twice`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            harness.store.state.change { $0.isAway = true }
            for _ in 0..<30 { try await harness.submit(to: "a@here.example") }
            await server.until { $0.received.count == 30 }
            await harness.store.until { $0.recordCalls > 30 }
            #expect(harness.store.value.rowCount == 30 && harness.queue.activeRecipientCount == 30)
            // What is delivered needs its content no more, however long the store is away.
            while harness.budget.usedBytes > 0 { await Task.yield() }
            harness.store.state.change { $0.isAway = false }
            await harness.store.until { $0.rowCount == 0 }
        }
        #expect(server.received.count == 30 && harness.store.value.states.count == 30)
    }

    @Test func `a report queued by an uncertain commit is delivered once`() async throws {
        let server = try await SMTPTestServer { event, _ in
            event == .command("RCPT TO:<no@here.example> NOTIFY=FAILURE") ? .reply("550 5.1.1 no") : nil
        }
        let harness = try await DeliveryHarness([server]) {
            $0.delivery.smartHost = HostAndPort(host: "127.0.0.1", port: server.port)
            $0.delivery.smartHostTLS = .none
        }
        try await harness.running {
            harness.store.state.change { $0.uncertain = 1 }
            try await harness.submit(to: "no@here.example", notify: .on(.failure))
            await harness.store.until { $0.rowCount == 0 && $0.states.contains(.delivered) }
        }
        #expect(server.received.map(\.recipients) == [["RCPT TO:<sender@far.example>"]])
    }

    @Test func `the report of an outcome that did not count is taken away`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer { event, _ in event.verb == "RCPT" ? .held(gate, "550 5.1.1 no") : nil }
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            let message = try await harness.submit(to: "a@here.example")
            await server.until { $0.commands.contains { $0.hasPrefix("RCPT") } }
            // Another node has been given the row meanwhile.
            harness.store.state.change { $0.entries[message.identifier]?.rows[0]?.recipient.attempts = 7 }
            gate.open()
            await harness.store.until { !$0.results.isEmpty }
        }
        #expect(harness.store.value.results.first?.lost == [0] && harness.store.value.submissions.count == 1)
        #expect(try await harness.contentFiles(downTo: 1).count == 1, "the message stays, the report does not")
        #expect(harness.queue.activeRecipientCount == 0)
    }

    @Test func `rows of a submission that is not known to be written are withdrawn`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            harness.store.state.change { $0.uncertainEnqueues = 1 }
            await #expect(throws: DeliveryQueueError.self) { try await harness.submit(to: "a@here.example") }
            await harness.store.until { $0.rowCount == 0 && !$0.records.isEmpty }
            try await harness.submit(to: "a@here.example")
            await harness.store.until { $0.states.contains(.delivered) }
        }
        #expect(server.received.count == 1 && harness.store.value.states == [.deleted, .delivered])
        #expect(harness.queue.activeRecipientCount == 0)
    }

    @Test func `a node that has been declared dead sends no final dot and records nothing`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            harness.isAlive.change { $0 = false }
            try await harness.submit(to: "a@here.example")
            await server.until { $0.commands.contains("DATA") && $0.open == 0 }
            await harness.store.until { !$0.records.isEmpty }
            #expect(harness.store.value.records.first?.outcomes.first?.change == .givenBack && server.received.isEmpty)
            harness.store.state.change { $0.isDead = true }
        }
        #expect(server.received.isEmpty)
    }

    @Test func `a graceful stop lets a running attempt finish and gives the rest back`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer { event, _ in event == .endOfContent ? .held(gate, "250 2.0.0 ok") : nil }
        let harness = try await DeliveryHarness([server]) { $0.delivery.connectionsPerDestination = 1 }
        try await harness.running {
            for _ in 0..<10 { try await harness.submit(to: "a@here.example") }
            await server.until { $0.commands.contains("DATA") }
            harness.runner.beginStop()
            // Only when the runner has begun to stop, is the attempt allowed to end.
            while harness.queue.activeRecipientCount > 1 { await Task.yield() }
            gate.open()
        }
        #expect(server.received.count == 1 && harness.store.value.rowCount == 9)
        #expect(harness.store.value.heldCount == 0 && harness.store.value.givenBack == 1 && harness.store.value.states == [.delivered])
    }

    @Test func `an attempt that does not end within the grace is broken off and given back`() async throws {
        let server = try await SMTPTestServer { event, _ in event.verb == "RCPT" ? .silence : nil }
        let harness = try await DeliveryHarness([server]) { $0.reception.shutdownGraceSeconds = 0 }
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await server.until { $0.commands.contains { $0.hasPrefix("RCPT") } }
        }
        #expect(harness.store.value.records.first?.outcomes.first?.change == .givenBack)
        #expect(harness.store.value.rowCount == 1 && harness.store.value.heldCount == 0)
    }

    @Test func `a stop while a connection is being made does not wait for it`() async throws {
        let server = try await SMTPTestServer { event, _ in event == .connected ? .silence : nil }
        let harness = try await DeliveryHarness([server]) {
            $0.reception.shutdownGraceSeconds = 0
            $0.delivery.replyTimeoutSeconds = 3600
        }
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await server.until { $0.open == 1 }
        }
        #expect(harness.store.value.rowCount == 1 && harness.store.value.heldCount == 0)
    }

    @Test func `mail submitted after a stop is left to others`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        try await harness.running {}
        try await harness.submit(to: "a@here.example")
        #expect(harness.store.value.heldCount == 0 && harness.store.value.rowCount == 1 && server.received.isEmpty)
    }

    @Test func `what another incarnation left is claimed at the start`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        for _ in 0..<700 { try await harness.submit(to: "a@here.example") }
        try await harness.running {
            await harness.store.until { $0.rowCount == 0 }
        }
        #expect(server.received.count == 700 && harness.store.value.states.count == 700)
    }

    @Test func `claims keep within the memory's bound`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer { event, _ in event == .endOfContent ? .held(gate, "250 2.0.0 ok") : nil }
        let harness = try await DeliveryHarness([server]) { $0.delivery.activeRecipients = 100 }
        for _ in 0..<250 { try await harness.submit(to: "a@here.example") }
        try await harness.running {
            await server.until { $0.commands.contains("DATA") }
            #expect(harness.queue.activeRecipientCount <= 100 && harness.store.value.heldCount <= 100)
            gate.open()
            await harness.store.until { $0.rowCount == 0 }
        }
        #expect(server.received.count == 250)
    }

    @Test func `a runner that is cancelled still records what has happened`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        let running = Task { try await harness.runner.run() }
        await harness.store.until { $0.claims > 0 }
        harness.store.state.change { $0.isAway = true }
        try await harness.submit(to: "a@here.example")
        await harness.store.until { $0.recordCalls > 0 }
        running.cancel()
        await server.until { $0.open == 0 }
        harness.store.state.change { $0.isAway = false }
        try await running.value
        #expect(harness.store.value.states == [.delivered] && harness.store.value.rowCount == 0 && server.received.count == 1)
        #expect(harness.store.value.givenBack == 1)
    }

    @Test func `what was under way when a runner is cancelled is recorded too`() async throws {
        let server = try await SMTPTestServer { event, _ in event == .endOfContent ? .silence : nil }
        let harness = try await DeliveryHarness([server])
        let running = Task { try await harness.runner.run() }
        await harness.store.until { $0.claims > 0 }
        try await harness.submit(to: "a@here.example")
        await server.until { $0.commands.contains("DATA") }
        running.cancel()
        try await running.value
        #expect(harness.store.value.kinds == [.deferred] && harness.store.value.heldCount == 0)
        #expect(harness.queue.activeRecipientCount == 0)
    }

    @Test func `one row that the database refuses takes no other outcome with it`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            harness.store.state.change { $0.refusedOrdinals = [1] }
            try await harness.submit(to: "a@here.example", "b@here.example", "c@here.example")
            await harness.store.until { $0.states.count == 2 }
            while harness.queue.activeRecipientCount > 0 { await Task.yield() }
        }
        #expect(harness.store.value.states == [.delivered, .delivered] && harness.store.value.rowCount == 1)
        #expect(harness.errors.value.count == 1)
    }
}
