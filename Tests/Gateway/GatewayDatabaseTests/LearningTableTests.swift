import BayesianLearning
import Cluster
import Firebird
import FirebirdTestKit
import SampleLearning
import Settings
import Testing

@testable import GatewayDatabase

/// The ledger, the runs and the generation in force.
@Suite struct LearningTableTests {
    private static func digest(_ number: UInt64) -> SampleDigest { SampleDigest(RecordIdentifier(high: 7, low: number)) }

    private static func entry(_ number: UInt64, _ kind: SampleKind = .spam, subject: String = "") -> LedgerEntry {
        LedgerEntry(
            digest: digest(number), kind: kind, state: .waiting, origin: .log, actor: "alice", sender: "s@example.net",
            subject: subject, changedAt: UTCTime(milliseconds: Int64(number) * 1000))
    }

    private static func audit(_ test: TestDatabase) -> AuditEntry {
        AuditEntry(actor: .localCommand(userID: 0), node: test.node, action: "bayes.unlearn", target: "x")
    }

    private static func generation(_ sequence: UInt64, _ test: TestDatabase) -> PublishedGeneration {
        PublishedGeneration(
            number: BayesSnapshotNumber(epoch: 1, sequence: sequence), ham: 3, spam: 4, features: 5, minimumSamples: 2, publishedAt: .now(),
            node: test.node)
    }

