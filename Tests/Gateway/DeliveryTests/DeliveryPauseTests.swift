import Settings
import Testing

@testable import Delivery

/// A node that delivers nothing for a while although it runs.
@Suite(.timeLimit(.minutes(3))) struct DeliveryPauseTests {
    private func untilAtRest(_ harness: DeliveryHarness, _ isAtRest: Bool = true) async throws {
        while harness.queue.isAtRest != isAtRest { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func `what runs is let finish, the rest is given back, and afterwards it goes on`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer { event, _ in event == .command("RCPT TO:<slow@here.example>") ? .held(gate, "250 ok") : nil }
        let harness = try await DeliveryHarness([server]) {
            $0.reception.shutdownGraceSeconds = 60
            $0.delivery.connectionsPerDestination = 1
        }
        try await harness.running {
            try await harness.submit(to: "slow@here.example")
            await server.until { $0.commands.contains { $0.contains("slow@") } }
            try await harness.submit(to: "waiting@here.example")
            harness.queue.setPaused(.drain, true)
            gate.open()
            try await untilAtRest(harness)
            #expect(server.received.count == 1 && harness.store.value.heldCount == 0 && harness.store.value.rowCount == 1)
            #expect(harness.queue.activeRecipientCount == 0)
            // Fresh mail is durable and free for the others.
            try await harness.submit(to: "fresh@here.example")
            #expect(harness.store.value.heldCount == 0 && harness.store.value.rowCount == 2)
            harness.queue.setPaused(.drain, false)
            await harness.store.until { $0.rowCount == 0 }
        }
        #expect(server.received.count == 3)
    }

    @Test func `it stays paused until every reason is gone`() async throws {
        let server = try await SMTPTestServer()
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            harness.queue.setPaused(.drain, true)
            harness.queue.setPaused(.messageData, true)
            try await untilAtRest(harness)
            try await harness.submit(to: "a@here.example")
            harness.queue.setPaused(.drain, false)
            try await Task.sleep(for: .milliseconds(300))
            #expect(harness.store.value.rowCount == 1 && harness.queue.isAtRest)
            harness.queue.setPaused(.messageData, false)
            await harness.store.until { $0.rowCount == 0 }
        }
        #expect(server.received.count == 1)
    }

    @Test func `a stop in a pause ends it`() async throws {
        let harness = try await DeliveryHarness()
        try await harness.running {
            harness.queue.setPaused(.drain, true)
            try await untilAtRest(harness)
        }
        #expect(harness.store.value.heldCount == 0)
    }

    @Test func `rows are given back only when the store takes them, and the pause lasts until then`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer { event, _ in event.verb == "RCPT" ? .held(gate, "250 ok") : nil }
        let harness = try await DeliveryHarness([server], recordingGrace: .milliseconds(50))
        try await harness.running {
            try await harness.submit(to: "a@here.example")
            await server.until { $0.commands.contains { $0.hasPrefix("RCPT") } }
            harness.store.state.change { $0.isAway = true }
            harness.queue.setPaused(.drain, true)
            gate.open()
            await harness.store.until { $0.recordCalls > 3 }
            #expect(!harness.queue.isAtRest)
            harness.queue.setPaused(.drain, false)
            harness.store.state.change { $0.isAway = false }
            await harness.store.until { $0.rowCount == 0 }
            try await harness.submit(to: "b@here.example")
            await harness.store.until { $0.rowCount == 0 }
        }
        #expect(server.received.count == 2)
    }
}
