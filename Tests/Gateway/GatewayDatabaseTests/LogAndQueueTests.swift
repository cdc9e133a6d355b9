import Cluster
import Delivery
import Firebird
import FirebirdTestKit
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct MessageLogTableTests {
    @Test(arguments: TestPlace.allCases) func `pages run from the newest to the oldest without gap or repetition`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                for number in 0..<23 {
                    // Several of one millisecond, and identifiers in no order of time.
                    let entry = Samples.entry(
                        node: test.node, result: .refused, receivedAt: UTCTime(milliseconds: 1_000 - Int64(number / 4)))
                    writer.record(entry, recipients: [])
                }
            }
            var seen: [MessageLogRecord] = []
            while true {
                let cursor = seen.last.map { MessageLogCursor(receivedAt: $0.entry.receivedAt, message: $0.entry.message) }
                let page = try await test.database.messageLog.page(MessageLogFilter(), after: cursor, limit: 5).records
                if page.isEmpty { break }
                seen += page
            }
            #expect(seen.count == 23 && Set(seen).count == 23)
            #expect(seen.map(\.entry.receivedAt) == seen.map(\.entry.receivedAt).sorted(by: >))
        }
    }

    @Test func `filters select by text, direction, result and time`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let japanese = try Samples.submission(to: ["tanaka@example.jp"], subject: "件名：お見積書", node: test.node)
                try await writer.enqueue(japanese, deadline: .seconds(20))
                let english = Samples.entry(
                    node: test.node, sender: "Änne@example.org", subject: "ÜBERSICHT", result: .refused, direction: .outbound,
                    receivedAt: UTCTime(milliseconds: 5_000))
                writer.record(
                    english,
                    recipients: [RecipientLogEntry(ordinal: 0, address: "who@example.com", state: .refused, reason: "", updatedAt: .now())])
                try await writer.beat(settingsRevision: .none)

                func found(_ change: (inout MessageLogFilter) -> Void) async throws -> [String] {
                    var filter = MessageLogFilter()
                    change(&filter)
                    return try await test.database.messageLog.page(filter, after: nil, limit: 10).records.map(\.entry.subject)
                }
                #expect(try await found { $0.text = "見積" } == ["件名：お見積書"])
                #expect(try await found { $0.text = "TANAKA@" } == ["件名：お見積書"])
                #expect(try await found { $0.text = "übersicht" } == ["ÜBERSICHT"])
                #expect(try await found { $0.text = "änne" } == ["ÜBERSICHT"])
                #expect(try await found { $0.text = "%" }.isEmpty)
                #expect(try await found { $0.text = "' or 1=1 --\u{0}" }.isEmpty)
                #expect(try await found { $0.direction = .outbound } == ["ÜBERSICHT"])
                #expect(try await found { $0.result = .accepted } == ["件名：お見積書"])
                #expect(try await found { $0.until = UTCTime(milliseconds: 5_001) } == ["ÜBERSICHT"])
                #expect(try await found { $0.from = UTCTime(milliseconds: 5_001) } == ["件名：お見積書"])
                #expect(try await found { _ in }.count == 2)
            }
        }
    }

    @Test func `a page far down costs as much as the first`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                for number in 0..<3_000 {
                    writer.record(
                        Samples.entry(node: test.node, result: .refused, receivedAt: UTCTime(milliseconds: Int64(number))), recipients: [])
                }
            }
            let cursor = MessageLogCursor(receivedAt: UTCTime(milliseconds: 100), message: .fresh())
            let connection = FirebirdConnection(configuration: test.database.configuration)
            let query = LogSearch(MessageLogFilter()).page(after: cursor, downTo: nil, limit: 10)
            let (count, reads) = try await connection.countingReads { try $0.query(query).count }
            await connection.close()
            #expect(count == 10)
            #expect(reads < 500)
        }
    }

    @Test func `a list shows the first recipients and how many there are`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(to: (0..<12).map { "user\($0)@example.com" }, node: test.node)
                try await writer.enqueue(submission, deadline: .seconds(20))
                let record = try #require(try await test.database.messageLog.page(MessageLogFilter(), after: nil, limit: 1).records.first)
                #expect(record.recipientCount == 12)
                #expect(record.recipients.map(\.ordinal) == [0, 1, 2, 3, 4])
                #expect(try await test.database.messageLog.details(of: submission.message.identifier)?.record.recipients.count == 12)
                #expect(try await test.database.messageLog.details(of: .fresh()) == nil)
            }
        }
    }
}

