import Cluster
import Firebird
import FirebirdTestKit
import Foundation
import MessageLog
import Quarantine
import Settings
import Testing

@testable import GatewayDatabase

/// The text index: searches find with it what they find without it, and read less.
@Suite struct TextIndexTests {
    private static func filter(_ change: (inout MessageLogFilter) -> Void) -> MessageLogFilter {
        var filter = MessageLogFilter()
        change(&filter)
        return filter
    }

    /// What people ask for: a part of something there is, in any case of letters, an address, a domain, or something of nothing, with other
    /// conditions now and then.
    private static func randomFilter(_ entries: [MessageLogEntry]) -> MessageLogFilter {
        filter { filter in
            guard let entry = entries.randomElement() else { return }
            let isExact = Bool.random()
            if isExact { addExact(&filter, entry) }
            if !isExact || Int.random(in: 0..<3) == 0 { addText(&filter, entry) }
            if Int.random(in: 0..<4) == 0 { filter.from = entry.receivedAt }
            if Int.random(in: 0..<4) == 0 { filter.until = entries.randomElement()?.receivedAt }
            if Int.random(in: 0..<4) == 0 { filter.result = .refused }
        }
    }

    private static func randomTextFilter(_ entries: [MessageLogEntry]) -> MessageLogFilter {
        filter { filter in
            if let entry = entries.randomElement() { addText(&filter, entry) }
        }
    }

    private static func addText(_ filter: inout MessageLogFilter, _ entry: MessageLogEntry) {
        let source = [entry.subject, entry.reversePath, "reader\(Int.random(in: 0..<301))@example.jp"].randomElement() ?? ""
        let scalars = Array(source.unicodeScalars)
        let start = Int.random(in: 0..<max(1, scalars.count))
        var part = scalars[min(scalars.count, start)..<min(scalars.count, start + Int.random(in: 1...9))].map { String($0) }.joined()
        if Bool.random() { part = part.uppercased() }
        if part.isEmpty || Int.random(in: 0..<8) == 0 { part = "nowhere" }
        if Bool.random() { filter.subject = part } else { filter.text = part }
    }

    /// One or several of the conditions that name something as a whole.
    private static func addExact(_ filter: inout MessageLogFilter, _ entry: MessageLogEntry) {
        let bare = entry.messageIDField.filter { $0 != "<" && $0 != ">" }
        let kinds = Int.random(in: 0..<10)
        switch kinds {
        case 0, 1:
            filter.sender = CorrespondentCondition(entry.reversePath.isEmpty ? "<>" : entry.reversePath.uppercased())
        case 2: filter.sender = CorrespondentCondition("sender\(Int.random(in: 0..<8)).example")
        case 3: filter.recipient = CorrespondentCondition("READER\(Int.random(in: 0..<302))@example.jp")
        case 4: filter.recipient = CorrespondentCondition(["example.jp", "@other.example", "nowhere.example"].randomElement() ?? "")
        case 5: filter.clientAddress = entry.clientAddress
        case 6: filter.clientAddress = "192.0.2.\(Int.random(in: 0..<202))"
        case 7: filter.messageID = [bare, "<\(bare)>", "<<\(bare)>>", "<\(bare)"].randomElement() ?? bare
        default:
            filter.sender = CorrespondentCondition("sender\(Int.random(in: 0..<7)).example")
            filter.recipient = CorrespondentCondition(kinds == 8 ? "reader\(Int.random(in: 0..<302))@other.example" : "other.example")
            if Bool.random() { filter.clientAddress = "192.0.2.1" }
        }
    }

