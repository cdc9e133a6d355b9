import Filtering
import Mail
import Quarantine
import SMTP
import Settings
import Sieve
import Testing

@testable import MailFlow

/// What the scripts of all recipients together mean for a message.
@Suite struct SievePlanTests {
    private static func addresses(_ count: Int) throws -> [EmailAddress] { try (0..<count).map { try EmailAddress("r\($0)@example.com") } }

    private static func fate(_ way: SieveFate.Way, redirects: [String] = [], added: String? = nil) throws -> SieveFate {
        var fate = SieveFate()
        fate.way = way
        fate.redirects = try redirects.map { try EmailAddress($0) }
        if let added { fate.edits.first = [SieveOutcome.Field(name: "X-A", value: added)] }
        return fate
    }

    private static func plan(_ fates: [SieveFate?], kept: Set<Int> = []) throws -> FlowSieve.Plan {
        FlowSieve.plan(fates, kept: kept, addresses: try addresses(fates.count))
    }

    @Test func `scripts that change nothing leave the message whole`() throws {
        let plan = try Self.plan([nil, try Self.fate(.keep)])
        #expect(plan.isAsJudged && plan.copies.isEmpty && plan.refusal == nil)
    }

    @Test func `only what all reject is refused`() throws {
        let alone = try Self.plan([try Self.fate(.reject("Never")), try Self.fate(.reject("No"))])
        #expect(alone.refusal?.code == 550 && alone.refusal?.text.contains("Never") == true)
        let mixed = try Self.plan([try Self.fate(.reject("Never")), try Self.fate(.gone)])
        #expect(mixed.refusal == nil && mixed.copies.count == 1 && mixed.gone.map(\.recipient) == [1])
        guard case .quarantine(.administrator, _) = mixed.copies[0].kind else {
            Issue.record("what one of several rejects is not in the administrators' quarantine")
            return
        }
    }

    @Test func `recipients with the same copy share it, and each goes one way`() throws {
        let plan = try Self.plan(
            [
                nil, try Self.fate(.keep, added: "x"), try Self.fate(.keep), try Self.fate(.keep, added: "x"), try Self.fate(.gone),
                try Self.fate(.gone, redirects: ["a@example.net"]), nil,
            ], kept: [6])
        #expect(plan.copies.map(\.recipients) == [[0, 2], [1, 3], [6]])
        #expect(plan.copies[0].redirecting.map(\.recipient) == [5] && plan.copies[0].redirects.map(\.description) == ["a@example.net"])
        #expect(plan.copies[2].kind == .judged && plan.gone.map(\.recipient) == [4])
        let everybody = plan.copies.flatMap(\.members) + plan.gone.map(\.recipient)
        #expect(everybody.sorted() == Array(0...6))
    }

    @Test func `fields are taken out with their folding, and others come first and last`() {
        let message = Array("A: 1\r\nB: 2\r\n folded\r\nA: 1\r\nC: 3\r\n\r\nB: body\r\n".utf8)
        let header = Array(MessageHeader.read(from: message))
        let edited = HeaderEditing.applied(
            to: message, deleted: [header[1].bytes, header[0].bytes], first: Array("X: 0\r\n".utf8), last: Array("Z: 9\r\n".utf8))
        #expect(String(decoding: edited, as: UTF8.self) == "X: 0\r\nA: 1\r\nC: 3\r\nZ: 9\r\n\r\nB: body\r\n")
        let bare = HeaderEditing.applied(to: Array("A: 1".utf8), deleted: [], first: [], last: Array("Z: 9\r\n".utf8))
        #expect(String(decoding: bare, as: UTF8.self) == "A: 1\r\nZ: 9\r\n")
    }

    @Test func `a mark tells addresses apart and has one length`() throws {
        let marks = Set(try Self.addresses(100).map { FlowSieve.mark(of: $0) })
        #expect(marks.count == 100 && marks.allSatisfy { $0.utf8.count == 16 })
    }
}
