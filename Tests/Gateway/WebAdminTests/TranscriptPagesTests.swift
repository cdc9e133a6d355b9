import GatewayTestKit
import Hummingbird
import MessageLog
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// Transcripts and folders on pages.
struct TranscriptPagesTests {
    private static let identifier = RecordIdentifier(high: 0x018B_CFE5_6800_7001, low: 7)

    /// - Returns: a message whose transcript is `text`.
    private static func message(_ gateway: InMemoryGateway, _ text: String?) throws -> RecordIdentifier {
        gateway.change { state in
            state.transcripts[identifier] = text
            guard let first = state.messages.first else { return }
            var entry = first.record.entry
            entry.transcript = identifier
            state.messages[0] = MessageLogDetails(
                record: MessageLogRecord(entry: entry, recipients: first.record.recipients, recipientCount: first.record.recipientCount),
                events: first.events)
        }
        return try #require(gateway.state.withLock { $0.messages.first?.record.entry.message })
    }

    @Test func `a message shows the dialogue it came in as escaped text`() async throws {
        let gateway = try SampleGateway.make()
        let message = try Self.message(gateway, "Transcript\nC: EHLO <script>alert(1)</script>\n")
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/messages/\(message)")
            #expect(page.text.contains("C: EHLO &lt;script&gt;alert(1)"))
            #expect(page.text.contains("href=\"/transcripts/\(Self.identifier)/text\""))
        }
    }

    @Test func `a long transcript is cut on the message's page and whole in the download`() async throws {
        let gateway = try SampleGateway.make()
        let text = "Transcript\n" + String(repeating: "C: NOOP\n", count: 10_000) + "C: QUIT\n"
        let message = try Self.message(gateway, text)
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/messages/\(message)")
            #expect(page.text.contains("C: NOOP") && !page.text.contains("C: QUIT"))
            #expect(page.text.contains("There is more"))
            let download = try await browser.get("/transcripts/\(Self.identifier)/text")
            #expect(download.text == text)
            #expect(download.headers[.contentType] == "text/plain; charset=utf-8")
            #expect(download.headers[.contentDisposition]?.hasPrefix("attachment; ") == true)
        }
    }

    @Test func `a transcript that is not there leaves the message's page whole`() async throws {
        let gateway = try SampleGateway.make()
        let message = try Self.message(gateway, nil)
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/messages/\(message)")
            #expect(page.status == .ok && page.text.contains("It is not there"))
            #expect(try await browser.get("/transcripts/\(Self.identifier)").status == .notFound)
            #expect(try await browser.get("/transcripts/\(Self.identifier)/text").status == .notFound)
        }
    }

    @Test func `transcripts are found by address`() async throws {
        let gateway = try SampleGateway.make()
        _ = try Self.message(gateway, "Transcript\n")
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get("/transcripts?address=192.0.2.1").text.contains("/transcripts/\(Self.identifier)"))
            #expect(try await browser.get("/transcripts?address=192.0.2.2").text.contains("No transcript here"))
            let wrong = try await browser.get("/transcripts?address=%3Cb%3E")
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("Enter an IP address."))
        }
    }

    @Test func `a folder's path is changed by the form, and a refused one is told at its field`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let refused = try await browser.post(
                "/directories", [("setting.transcripts", "/home/gateway/message-data/x"), ("setting.message-data", "")])
            #expect(refused.status == .unprocessableContent && refused.text.contains("lie within each other"))
            let saved = try await browser.post("/directories", [("setting.transcripts", "/srv/transcripts"), ("setting.message-data", "")])
            #expect(saved.status == .seeOther)
            #expect(gateway.state.withLock { $0.preparedFolders } == ["/srv/transcripts"])
            #expect(try await browser.get("/directories").text.contains("value=\"/srv/transcripts\""))
        }
    }
}