    @Test(arguments: TestPlace.allCases)
    func `a late primary publishes nothing and settles nothing`(_ place: TestPlace) async throws {
        try await TestDatabase.with(place) { test in
            let roles = test.database.primaryRole
            let duty = PrimaryDuty()
            var table = test.database.learning
            table.fence = PrimaryFence(duty: duty, node: test.node)
            let fenced = table
            let own = Incarnation(node: test.node, number: 1)
            duty.confirm(try #require(try await roles.take(try await roles.primaryRecord(), by: own)), begunAt: .now)
            #expect(try await fenced.beginLearning("a") == .begun)
            let first = Self.generation(1, test)
            try await fenced.publish(first, replacing: nil)
            await #expect(throws: LearningError.self) { try await fenced.publish(Self.generation(2, test), replacing: nil) }
            // Another node takes over while this one sleeps; its clock has not told it yet.
            _ = try await roles.take(try await roles.primaryRecord(), by: Incarnation(node: NodeID(.fresh()), number: 1))
            duty.confirm(1, begunAt: .now)
            await #expect(throws: LearningError.self) { try await fenced.publish(Self.generation(2, test), replacing: first.number) }
            await #expect(throws: LearningError.self) { try await fenced.settle([Self.entry(1)]) }
            await #expect(throws: LearningError.self) { try await fenced.beginLearning("b") }
            // It has the role again; what it began in its first term is worth nothing.
            let regained = try #require(try await roles.take(try await roles.primaryRecord(), by: own))
            duty.confirm(regained, begunAt: .now)
            let late = fenced.fenced(at: 1)
            await #expect(throws: LearningError.self) { try await late.publish(Self.generation(2, test), replacing: first.number) }
            await #expect(throws: LearningError.self) { try await late.settle([Self.entry(1)]) }
            #expect(try await fenced.fenced(at: regained).beginLearning("c") == .begun)
            #expect(try await fenced.publishedGeneration()?.number.sequence == 1)
            #expect(try await fenced.ledger(LedgerFilter(), after: nil, limit: 5).isEmpty)
        }
    }

    @Test func `who taught a message stays when it is learned, and what learned it when it is taught anew`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.learning
            try await table.enter([Self.entry(1)], audit: Self.audit(test))
            var settled = Self.entry(1)
            settled.state = .learned
            settled.origin = .folder
            settled.actor = ""
            settled.number = BayesSnapshotNumber(epoch: 3, sequence: 9)
            try await table.settle([settled])
            var found = try #require(try await table.ledgerEntries(of: [Self.digest(1)]).first)
            #expect(found.state == .learned && found.origin == .log && found.actor == "alice" && found.number == settled.number)
            try await table.enter([Self.entry(1, .ham)], audit: nil)
            found = try #require(try await table.ledgerEntries(of: [Self.digest(1)]).first)
            #expect(found.state == .waiting && found.kind == .ham && found.number == settled.number)
            #expect(try await test.number("select count(*) from audit where action = 'bayes.unlearn'") == 1)
        }
    }

    @Test func `what is unlearned is marked to be forgotten, whether it waits or is learned`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.learning
            var learned = Self.entry(2)
            learned.state = .learned
            learned.number = BayesSnapshotNumber(epoch: 1, sequence: 1)
            try await table.settle([learned])
            try await table.enter([Self.entry(1)], audit: nil)
            let gone = try await table.unlearn([Self.digest(1), Self.digest(2), Self.digest(3)], audit: Self.audit(test))
            #expect(Set(gone.map(\.digest)) == [Self.digest(1), Self.digest(2)])
            #expect(try await Set(table.leavingSamples(limit: 10)) == [Self.digest(1), Self.digest(2)])
            #expect(try await table.waitingSamples().leaving == 2)
            // What a run learned that did not know of it does not bring it back.
            learned.kind = .spam
            try await table.settle([learned])
            #expect(try await table.ledgerDigests(after: nil, limit: 10).map(\.state) == [.leaving, .leaving])
            try await table.forget([Self.digest(1), Self.digest(2)], waitingSince: UTCTime(milliseconds: 0))
            #expect(try await table.ledgerDigests(after: nil, limit: 10).isEmpty)
        }
    }

    @Test func `what was taught otherwise while it was learned waits, and one that waits in vain goes after a while`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.learning
            try await table.enter([Self.entry(1, .ham), Self.entry(2)], audit: nil)
            var learned = Self.entry(1, .spam)
            learned.state = .learned
            try await table.settle([learned])
            #expect(try await table.ledgerEntries(of: [Self.digest(1)]).map(\.state) == [.waiting])
            try await table.forget([Self.digest(1), Self.digest(2)], waitingSince: UTCTime(milliseconds: 1_500))
            #expect(try await table.ledgerDigests(after: nil, limit: 10).map(\.digest) == [Self.digest(2)])
        }
    }

    @Test func `the ledger is read page by page, newest first, and searched`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.learning
            var entries: [LedgerEntry] = []
            for number in 1...9 as ClosedRange<UInt64> {
                let kind: SampleKind = number % 2 == 0 ? .ham : .spam
                entries.append(Self.entry(number, kind, subject: number == 4 ? "会議の議事録 ɐ" : "x\(number)"))
            }
            let newestFirst = entries.reversed().map(\.digest)
            try await table.enter(entries, audit: nil)
            var seen: [SampleDigest] = []
            var cursor: LedgerCursor?
            repeat {
                let page = try await table.ledger(LedgerFilter(), after: cursor, limit: 4)
                seen += page.map(\.digest)
                cursor = page.count == 4 ? page.last.map { LedgerCursor(changedAt: $0.changedAt, digest: $0.digest.identifier) } : nil
            } while cursor != nil
            #expect(seen == newestFirst)
            var filter = LedgerFilter()
            filter.text = "議事録"
            #expect(try await table.ledger(filter, after: nil, limit: 5).map(\.digest) == [Self.digest(4)])
            filter = LedgerFilter()
            filter.kind = .ham
            #expect(try await table.ledger(filter, after: nil, limit: 50).count == 4)
            filter.state = .learned
            #expect(try await table.ledger(filter, after: nil, limit: 50).isEmpty)
        }
    }

    @Test func `a run that is asked for twice is done once, and one that is done does not begin again`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.learning
            try await table.askForLearning(beginsAnew: false, audit: Self.audit(test))
            try await table.askForLearning(beginsAnew: false, audit: Self.audit(test))
            let key = try #require(try await table.unfinishedLearning().first)
            #expect(try await table.unfinishedLearning().count == 1)
            #expect(try await table.beginLearning(key) == .begun)
            var figures = LearningRun.Figures()
            figures.learned = 12
            figures.step = .training
            try await table.noteProgress(figures, of: key)
            try await table.endLearning(key, isDone: false, cause: "the folder is full")
            #expect(try await table.learningRuns(limit: 1).first.map { $0.state == .stopped && $0.cause == "the folder is full" } == true)
            #expect(try await table.beginLearning(key) == .begun)
            #expect(try await table.learningRuns(limit: 1).first?.figures == LearningRun.Figures())
            try await table.endLearning(key, isDone: true, cause: "")
            #expect(try await table.beginLearning(key) == .done)
            #expect(try await table.unfinishedLearning().isEmpty)
            // What an administrator has to confirm is never served by another run.
            try await table.askForLearning(beginsAnew: false, audit: Self.audit(test))
            try await table.askForLearning(beginsAnew: true, audit: Self.audit(test))
            #expect(try await table.unfinishedLearning().map(LearningRun.beginsAnew).contains(true))
        }
    }

    @Test func `each node says what it uses`() async throws {
        try await TestDatabase.with { test in
            let table = test.database.learning
            try await table.report(NodeGeneration(node: test.node, number: nil, loadedAt: .now(), problem: "none"))
            let number = BayesSnapshotNumber(epoch: 2, sequence: 4)
            try await table.report(NodeGeneration(node: test.node, number: number, loadedAt: .now(), problem: ""))
            #expect(try await table.nodeGenerations().map(\.number) == [number])
        }
    }
}
