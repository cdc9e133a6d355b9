import Foundation
import Mail
import NIOCore
import Settings
import Testing

@testable import Reception

@Suite(.timeLimit(.minutes(3)))
struct MessageFlowTests {
    @Test func `header, size and findings are handed over`() async throws {
        try await ReceptionFixture.with { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            try await client.sendMessage("Received: a\r\nSubject: grün\r\n\r\nx\r\n")
            let message = try #require(fixture.handler.seen.messages.first)
            #expect(message.header == "Received: a\r\nSubject: grün\r\n")
            #expect(message.sizeBytes == message.content.utf8.count)
            #expect(message.hasEightBitData)
            #expect(message.receivedFieldCount == 1)
            #expect(message.transaction.recipients.map(\.address.description) == ["user@example.com"])
            #expect(message.transaction.reversePath.description == "sender@example.org")
        }
    }

    @Test(arguments: ["DATA", "BDAT"])
    func `a large message arrives as it was sent`(_ command: String) async throws {
        let text = Self.text(lines: 60_000)
        try await ReceptionFixture.with { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            if command == "DATA" { try await client.sendMessage(text) } else { try await client.sendMessageInChunks(text, octets: 100_000) }
            #expect(fixture.handler.seen.messages.first?.sizeBytes == text.utf8.count)
            let file = try #require(fixture.files.first)
            #expect(try fixture.content(of: file) == text)
        }
    }

    @Test func `a message through a folder without memory arrives as it was sent`() async throws {
        let text = Self.text(lines: 200_000)
        try await ReceptionFixture.with(budget: 0) { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            try await client.sendMessage(text)
            #expect(try fixture.content(of: try #require(fixture.files.first)) == text)
        }
    }

    @Test func `a folder that is gone defers the message and the session goes on`() async throws {
        try await ReceptionFixture.with(budget: 0) { fixture in
            try fixture.removeFolder()
            let client = try await fixture.connect()
            try await client.beginMessage()
            try await client.send(Self.text(lines: 100_000) + ".\r\n")
            #expect(try await client.reply().last?.hasPrefix("451 4.3.0") == true)
            #expect(try await client.command("NOOP").hasPrefix("250"))
            #expect(fixture.handler.seen.messages.isEmpty)
        }
    }

    @Test func `the sender is held back while the folder is slow`() async throws {
        let text = Self.text(lines: 300_000)
        try await ReceptionFixture.with(budget: 0) { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            let release = fixture.blockFolder()
            defer { release() }
            async let sent: Void = client.sendMessage(text)
            try await fixture.waitUntil { client.isBlocked }
            #expect(fixture.files.isEmpty)
            release()
            try await sent
            #expect(try fixture.content(of: try #require(fixture.files.first)) == text)
        }
    }

    static let deaths: [(name: String, sent: String)] = [
        ("a lost connection", ""), ("a bare LF", "x\ny\r\n.\r\n"),
        ("too many octets", String(repeating: "0123456\r\n", count: 9000) + ".\r\n"),
    ]

    @Test(arguments: deaths)
    func `nothing stays in the folder of a message that was not handed over`(_ name: String, _ sent: String) async throws {
        let settings = ReceptionFixture.settings { $0.reception.maximumMessageBytes = 65_536 }
        try await ReceptionFixture.with(settings, budget: 0) { fixture in
            let client = try await fixture.connect()
            try await client.beginMessage()
            try await client.send("Subject: x\r\n\r\n" + sent)
            if !sent.isEmpty { #expect(try await client.reply().last?.hasPrefix("55") == true) }
            await client.close()
            try await fixture.waitUntil { fixture.handler.seen.ended.count == 1 && fixture.files.isEmpty }
            #expect(fixture.handler.seen.messages.isEmpty)
        }
    }

    @Test func `a message is finished though its client has gone`() async throws {
        let gate = Gate()
        try await ReceptionFixture.with(handler: RecordingHandler(messageGate: gate)) { fixture in
            let client = try await fixture.connect()
            try await client.beginMessage()
            try await client.send("x\r\n.\r\n")
            await gate.waitForVisitor()
            await client.close()
            try await fixture.waitUntil { fixture.listener.presentSessions == 0 }
            gate.open()
            try await fixture.waitUntil { fixture.handler.seen.messages.count == 1 }
            #expect(fixture.handler.seen.ended.isEmpty)
        }
    }

    @Test func `a client that reads no replies is not read from`() async throws {
        let settings = ReceptionFixture.settings { $0.reception.maximumIdleCommands = 100_000_000 }
        try await ReceptionFixture.with(settings) { fixture in
            let client = try await fixture.connect(receiveBuffer: 4096)
            _ = try await client.reply()
            _ = try await client.command("EHLO client.example")
            client.stopReading()
            // Far more than both kernels hold: it stays with the client.
            let group = [UInt8](repeatElement(Array("NOOP\r\n".utf8), count: 10_000).joined())
            for _ in 0..<400 { client.queue(bytes: group) }
            try await fixture.waitUntil { client.isBlocked }
            await client.close()
        }
    }

    @Test func `many sessions at once all get their messages through`() async throws {
        try await ReceptionFixture.with { fixture in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        let client = try await fixture.connect()
                        _ = try await client.reply()
                        for number in 0..<5 { try await client.sendMessage("Subject: \(number)\r\n\r\nx\r\n") }
                        _ = try await client.command("QUIT")
                        await client.close()
                    }
                }
                try await group.waitForAll()
            }
            #expect(fixture.handler.seen.messages.count == 200)
            #expect(Set(fixture.handler.seen.messages.map(\.transaction.identifier)).count == 200)
            try await fixture.waitUntil { fixture.listener.presentSessions == 0 }
        }
    }

    private static func text(lines: Int) -> String {
        "Subject: large\r\n\r\n" + (0..<lines).map { "line \($0) of a message that is longer than a buffer\r\n" }.joined()
    }
}
