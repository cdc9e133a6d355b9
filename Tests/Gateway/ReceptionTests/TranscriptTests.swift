import Foundation
import Logging
import MessageLog
import NIOCore
import Settings
import SharedFolders
import Testing

@testable import Reception

/// What of a session is kept as its transcript.
@Suite(.timeLimit(.minutes(3)))
struct TranscriptTests {
    /// Runs sessions against a listener that keeps transcripts, and gives back those kept, newest first.
    private static func kept(
        _ change: (inout GatewaySettings) -> Void = { _ in }, _ sessions: (ReceptionFixture) async throws -> Void
    ) async throws -> [(entry: TranscriptEntry, text: String)] {
        let path = ReceptionFixture.temporaryPath()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let node = NodeID(RecordIdentifier(high: 1, low: 2))
        let folder = TranscriptFolder(path: path, node: node, maximumWaitingBytes: 16 << 20, logger: ReceptionFixture.logger)
        let fixture = try await ReceptionFixture(
            ReceptionFixture.settings(change), transcripts: TranscriptKeeper(folder: folder, node: node))
        do {
            try await sessions(fixture)
        } catch {
            await fixture.end()
            throw error
        }
        await fixture.end()
        try await folder.flush(deadline: .seconds(20))
        var found: [(TranscriptEntry, String)] = []
        for entry in try await folder.transcripts(TranscriptFilter(), before: nil, limit: 500).entries {
            let text = try #require(try await folder.text(of: entry.identifier))
            found.append((entry, String(buffer: text)))
        }
        folder.close()
        try FileManager.default.removeItem(atPath: path)
        return found
    }

    @Test func `commands and replies are kept, the message and the password are not`() async throws {
        let kept = try await Self.kept { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            _ = try await client.command("EHLO client.example.org")
            _ = try await client.command("AUTH PLAIN AGFsaWNlAHNlY3JldA==")
            _ = try await client.command("c2VjcmV0")
            try await client.sendMessage("Subject: x\r\n\r\nwords of the message\r\n")
            _ = try await client.command("QUIT")
        }
        let text = try #require(kept.first?.text)
        #expect(kept.count == 1 && kept.first?.entry.address?.isLoopback == true && kept.first?.entry.way == .inbound)
        for line in ["C: AUTH PLAIN ***", "C: ***", "C: DATA", "-- content, ", "C: QUIT", "S: 221 "] {
            #expect(text.contains(line), "\(line)")
        }
        for secret in ["AGFsaWNlAHNlY3JldA", "c2VjcmV0", "words of"] { #expect(!text.contains(secret), "\(secret)") }
    }

    @Test func `a long session is kept in parts, and no message is in two of them`() async throws {
        let kept = try await Self.kept { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            for _ in 0..<80 { try await client.sendMessage("Subject: x\r\n\r\nx\r\n") }
            _ = try await client.command("QUIT")
        }
        #expect(kept.count > 1)
        func count(_ words: String, in text: String) -> Int { text.split(separator: "\n").filter { $0.contains(words) }.count }
        #expect(kept.map { count("C: DATA", in: $0.text) }.reduce(0, +) == 80)
        for (_, text) in kept { #expect(count("C: MAIL ", in: text) == count("-- content, ", in: text)) }
        #expect(kept.dropFirst().allSatisfy { $0.text.contains("-- goes on in ") })
    }

    @Test func `a connection that is lost in a transaction is a troubled one`() async throws {
        let kept = try await Self.kept { fixture in
            let client = try await fixture.connect()
            try await client.beginMessage()
            await client.close()
            try await fixture.waitUntil { fixture.listener.presentSessions == 0 }
        }
        #expect(kept.first?.entry.isTroubled == true)
        #expect(kept.first?.text.hasSuffix("-- the connection was lost\n") == true)
    }

    @Test func `a connection that is turned away is kept, too`() async throws {
        let kept = try await Self.kept({ $0.reception.maximumSessions = 1 }) { fixture in
            let first = try await fixture.connect()
            _ = try await first.reply()
            let second = try await fixture.connect()
            #expect(try await second.reply().first?.hasPrefix("421") == true)
            _ = try await first.command("QUIT")
        }
        #expect(kept.count == 2)
        #expect(kept.contains { $0.entry.isTroubled && $0.text.contains("S: 421 ") })
    }

    @Test(arguments: [(TranscriptSettings.Kept.off, 0), (.troubled, 1), (.all, 2)])
    func `what is kept is a setting`(choice: TranscriptSettings.Kept, count: Int) async throws {
        let kept = try await Self.kept({ $0.transcripts.kept = choice }) { fixture in
            for command in ["NOOP", "NONSENSE"] {
                let client = try await fixture.connect()
                _ = try await client.reply()
                _ = try await client.command(command)
                _ = try await client.command("QUIT")
                await client.waitForEnd()
            }
        }
        #expect(kept.count == count)
    }
}
