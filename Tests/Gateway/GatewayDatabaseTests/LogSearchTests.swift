import Delivery
import Firebird
import FirebirdTestKit
import MessageLog
import Settings
import Testing

@testable import GatewayDatabase

/// Searches of the log: what they find, how far they walk, and that they walk along the log's index alone.
@Suite struct LogSearchTests {
    private static func filter(_ change: (inout MessageLogFilter) -> Void) -> MessageLogFilter {
        var filter = MessageLogFilter()
        change(&filter)
        return filter
    }

    /// Every condition by itself and the mixtures that pages send.
    static let filters: [MessageLogFilter] = [
        filter { _ in }, filter { $0.from = UTCTime(milliseconds: 1) }, filter { $0.result = .refused },
        filter { $0.direction = .outbound },
        filter { $0.text = "word" }, filter { $0.subject = "word" }, filter { $0.minimumBytes = 1 }, filter { $0.node = NodeID(.fresh()) },
        filter { $0.sender = CorrespondentCondition("a@example.org") }, filter { $0.sender = CorrespondentCondition("example.org") },
        filter { $0.recipient = CorrespondentCondition("a@example.com") }, filter { $0.recipient = CorrespondentCondition("@example.com") },
        filter { $0.clientAddress = "192.0.2.1" }, filter { $0.messageID = "<1@example.org>" },
        filter {
            $0.sender = CorrespondentCondition("a@example.org")
            $0.recipient = CorrespondentCondition("a@example.com")
            $0.subject = "word"
        },
        filter {
            $0.recipient = CorrespondentCondition("example.com")
            $0.result = .refused
            $0.until = UTCTime(milliseconds: 1)
        },
    ]