    private static func compare(_ filter: MessageLogFilter, _ entries: [MessageLogEntry], _ test: TestDatabase) async throws -> Int {
        var with = test.database.messageLog
        with.rowsPerSlice = 500
        with.searchTime = .seconds(60)
        var without = with
        without.usesTextIndex = false
        var cursor = Bool.random() ? nil : entries.randomElement().map { MessageLogCursor(receivedAt: $0.receivedAt, message: $0.message) }
        var count = 0
        let limit = [3, 20, 51].randomElement() ?? 20
        for _ in 0..<4 {
            let expected = try await without.page(filter, after: cursor, limit: limit)
            let page = try await with.page(filter, after: cursor, limit: limit)
            #expect(page == expected, "\(filter) after \(cursor.debugDescription)")
            count += page.records.count
            guard let last = page.records.last else { break }
            cursor = MessageLogCursor(receivedAt: last.entry.receivedAt, message: last.entry.message)
        }
        return count
    }

    @Test(arguments: TestPlace.allCases) func `with the index every search has the pages it has without`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            var entries = try await TextIndexSamples.insert(2_500, test)
            let index = TextIndexSamples.index(test)
            try await TextIndexSamples.build(index)
            #expect(try await test.number("select count(*) from text_segment where block_count = 256") == 2)
            #expect(try await test.number("select count(*) from text_segment where block_count = 16") == 7)
            // Newer than what is indexed, and late.
            entries += try await TextIndexSamples.insert(40, from: 2_500, test)
            let late = try await Self.writeLate(test)
            var found = 0
            for _ in 0..<300 { found += try await Self.compare(Self.randomFilter(entries), entries, test) }
            #expect(found > 1_000)
            try await Self.compareLate(entries, test)
            #expect(try await test.number("select count(*) from text_late") == late.count)
            try await TextIndexSamples.build(index)
            #expect(try await test.number("select count(*) from text_late") == 0)
            for _ in 0..<100 { _ = try await Self.compare(Self.randomFilter(entries), entries, test) }
            try await Self.compareLate(entries, test)
            for subject in late { #expect(try await Self.subjects(test, containing: subject) == [subject]) }
        }
    }

    /// Messages of a time that is indexed already, through the writer.
    private static func writeLate(_ test: TestDatabase) async throws -> [String] {
        var subjects: [String] = []
        try await test.withWriter { writer in
            for number in 0..<5 {
                let time = UTCTime(milliseconds: TextIndexSamples.firstTime + Int64(number) * 150_000)
                subjects.append("遅延 late-\(number)")
                try await writer.enqueue(
                    try Samples.submission(
                        subject: "遅延 late-\(number)", node: test.node, receivedAt: time,
                        identifier: RecordIdentifier(milliseconds: time.milliseconds)), deadline: .seconds(20))
            }
            writer.record(
                Samples.entry(
                    node: test.node, subject: "late refusal", result: .refused,
                    receivedAt: UTCTime(milliseconds: TextIndexSamples.firstTime)),
                recipients: [])
            writer.record(Samples.entry(node: test.node, subject: "not late", result: .refused), recipients: [])
            try await writer.beat(settingsRevision: .none)
        }
        return subjects + ["late refusal"]
    }

    /// Late messages have another sender, recipient and client than all others.
    private static func compareLate(_ entries: [MessageLogEntry], _ test: TestDatabase) async throws {
        var found = 0
        for change: (inout MessageLogFilter) -> Void in [
            { $0.sender = CorrespondentCondition("sender@example.net") }, { $0.sender = CorrespondentCondition("example.net") },
            { $0.recipient = CorrespondentCondition("user@example.com") }, { $0.recipient = CorrespondentCondition("example.com") },
            { $0.clientAddress = "192.0.2.7" },
            {
                $0.recipient = CorrespondentCondition("user@example.com")
                $0.subject = "late-3"
            },
        ] {
            for _ in 0..<5 { found += try await compare(filter(change), entries, test) }
        }
        #expect(found > 20)
    }

    private static func subjects(_ test: TestDatabase, containing text: String) async throws -> [String] {
        try await test.database.messageLog.page(filter { $0.subject = text }, after: nil, limit: 20).records.map(\.entry.subject)
    }

    @Test(arguments: TestPlace.allCases) func `nothing is indexed while a writer may not have heard of it`(_ place: TestPlace) async throws
    {
        try await TestDatabase.with(place) { test in
            _ = try await TextIndexSamples.insert(64, test)
            let index = TextIndexSamples.index(test)
            let (begun, mayEnd) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            let writing = Task {
                try await test.database.sessions.requests.transaction(deadline: .seconds(60)) { transaction in
                    try transaction.execute("update text_index set changed_by = changed_by where id = 2")
                    begun.signal()
                    _ = mayEnd.wait(timeout: .now() + 30)
                }
            }
            await Self.wait(for: begun)
            let settling = try await index.perform(.begin, now: .now())
            for _ in 0..<3 { #expect(try await index.perform(settling, now: .now()) == settling) }
            mayEnd.signal()
            try await writing.value
            #expect(try await index.perform(settling, now: .now()) != settling)
        }
    }

    private static func wait(for semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                _ = semaphore.wait(timeout: .now() + 30)
                continuation.resume()
            }
        }
    }

    @Test func `messages that are too young are left out`() async throws {
        try await TestDatabase.with { test in
            _ = try await TextIndexSamples.insert(200, test)
            let index = TextIndexSamples.index(test)
            let now = UTCTime(milliseconds: TextIndexSamples.firstTime + 30_000 + 30_000)
            try await TextIndexSamples.build(index, now: now)
            // 93 messages are old enough, 64 of them make a segment.
            #expect(try await test.number("select count(*) from text_segment") == 1)
            let reach = try await test.database.maintenance.textIndexReach()
            #expect(reach.until.map { $0 <= UTCTime(milliseconds: TextIndexSamples.firstTime + 30_000) } == true)
        }
    }

    @Test(arguments: TestPlace.allCases) func `what is rare is looked for in few messages`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            _ = try await TextIndexSamples.insert(2_200, test)
            try await TextIndexSamples.build(TextIndexSamples.index(test))
            func reads(_ search: LogSearch, _ isIndexed: Bool) async throws -> Int {
                let connection = FirebirdConnection(configuration: test.database.configuration)
                let (_, reads) = try await connection.countingReads { transaction in
                    let index = isIndexed ? try TextIndexReader(search.textTerms, transaction) : nil
                    var walk = LogWalk(search, index: index, after: nil, limit: 51)
                    return try walk.run(until: .now + .seconds(60), transaction) == nil ? walk.rows.count : -1
                }
                await connection.close()
                return reads
            }
            for change: (inout MessageLogFilter) -> Void in [
                { $0.text = "READER77@" }, { $0.sender = CorrespondentCondition("user17@sender3.example") },
                { $0.recipient = CorrespondentCondition("reader77@example.jp") }, { $0.clientAddress = "192.0.2.77" },
                { $0.messageID = "<777@sender.example>" },
            ] {
                let search = LogSearch(Self.filter(change))
                let (indexed, plain) = (try await reads(search, true), try await reads(search, false))
                #expect(indexed * 4 < plain, "\(search.filter): \(indexed) of \(plain)")
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `candidates are collected along the log's index and nothing else`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            let range = MessageLogCursor.start(of: UTCTime(milliseconds: 1))..<MessageLogCursor.start(of: UTCTime(milliseconds: 9))
            try await test.database.sessions.requests.transaction(.readCommittedReadOnly) { transaction in
                let slices = try transaction.plan(of: TextIndexReader.query([.null, .null], [.integer(1), .integer(2)]))
                #expect(slices.contains("INDEX (TEXT_SLICE_KEY") && !slices.contains("NATURAL"), "\(slices)")
                for count in [1, 3, 8] {
                    let ranges = Array(repeating: range, count: count)
                    let log = try transaction.plan(of: LogSearch(LogSearchTests.filters[4]).page(in: ranges, limit: 51))
                    #expect(log.contains("INDEX (MESSAGE_NEWEST") && !log.contains("NATURAL") && !log.contains(" ORDER "), "\(log)")
                    let keys = IdentifierList.filledUp((0..<count).map { _ in RecordIdentifier.fresh() })
                    for filter in LogSearchTests.filters {
                        let messages = try transaction.plan(of: LogSearch(filter).page(of: keys, before: range.upperBound, limit: 51))
                        #expect(messages.contains("(M INDEX (RDB$PRIMARY") && !messages.contains("NATURAL"), "\(messages)")
                        #expect(!messages.contains("MESSAGE_NEWEST"), "\(messages)")
                    }
                    let lines = try transaction.plan(of: TextIndexReader.lines(keys))
                    #expect(lines.contains("INDEX (RDB$PRIMARY") && !lines.contains("NATURAL"), "\(lines)")
                    for share in [QuarantineShare.everybody, .recipients(keys: ["a@example.com"], kind: .user)] {
                        var filter = QuarantineFilter()
                        filter.text = "word"
                        let cursor = QuarantineCursor(quarantinedAt: UTCTime(milliseconds: 5), message: .fresh())
                        let search = QuarantineSearch(filter, share, after: cursor, limit: 51)
                        let kept = try transaction.plan(of: search.page(in: ranges))
                        #expect(
                            kept.contains("INDEX (MESSAGE_NEWEST") && !kept.contains("NATURAL") && !kept.contains("QUARANTINE_NEWEST"),
                            "\(kept)")
                        let named = try transaction.plan(of: search.page(of: keys))
                        #expect(named.contains("M INDEX (RDB$PRIMARY") && !named.contains("NATURAL"), "\(named)")
                        let end = try transaction.plan(of: search.sliceEnd())
                        #expect(!end.contains("NATURAL") && !end.contains(TestPlan.collectsFirst), "\(end)")
                    }
                }
            }
        }
    }

    @Test func `what was purged leaves the index, what stayed is found`() async throws {
        try await TestDatabase.with { test in
            let entries = try await TextIndexSamples.insert(400, test)
            let index = TextIndexSamples.index(test)
            try await TextIndexSamples.build(index)
            #expect(try await test.number("select count(*) from text_segment") == 6)
            // The second segment keeps one of its messages.
            let kept = entries[100]
            try await test.execute(
                "delete from message where received_at < \(entries[200].receivedAt) and id <> \(kept.message)")
            try await TextIndexSamples.build(index)
            #expect(try await test.number("select count(*) from text_segment") == 4)
            #expect(try await test.number("select count(distinct segment_id) from text_slice") == 4)
            #expect(try await test.number("select count(*) from text_block") == 4 * 16)
            for _ in 0..<40 { _ = try await Self.compare(Self.randomFilter(entries), entries, test) }
            #expect(try await Self.subjects(test, containing: kept.subject).contains(kept.subject))
        }
    }

    @Test func `a segment that is merged while it is searched is walked over instead`() async throws {
        try await TestDatabase.with { test in
            let entries = try await TextIndexSamples.insert(200, test)
            try await TextIndexSamples.build(TextIndexSamples.index(test))
            try await test.execute("delete from text_slice where slice > 1")
            for _ in 0..<20 { _ = try await Self.compare(Self.randomFilter(entries), entries, test) }
        }
    }

    @Test func `blocks without lines are asked as a whole, and without blocks a segment is walked over`() async throws {
        try await TestDatabase.with { test in
            let entries = try await TextIndexSamples.insert(1_300, test)
            try await TextIndexSamples.build(TextIndexSamples.index(test))
            try await test.execute("update text_block set content = null where mod(begin_at / 1000, 3) = 0")
            for _ in 0..<60 { _ = try await Self.compare(Self.randomFilter(entries), entries, test) }
            // A late message finds no lines to be added to.
            _ = try await Self.writeLate(test)
            try await TextIndexSamples.build(TextIndexSamples.index(test))
            try await Self.compareLate(entries, test)
            try await test.execute("delete from text_block where mod(begin_at / 1000, 5) = 0")
            for _ in 0..<60 { _ = try await Self.compare(Self.randomFilter(entries), entries, test) }
        }
    }

    @Test func `segments of another form are not used and go`() async throws {
        try await TestDatabase.with { test in
            let entries = try await TextIndexSamples.insert(200, test)
            let index = TextIndexSamples.index(test)
            try await TextIndexSamples.build(index)
            try await test.execute("update text_segment set form = 0")
            #expect(try await test.database.maintenance.textIndexReach().until == nil)
            for _ in 0..<10 { _ = try await Self.compare(Self.randomFilter(entries), entries, test) }
            try await TextIndexSamples.build(index)
            #expect(try await test.number("select count(*) from text_segment where form = 0") == 0)
            // All of it is indexed anew.
            #expect(try await test.number("select count(*) from text_segment") == 3)
            #expect(try await test.number("select count(*) from text_block") == 3 * 16)
            for _ in 0..<30 { _ = try await Self.compare(Self.randomFilter(entries), entries, test) }
        }
    }

    @Test func `who is not the primary builds nothing`() async throws {
        try await TestDatabase.with { test in
            _ = try await TextIndexSamples.insert(100, test)
            var index = TextIndexSamples.index(test)
            index.fence = PrimaryFence(duty: PrimaryDuty(), node: test.node)
            let fenced = index
            for turn in [TextIndexTurn.begin, .addLate(horizon: .now()), .build(horizon: .now()), .merge(horizon: .now()), .remove] {
                await #expect(throws: MessageLogError.self) { try await fenced.perform(turn, now: .now()) }
            }
        }
    }

    @Test(arguments: TestPlace.allCases) func `the quarantine's pages are the same with the index as without`(_ place: TestPlace)
        async throws
    {
        try await TestDatabase.with(place) { test in
            let entries = try await TextIndexSamples.insert(2_600, test)
            try await TextIndexSamples.build(TextIndexSamples.index(test))
            try await Self.keep(test)
            var without = test.database.quarantine
            without.usesTextIndex = false
            let own = QuarantineShare.recipients(keys: ["reader@example.jp"], kind: .user)
            for share in [QuarantineShare.everybody, own] {
                var found = 0
                for _ in 0..<60 {
                    let text = Self.randomTextFilter(entries)
                    var filter = QuarantineFilter()
                    filter.text = text.subject + text.text
                    if share == .everybody, Bool.random() { filter.kind = .user }
                    let at = UTCTime(milliseconds: TextIndexSamples.firstTime + Int64.random(in: 0..<2_000_000))
                    let cursor = Bool.random() ? nil : QuarantineCursor(quarantinedAt: at, message: .fresh())
                    let expected = try await without.quarantined(filter, of: share, after: cursor, limit: 20)
                    let page = try await test.database.quarantine.quarantined(filter, of: share, after: cursor, limit: 20)
                    #expect(page == expected, "\(filter)")
                    found += page.count
                }
                #expect(found > 50)
            }
        }
    }

    /// Three of four messages, some of them long after they came, each for the same reader.
    private static func keep(_ test: TestDatabase) async throws {
        try await test.execute(
            """
            insert into quarantine (message_id, kind, quarantined_at, reason_english, reason_japanese, score_tenths, changed_at, changed_by)
            select id, trim(iif(mod(received_at / 1000, 3) = 0, 'administrator', 'user')),
                received_at + iif(mod(received_at / 1000, 7) = 0, 500000, 0), 'score', 'score', 60, received_at, node_id
            from message where mod(received_at / 1000, 4) <> 0
            """)
        try await test.execute(
            """
            insert into quarantine_recipient (message_id, ordinal, changed_at, changed_by, address_key, quarantined_at)
            select message_id, 0, changed_at, changed_by, 'reader@example.jp', quarantined_at from quarantine
            """)
    }
}