@Suite struct QueueAdministrationTests {
    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .administrator(name: "a"), node: test.node, action: "queue.x", target: "x")
    }

    @Test(arguments: TestPlace.allCases) func `rows are held, released, retried and deleted, each with its trace`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                let queue = test.database.queueAdministration
                let submission = try Samples.submission(to: ["a@example.com", "b@example.com"], node: test.node, isHeld: false)
                let message = submission.message.identifier
                try await writer.enqueue(submission, deadline: .seconds(20))
                let both = [0, 1].map { QueueEntryID(message: message, ordinal: $0) }
                #expect(try await queue.perform(.hold, on: both, audit: Self.audit(test)).done == both)
                #expect(try await queue.perform(.hold, on: both, audit: Self.audit(test)).done.isEmpty)
                #expect(try await queue.perform(.retry, on: both, audit: Self.audit(test)).done.isEmpty)
                #expect(try await writer.claimDue(limit: 10).isEmpty)
                #expect(try await queue.queueSize() == (2, 0))
                #expect(try await queue.perform(.release, on: both, audit: Self.audit(test)).done == both)
                #expect(try await queue.queueSize() == (2, 2))
                try await test.execute("update queue set due_at = \(Int64.max) where ordinal = 0")
                #expect(try await queue.perform(.retry, on: [both[0]], audit: Self.audit(test)).done == [both[0]])
                #expect(try await queue.queueSize() == (2, 2))
                let first = try await queue.perform(.delete, on: [both[0]], audit: Self.audit(test))
                #expect(first.done == [both[0]] && first.freeContent.isEmpty)
                let second = try await queue.perform(.delete, on: both, audit: Self.audit(test))
                #expect(second.done == [both[1]] && second.freeContent == [message])
                let details = try #require(try await test.database.messageLog.details(of: message))
                #expect(details.record.recipients.map(\.state) == [.deleted, .deleted])
                #expect(Set(details.events.map(\.kind)) == [.held, .released, .retried, .deleted])
            }
        }
    }

    @Test func `a row in a node's hand cannot be touched`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node)
                try await writer.enqueue(submission, deadline: .seconds(20))
                let entry = QueueEntryID(message: submission.message.identifier, ordinal: 0)
                for action in QueueAction.allCases {
                    #expect(try await test.database.queueAdministration.perform(action, on: [entry], audit: Self.audit(test)).done.isEmpty)
                }
                let row = try #require(try await test.database.queueAdministration.queue(containing: "", after: nil, limit: 1).first)
                #expect(row.holder == test.node && row.subject == "A subject" && row.recipient == "user@example.com")
            }
        }
    }

    @Test func `the queue is paged in order of arrival and searched`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                for number in 0..<7 {
                    let addresses = ["u\(number)@example.com", "v\(number)@example.com"]
                    let identifier = RecordIdentifier(milliseconds: Int64(1_000 + number))
                    try await writer.enqueue(
                        try Samples.submission(to: addresses, node: test.node, identifier: identifier), deadline: .seconds(20))
                }
                var seen: [QueueEntry] = []
                while true {
                    let cursor = seen.last.map { QueueEntryID(message: $0.message, ordinal: $0.ordinal) }
                    let page = try await test.database.queueAdministration.queue(containing: "", after: cursor, limit: 3)
                    if page.isEmpty { break }
                    seen += page
                }
                #expect(seen.map(\.recipient) == (0..<7).flatMap { ["u\($0)@example.com", "v\($0)@example.com"] })
                #expect(try await test.database.queueAdministration.queue(containing: "V3@", after: nil, limit: 10).map(\.ordinal) == [1])
            }
        }
    }
}
