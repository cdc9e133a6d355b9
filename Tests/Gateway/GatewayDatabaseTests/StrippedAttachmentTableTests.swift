import Cluster
import Firebird
import FirebirdTestKit
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

/// What was taken out of messages, in the database.
@Suite(.serialized) struct StrippedAttachmentTableTests {
    private static func row(
        _ number: UInt64, message: UInt64 = 1, name: String = "a.pdf", createdAt: UTCTime? = nil, expiresAt: UTCTime
    ) -> StrippedAttachment {
        StrippedAttachment(
            identifier: RecordIdentifier(high: 3, low: number), message: RecordIdentifier(high: 4, low: message), name: name,
            mediaType: "application/pdf", sizeBytes: 3_000_000_000, digest: String(repeating: "0", count: 64), sender: "a@例.example",
            recipients: "b@example.com", subject: "件名 %_", createdAt: createdAt ?? UTCTime(milliseconds: Int64(number / 2)),
            expiresAt: expiresAt)
    }

    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .node, node: test.node, action: "attachment.delete", target: "t")
    }

    @Test func `rows are found by text and message and paged newest first, those of one moment too`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.strippedAttachments
            let later = UTCTime.now().advanced(by: .seconds(1_000))
            let rows = (1...7).map { Self.row($0, message: $0 % 2, name: "見積%\($0).pdf", expiresAt: later) }
            try await table.insert(rows)
            let all = StrippedAttachmentFilter()
            var seen: [StrippedAttachment] = []
            var cursor: StrippedAttachmentCursor?
            while true {
                let page = try await table.strippedAttachments(all, after: cursor, limit: 2)
                seen += page
                guard let last = page.last else { break }
                cursor = StrippedAttachmentCursor(createdAt: last.createdAt, identifier: last.identifier)
            }
            #expect(seen == rows.reversed())
            var filter = StrippedAttachmentFilter()
            filter.text = "積%3"
            #expect(try await table.strippedAttachments(filter, after: nil, limit: 9) == [rows[2]])
            filter.text = "例.EXAMPLE"
            #expect(try await table.strippedAttachments(filter, after: nil, limit: 9).count == 7)
            filter.message = RecordIdentifier(high: 4, low: 0)
            #expect(try await table.strippedAttachments(filter, after: nil, limit: 9).count == 3)
            #expect(try await table.strippedAttachment(rows[0].identifier) == rows[0])
        }
    }

    @Test func `nothing is kept longer than its link lasts`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.strippedAttachments
            let now = UTCTime.now()
            let created = now.advanced(by: .seconds(-300 * 86_400))
            let row = Self.row(1, createdAt: created, expiresAt: now.advanced(by: .seconds(500)))
            try await table.insert([row])
            let late = now.advanced(by: .seconds(365 * 86_400))
            #expect(try await table.extend([row.identifier], until: late, audit: Self.audit(test)) == 1)
            let kept = try await table.strippedAttachment(row.identifier)?.expiresAt
            #expect(kept == created.advanced(by: StrippedAttachment.longestKeeping))
        }
    }

    @Test func `what is deleted expires at once and stays so, and is forgotten afterwards`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.strippedAttachments
            let now = UTCTime.now()
            let (soon, later) = (now.advanced(by: .seconds(500)), now.advanced(by: .seconds(5_000)))
            let rows = (1...3).map { Self.row($0, createdAt: now, expiresAt: soon) }
            try await table.insert(rows)
            let identifiers = rows.map(\.identifier)
            #expect(try await table.extend(identifiers, until: later, audit: Self.audit(test)) == 3)
            #expect(try await table.strippedAttachment(identifiers[0])?.expiresAt == later)
            #expect(try await table.extend(identifiers, until: soon, audit: Self.audit(test)) == 3)
            #expect(try await table.strippedAttachment(identifiers[0])?.expiresAt == later, "the later end holds")
            #expect(try await table.expireStripped([identifiers[0], RecordIdentifier(high: 9, low: 9)], audit: Self.audit(test)) == 1)
            try await table.discardStripped([identifiers[1]])
            #expect(
                try await table.extend(Array(identifiers.prefix(2)), until: later, audit: Self.audit(test)) == 0, "it does not come back")
            #expect(Set(try await table.expiredAttachments(before: now, limit: 10)) == Set(identifiers.prefix(2)))
            try await table.countDownload(of: identifiers[2])
            try await table.countDownload(of: identifiers[2])
            #expect(try await table.strippedAttachment(identifiers[2])?.downloads == 2)
            try await table.forgetStripped(Array(identifiers.prefix(2)))
            #expect(
                try await table.strippedAttachments(StrippedAttachmentFilter(), after: nil, limit: 9).map(\.identifier) == [identifiers[2]])
        }
    }
}
