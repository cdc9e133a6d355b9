import MessageLog
import SMTP
import Settings
import Testing

@testable import Delivery

/// Reports wait for the message folder; what was delivered does not wait for reports.
@Suite(.timeLimit(.minutes(3))) struct DeliveryReportTests {
    private static func harness(_ server: SMTPTestServer, recordingGrace: Duration = .seconds(10)) async throws -> DeliveryHarness {
        try await DeliveryHarness([server], recordingGrace: recordingGrace) {
            $0.delivery.smartHost = HostAndPort(host: "127.0.0.1", port: server.port)
            $0.delivery.smartHostTLS = .none
        }
    }

    @Test func `a delivered recipient is recorded while the report of another waits for the folder`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer { event, _ in
            if case .command(let line) = event, line.hasPrefix("RCPT TO:<no@") { return .held(gate, "550 5.1.1 no") }
            return nil
        }
        let harness = try await Self.harness(server)
        try await harness.running {
            try await harness.submit(to: "a@here.example", "no@here.example")
            await server.until { $0.commands.contains { $0.contains("no@") } }
            try harness.takeFolderAway()
            gate.open()
            await harness.store.until { $0.states == [.delivered] }
            await harness.errors.until { !$0.isEmpty }
            harness.advance(by: .seconds(60))
            try harness.bringFolderBack()
            await harness.store.until { $0.rowCount == 0 }
        }
        #expect(harness.store.value.states == [.delivered, .failed, .delivered] && server.received.count == 2)
        let report = try #require(harness.store.value.submissions.last)
        let told = try #require(harness.store.value.records.first { $0.report != nil })
        #expect(told.reportEvents.map(\.kind) == [.reported] && told.reportEvents.map(\.ordinal) == [1])
        #expect(
            report.message.identifier.milliseconds >= Fixture.start.advanced(by: .seconds(60)).milliseconds,
            "each try has an identifier of its own: the late end of an earlier one must not take its file away")
        #expect(try await harness.contentFiles().isEmpty)
    }

    @Test func `many reports that wait for the folder hold up no other outcome`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer { event, _ in
            if case .command(let line) = event, line.hasPrefix("RCPT TO:<no@") { return .held(gate, "550 5.1.1 no") }
            return nil
        }
        let harness = try await Self.harness(server, recordingGrace: .milliseconds(100))
        try await harness.running {
            let count = OutcomeRecorder.maximumWorkers + 10
            for _ in 0..<count { try await harness.submit(to: "no@here.example") }
            try await harness.submit(to: "a@here.example")
            await server.until { $0.commands.contains { $0.contains("no@") } }
            try harness.takeFolderAway()
            gate.open()
            await harness.store.until { $0.states == [.delivered] }
            try await harness.untilActive(count)
        }
        #expect(harness.store.value.states == [.delivered] && harness.store.value.heldCount == 0, "the failures are found again")
        #expect(harness.queue.activeRecipientCount == 0)
    }

    @Test func `at a stop a delivery is recorded even when its report cannot be stored`() async throws {
        let gate = Gate()
        let server = try await SMTPTestServer(extensions: "PIPELINING") { event, _ in
            event == .endOfContent ? .held(gate, "250 2.0.0 ok") : nil
        }
        let harness = try await Self.harness(server, recordingGrace: .milliseconds(100))
        try await harness.running {
            try await harness.submit(to: "a@here.example", notify: .on(.success))
            await server.until { $0.commands.contains("DATA") }
            try harness.takeFolderAway()
            gate.open()
            await server.until { $0.received.count == 1 }
        }
        #expect(harness.store.value.states == [.delivered] && harness.store.value.rowCount == 0)
        #expect(harness.store.value.submissions.count == 1 && harness.queue.activeRecipientCount == 0)
    }
}
