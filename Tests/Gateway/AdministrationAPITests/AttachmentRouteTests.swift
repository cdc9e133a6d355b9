import GatewayTestKit
import Hummingbird
import MessageLog
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

/// Stripped attachments over the API.
struct AttachmentRouteTests {
    private static let later = UTCTime.now().advanced(by: .seconds(86_400))

    @Test func `they are listed newest first, in pages, by text and by message`() async throws {
        let gateway = try InMemoryGateway.filled()
        let message = RecordIdentifier(high: 7, low: 7)
        for number in 1...5 {
            _ = gateway.attachments.add(
                "見積\(number).pdf", [1], message: number == 2 ? message : RecordIdentifier(high: 4, low: 4),
                createdAt: UTCTime(milliseconds: Int64(number)), expiresAt: Self.later)
        }
        let first = try await gateway.request(.get, "/attachments?limit=2").decoded(PageDocument<AttachmentDocument>.self)
        #expect(first.items.map(\.name) == ["見積5.pdf", "見積4.pdf"])
        let next = try #require(first.next)
        let second = try await gateway.request(.get, "/attachments?limit=2&cursor=\(next)").decoded(PageDocument<AttachmentDocument>.self)
        #expect(second.items.map(\.name) == ["見積3.pdf", "見積2.pdf"])
        let one = try await gateway.request(.get, "/attachments?message=\(message)").decoded(PageDocument<AttachmentDocument>.self)
        #expect(one.items.map(\.name) == ["見積2.pdf"] && one.items[0].isExpired == false)
        let text = try await gateway.request(.get, "/attachments?text=4.pdf").decoded(PageDocument<AttachmentDocument>.self)
        #expect(text.items.map(\.name) == ["見積4.pdf"])
        #expect(try await gateway.request(.get, "/attachments?message=x").status == 400)
    }

    @Test func `they are kept longer and deleted, with a row of audit each`() async throws {
        let gateway = try InMemoryGateway.filled()
        let (row, _) = gateway.attachments.add("a.pdf", [1], expiresAt: Self.later)
        let entries = #""entries": ["\#(row.identifier)"]"#
        #expect(
            try await gateway.request(.post, "/attachments/extend", "{\(entries), \"days\": 90}").decoded(AccessListCountDocument.self)
                .count == 1)
        #expect(gateway.attachments.state.withLock(\.rows)[0].expiresAt > Self.later)
        #expect(try await gateway.request(.post, "/attachments/extend", "{\(entries), \"days\": 366}").status == 400)
        #expect(try await gateway.request(.post, "/attachments/delete", "{\(entries)}").decoded(AccessListCountDocument.self).count == 1)
        let listed = try await gateway.request(.get, "/attachments").decoded(PageDocument<AttachmentDocument>.self)
        #expect(listed.items.map(\.isExpired) == [true])
        // What was deleted does not come back.
        #expect(
            try await gateway.request(.post, "/attachments/extend", "{\(entries), \"days\": 9}").decoded(AccessListCountDocument.self).count
                == 0)
        #expect(
            gateway.attachments.state.withLock(\.audit).map(\.action) == ["attachment.extend", "attachment.delete", "attachment.extend"])
    }
}