    @Test(arguments: TestPlace.allCases) func `every search without the text index walks the log and sorts nothing`(_ place: TestPlace)
        async throws
    {
        let cursor = MessageLogCursor(receivedAt: UTCTime(milliseconds: 5), message: .fresh())
        try await TestDatabase.with(place) { test in
            try await test.database.sessions.requests.transaction(.readCommittedReadOnly) { transaction in
                for filter in Self.filters {
                    let search = LogSearch(filter)
                    let queries = [
                        search.page(after: nil, downTo: nil, limit: 50), search.page(after: cursor, downTo: cursor, limit: 50),
                        search.sliceEnd(after: nil), search.sliceEnd(after: cursor),
                    ]
                    for query in queries {
                        let plan = try transaction.plan(of: query)
                        #expect(
                            plan.contains("ORDER MESSAGE_NEWEST") && !plan.contains("NATURAL") && !plan.contains("SORT"),
                            "\(query.sql): \(plan)")
                        #expect(!plan.contains(TestPlan.collectsFirst), "\(query.sql): \(plan)")
                    }
                }
            }
        }
    }

    @Test func `the recipients of a page are found by their messages, whatever the table's size`() async throws {
        try await TestDatabase.with { test in
            let part = try #require(IdentifierList.parts((0..<20).map { _ in RecordIdentifier.fresh() }).first)
            try await test.database.sessions.requests.transaction(.readCommittedReadOnly) { transaction in
                let plan = try transaction.plan(of: MessageLogTable.firstRecipients(of: part))
                #expect(plan.contains("SORT") && plan.contains("INDEX (RECIPIENT_KEY") && !plan.contains("ORDER"), "\(plan)")
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `conditions find exactly what they name`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                try await writer.enqueue(
                    try Samples.submission(
                        to: ["Tanaka@Example.jp", "suzuki@example.jp"], from: "One@Example.org", subject: "件名：お見積書", node: test.node),
                    deadline: .seconds(20))
                try await writer.enqueue(
                    try Samples.submission(to: ["tanaka@other.example"], from: "two@sub.example.org", subject: "second", node: test.node),
                    deadline: .seconds(20))
                let refused = RecipientLogEntry(ordinal: 0, address: "tanaka@example.jp", state: .refused, reason: "", updatedAt: .now())
                writer.record(Samples.entry(node: test.node, sender: "", subject: "third", result: .refused), recipients: [refused])
                try await writer.beat(settingsRevision: .none)

                func found(_ change: (inout MessageLogFilter) -> Void) async throws -> Set<String> {
                    let page = try await test.database.messageLog.page(Self.filter(change), after: nil, limit: 10)
                    #expect(page.searchedBackTo == nil && Set(page.records).count == page.records.count)
                    return Set(page.records.map(\.entry.subject))
                }
                #expect(try await found { $0.sender = CorrespondentCondition("ONE@example.org") } == ["件名：お見積書"])
                #expect(try await found { $0.sender = CorrespondentCondition("example.org") } == ["件名：お見積書"])
                #expect(try await found { $0.sender = CorrespondentCondition("<>") } == ["third"])
                #expect(try await found { $0.recipient = CorrespondentCondition("tanaka@example.jp") } == ["件名：お見積書", "third"])
                #expect(try await found { $0.recipient = CorrespondentCondition("@Example.JP") } == ["件名：お見積書", "third"])
                #expect(
                    try await found {
                        $0.recipient = CorrespondentCondition("example.jp")
                        $0.result = .refused
                    } == ["third"])
                #expect(
                    try await found {
                        $0.sender = CorrespondentCondition("one@example.org")
                        $0.recipient = CorrespondentCondition("suzuki@example.jp")
                    } == ["件名：お見積書"])
                #expect(try await found { $0.subject = "見積" } == ["件名：お見積書"])
                #expect(try await found { $0.clientAddress = "192.0.2.7" }.count == 3)
                #expect(try await found { $0.clientAddress = "192.0.2.8" }.isEmpty)
                #expect(try await found { $0.minimumBytes = 10_240 }.count == 3)
                #expect(try await found { $0.maximumBytes = 10_239 }.isEmpty)
                #expect(try await found { $0.node = test.node }.count == 3)
                #expect(try await found { $0.node = NodeID(.fresh()) }.isEmpty)
                #expect(try await found { $0.sender = CorrespondentCondition("' or 1=1 --") }.isEmpty)
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `letters whose upper case is longer break no search`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            try await test.withWriter { writer in
                try await writer.enqueue(try Samples.submission(subject: "ɐ", node: test.node), deadline: .seconds(20))
                try await writer.enqueue(try Samples.submission(subject: "invoice ɐ", node: test.node), deadline: .seconds(20))
                try await writer.enqueue(try Samples.submission(subject: "INVOICE", node: test.node), deadline: .seconds(20))
                for (text, count) in [("voi", 2), ("Ɐ", 2), ("nothing", 0), ("example", 3)] {
                    let page = try await test.database.messageLog.page(Self.filter { $0.text = text }, after: nil, limit: 10)
                    #expect(page.records.count == count, "\(text)")
                }
            }
        }
    }

    @Test func `a message is found by its Message-ID`() async throws {
        try await TestDatabase.with { test in
            try await test.withWriter { writer in
                let submission = try Samples.submission(node: test.node)
                try await writer.enqueue(submission, deadline: .seconds(20))
                let page = try await test.database.messageLog.page(
                    Self.filter { $0.messageID = submission.log.messageIDField }, after: nil, limit: 10)
                #expect(page.records.map(\.entry.message) == [submission.message.identifier])
            }
        }
    }

    /// Rows of a log made by the engine itself: a second apart, the newest has the highest number.
    private static func fill(_ test: TestDatabase, _ count: Int) async throws { try await LogFiller.fill(test, count: count) }

    @Test func `a long search stops with its time, says how far it came, and goes on from there`() async throws {
        try await TestDatabase.with { test in
            try await Self.fill(test, 60)
            var log = test.database.messageLog
            log.searchTime = .zero
            log.rowsPerSlice = 20
            // Only the oldest message has this subject.
            let filter = Self.filter { $0.subject = "message 0 of" }
            var cursor: MessageLogCursor?
            var steps = 0
            var found: [MessageLogRecord] = []
            repeat {
                let page = try await log.page(filter, after: cursor, limit: 10)
                found += page.records
                cursor = page.searchedBackTo
                steps += 1
            } while cursor != nil && steps < 10
            #expect(found.map(\.entry.subject) == ["message 0 of many"])
            // The third slice ends at the last row; that nothing follows is found by the fourth.
            #expect(steps == 4)
        }
    }

    @Test func `pages have no gap and no repetition`() async throws {
        try await TestDatabase.with { test in
            try await Self.fill(test, 1_600)
            for (filter, count) in [
                (Self.filter { $0.sender = CorrespondentCondition("sender7.example") }, 4),
                (Self.filter { $0.recipient = CorrespondentCondition("domain3.example") }, 80),
                (Self.filter { $0.recipient = CorrespondentCondition("user23@domain3.example") }, 1),
            ] {
                var seen: [MessageLogRecord] = []
                while true {
                    let cursor = seen.last.map { MessageLogCursor(receivedAt: $0.entry.receivedAt, message: $0.entry.message) }
                    let page = try await test.database.messageLog.page(filter, after: cursor, limit: 7)
                    if page.records.isEmpty { break }
                    seen += page.records
                }
                #expect(Set(seen).count == count && seen.count == count)
                #expect(seen.map(\.entry.receivedAt) == seen.map(\.entry.receivedAt).sorted(by: >))
            }
        }
    }

    /// Gives each message of domain3 another recipient there, one that it names twice, and the same two of one address elsewhere.
    private static func addRecipients(_ test: TestDatabase) async throws {
        for (ordinal, key) in [
            (1, "address_key || 'b'"), (2, "address_key"), (3, "'all.example' || ascii_char(1) || 'all'"),
            (4, "'all.example' || ascii_char(1) || 'all'"),
        ] {
            try await test.execute(
                """
                insert into recipient (message_id, ordinal, address, state, reason, changed_at, changed_by, address_key)
                select message_id, \(ordinal), address, state, reason, changed_at, changed_by, \(unsafeSQL: key)
                from recipient where ordinal = 0 and address_key starting with 'domain3.'
                """)
        }
    }

    @Test func `a page of recipients' mail is full as long as more follows, however many recipients a message has`() async throws {
        try await TestDatabase.with { test in
            try await Self.fill(test, 400)
            try await Self.addRecipients(test)
            var log = test.database.messageLog
            log.rowsPerSlice = 20
            for filter in [
                Self.filter { $0.recipient = CorrespondentCondition("domain3.example") },
                Self.filter { $0.recipient = CorrespondentCondition("all@all.example") },
                Self.filter {
                    $0.recipient = CorrespondentCondition("all@all.example")
                    $0.result = .accepted
                },
            ] {
                // As pages ask: what is not full is the last.
                var sizes: [Int] = []
                var seen: [MessageLogRecord] = []
                repeat {
                    let cursor = seen.last.map { MessageLogCursor(receivedAt: $0.entry.receivedAt, message: $0.entry.message) }
                    let page = try await log.page(filter, after: cursor, limit: 7)
                    #expect(page.searchedBackTo == nil)
                    seen += page.records
                    sizes.append(page.records.count)
                } while sizes.last == 7
                #expect(sizes == [7, 7, 6])
                #expect(Set(seen.map(\.entry.message)).count == 20)
            }
        }
    }
}
