import MessageLog
import SMTP
import Settings
import Testing

@testable import Delivery

/// What a server does wrong, and what becomes of the message.
@Suite(.timeLimit(.minutes(3))) struct DeliveryFaultTests {
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let at: String
        let answer: SMTPTestServer.Answer
        let kind: DeliveryHistoryEvent.Kind

        init(_ at: String, _ name: String, _ answer: SMTPTestServer.Answer, _ kind: DeliveryHistoryEvent.Kind) {
            self.name = name
            self.at = at
            self.answer = answer
            self.kind = kind
        }

        var testDescription: String { "\(at): \(name)" }
    }

    static let faults: [Fault] = [
        Fault("connected", "closes", .close, .deferred), Fault("connected", "554", .reply("554 no"), .deferred),
        Fault("connected", "521", .reply("521 5.3.2 never"), .failed), Fault("connected", "421", .replyAndClose("421 busy"), .deferred),
        Fault("connected", "nonsense", .reply("hello there"), .deferred), Fault("connected", "silence", .silence, .deferred),
        Fault("EHLO", "closes", .close, .deferred), Fault("EHLO", "450", .reply("450 later"), .deferred),
        Fault("MAIL", "closes", .close, .deferred), Fault("MAIL", "451", .reply("451 4.3.0 later"), .deferred),
        Fault("MAIL", "550", .reply("550 5.7.1 no"), .failed), Fault("MAIL", "421", .replyAndClose("421 4.3.2 bye"), .deferred),
        Fault("RCPT", "closes", .close, .deferred), Fault("RCPT", "450", .reply("450 4.2.1 later"), .deferred),
        Fault("RCPT", "550", .reply("550 5.1.1 no"), .failed), Fault("RCPT", "552", .reply("552 many"), .deferred),
        Fault("RCPT", "mixed codes", .reply("250-a\r\n550 b"), .deferred),
        Fault("DATA", "closes", .close, .deferred), Fault("DATA", "451", .reply("451 4.3.0 later"), .deferred),
        Fault("DATA", "554", .reply("554 5.6.0 no"), .failed), Fault("DATA", "silence", .silence, .deferred),
        Fault("end", "closes", .close, .deferred), Fault("end", "451", .reply("451 4.3.0 later"), .deferred),
        Fault("end", "554", .reply("554 5.7.1 spam"), .failed), Fault("end", "421", .replyAndClose("421 bye"), .deferred),
        Fault("end", "silence", .silence, .deferred),
    ]

    @Test(arguments: faults, [SMTPTestServer.usualExtensions, "HELP"])
    func `a fault is deferred or failed, never lost`(fault: Fault, extensions: String) async throws {
        let server = try await SMTPTestServer(extensions: extensions) { event, _ in
            let place =
                switch event {
                case .connected: "connected"
                case .command: event.verb
                case .endOfContent: "end"
                }
            return place == fault.at ? fault.answer : nil
        }
        let harness = try await DeliveryHarness([server]) { $0.delivery.replyTimeoutSeconds = 1 }
        try await harness.running {
            try await harness.submit(from: "", to: "a@here.example")
            await harness.store.until { !$0.records.isEmpty && $0.heldCount == 0 }
        }
        #expect(harness.store.value.kinds == [fault.kind])
        #expect(harness.store.value.rowCount == (fault.kind == .deferred ? 1 : 0))
        #expect(harness.queue.activeRecipientCount == 0)
    }

    @Test func `a server without 8BITMIME gets the message in 7 bit`() async throws {
        let server = try await SMTPTestServer(extensions: "PIPELINING\nSIZE 100000")
        let harness = try await DeliveryHarness([server])
        let content =
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n\r\nこんにちは\r\n"
        try await harness.running {
            try await harness.submit(content, to: "a@here.example", body: .eightBitMIME)
            await harness.store.until { $0.rowCount == 0 && !$0.records.isEmpty }
        }
        let received = try #require(server.received.first)
        #expect(received.content.allSatisfy { $0 < 0x80 } && received.mail.hasSuffix("SIZE=\(received.content.count)"))
        #expect(received.text.contains("Content-Transfer-Encoding: base64") || received.text.contains("quoted-printable"))
    }

    @Test func `what cannot be converted fails with 5-6-3`() async throws {
        let server = try await SMTPTestServer(extensions: "PIPELINING")
        let harness = try await DeliveryHarness([server])
        let content =
            "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n"
            + "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nこんにちは\r\n--b\r\n\r\nsignature\r\n--b--\r\n"
        try await harness.running {
            try await harness.submit(content, from: "", to: "a@here.example", body: .eightBitMIME)
            await harness.store.until { $0.rowCount == 0 && !$0.records.isEmpty }
        }
        #expect(harness.store.value.records.first?.outcomes.first?.event.reply.hasPrefix("5.6.3") == true && server.received.isEmpty)
    }

    @Test(arguments: [("Subject: plain\r\n\r\nx\r\n", DeliveryHistoryEvent.Kind.delivered), ("Subject: 件名\r\n\r\nx\r\n", .failed)])
    func `without SMTPUTF8 only what needs none goes on`(content: String, kind: DeliveryHistoryEvent.Kind) async throws {
        let server = try await SMTPTestServer(extensions: "PIPELINING\n8BITMIME")
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            try await harness.submit(content, from: "", to: "a@here.example", body: .eightBitMIME, isInternational: true)
            await harness.store.until { $0.rowCount == 0 && !$0.records.isEmpty }
        }
        #expect(harness.store.value.kinds == [kind] && server.received.allSatisfy { !$0.mail.contains("SMTPUTF8") })
    }

    @Test func `a message above the server's size is not sent`() async throws {
        let server = try await SMTPTestServer(extensions: "SIZE 10")
        let harness = try await DeliveryHarness([server])
        try await harness.running {
            try await harness.submit(from: "", to: "a@here.example")
            await harness.store.until { $0.rowCount == 0 && !$0.records.isEmpty }
        }
        #expect(harness.store.value.records.first?.outcomes.first?.event.reply.hasPrefix("5.3.4") == true)
        #expect(!server.record.commands.contains { $0.hasPrefix("MAIL") })
    }
}
