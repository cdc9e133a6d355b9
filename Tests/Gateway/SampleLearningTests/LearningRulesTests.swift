import BayesianLearning
import Foundation
import GatewayTestKit
import Settings
import SharedFolders
import Testing

@testable import SampleLearning

/// What people said against what lies in the folders, and one primary after another.
struct LearningRulesTests {
    private static let spam = SampleDigest(of: Array(Place.mail(3, .spam).utf8))

    @Test func `what waits and is unlearned is never learned, and its file goes`() async throws {
        let place = try Place()
        place.put(20, from: 20)
        let digest = try await place.teach(3, .spam)
        try await place.unlearn(digest)
        _ = try await place.course().perform("a")
        #expect(place.store.now.published?.spam == 20 && place.store.now.ledger[digest] == nil && place.files(.bayesSpam).isEmpty)
    }

    @Test func `what is taught again after it was unlearned is learned`() async throws {
        let place = try Place()
        let digest = try await place.teach(3, .spam)
        try await place.unlearn(digest)
        _ = try await place.teach(3, .spam, as: .ham)
        _ = try await place.course().perform("a")
        #expect(place.store.now.ledger[digest].map { $0.state == .learned && $0.kind == .ham } == true)
        #expect(place.files(.bayesSpam).isEmpty && place.files(.bayesHam).isEmpty)
    }

    @Test func `when two people teach a message as different kinds the ledger decides, and no file is left`() async throws {
        let place = try Place()
        let digest = try await place.teach(3, .spam)
        _ = try await place.teach(3, .spam, as: .ham)
        #expect(place.files(.bayesSpam).count == 1 && place.files(.bayesHam).count == 1)
        _ = try await place.course().perform("a")
        #expect(place.store.now.published.map { $0.ham == 1 && $0.spam == 0 } == true)
        #expect(place.store.now.ledger[digest]?.kind == .ham)
        #expect(place.files(.bayesSpam).isEmpty && place.files(.bayesHam).isEmpty)
    }

    @Test func `a learned file that stayed does not bring back what was unlearned since`() async throws {
        let place = try Place()
        place.put(21)
        _ = try await place.course().perform("a")
        // As if it had never gone, and days had passed.
        place.write("stayed.eml", Place.mail(3, .spam), in: .bayesSpam)
        try await place.unlearn(Self.spam)
        place.store.change { $0.ledger[Self.spam]?.changedAt = .now().advanced(by: .seconds(86_400)) }
        _ = try await place.course().perform("b")
        #expect(place.store.now.published?.spam == 20 && place.store.now.ledger[Self.spam] == nil)
        #expect(place.files(.bayesSpam).isEmpty)
    }

    @Test func `a learned file that stayed does not overrule a correction`() async throws {
        let place = try Place()
        place.put(21)
        _ = try await place.course().perform("a")
        _ = try await place.teach(3, .spam, as: .ham)
        _ = try await place.course().perform("b")
        #expect(place.store.now.published.map { $0.ham == 22 && $0.spam == 20 } == true)
        place.write("stayed.eml", Place.mail(3, .spam), in: .bayesSpam)
        place.store.change { $0.ledger[Self.spam]?.changedAt = .now().advanced(by: .seconds(86_400)) }
        _ = try await place.course().perform("c")
        #expect(place.store.now.published.map { $0.ham == 22 && $0.spam == 20 } == true)
        #expect(place.store.now.ledger[Self.spam]?.kind == .ham && place.files(.bayesSpam).isEmpty)
    }

    @Test func `an entry that waits without its file waits no longer than an hour`() async throws {
        let place = try Place()
        let (old, new) = (SampleDigest(RecordIdentifier(high: 1, low: 1)), SampleDigest(RecordIdentifier(high: 1, low: 2)))
        for (digest, seconds) in [(old, -7_200), (new, -60)] {
            place.store.change {
                $0.ledger[digest] = LedgerEntry(
                    digest: digest, kind: .spam, state: .waiting, origin: .command, changedAt: .now().advanced(by: .seconds(seconds)))
            }
        }
        _ = try await place.course().perform("a")
        #expect(place.store.now.ledger[old] == nil && place.store.now.ledger[new]?.state == .waiting)
    }

    // MARK: one primary after another

    @Test func `a run of an earlier term publishes nothing, though its node has the role again`() async throws {
        let place = try Place()
        place.put(20)
        place.store.change { $0.epoch = 9 }
        await #expect(throws: LearningError.self) { try await place.course(epoch: 7).perform("a") }
        #expect(place.store.now.published == nil && place.files(.bayesHam).count == 20)
        _ = try await place.course(epoch: 9).perform("b")
        #expect(place.store.now.published?.number.epoch == 9)
    }

    @Test func `who has lost the role removes no file`() async throws {
        let place = try Place()
        place.put(20)
        await #expect(throws: LearningError.self) { try await place.course(isPrimary: { false }).perform("a") }
        #expect(place.files(.bayesHam).count == 20)
    }

    @Test func `files of a later generation stay, and a late run removes none at all`() async throws {
        let place = try Place()
        for round in 0..<4 {
            place.put(20, from: round * 20)
            _ = try await place.course().perform("\(round)")
        }
        let (number, before) = (try #require(place.store.now.published?.number), place.files(.bayesReplication))
        let later = ReplicationFile.samples(BayesSnapshotNumber(epoch: 9, sequence: 99))
        place.write(later, "x", in: .bayesReplication)
        var work = LearningCourse.Work("a", LearnedSamples())
        try await place.course().removeOldGenerations(number, &work)
        #expect(place.files(.bayesReplication) == (before + [later]).sorted())
        place.store.change { state in
            guard let old = state.published else { return }
            state.published = PublishedGeneration(
                number: BayesSnapshotNumber(epoch: 9, sequence: 99), ham: old.ham, spam: old.spam, features: old.features,
                minimumSamples: old.minimumSamples, publishedAt: old.publishedAt, node: old.node)
        }
        place.write(ReplicationFile.samples(BayesSnapshotNumber(epoch: 1, sequence: 1)), "x", in: .bayesReplication)
        try await place.course().removeOldGenerations(number, &work)
        #expect(place.files(.bayesReplication).count == before.count + 2)
    }

    @Test func `what another has published meanwhile is not replaced`() async throws {
        let place = try Place()
        place.put(20)
        _ = try await place.course().perform("a")
        let present = try #require(place.store.now.published)
        await #expect(throws: LearningError.self) { try await place.store.publish(present, replacing: nil) }
        try await place.store.publish(present, replacing: present.number)
    }

    @Test func `no number is tried twice, and each is above all that are known`() {
        let attempts = PublishingAttempts()
        let known = [BayesSnapshotNumber(epoch: 5, sequence: 9), BayesSnapshotNumber(epoch: 6, sequence: 2)]
        #expect(attempts.next(above: known, epoch: 6) == BayesSnapshotNumber(epoch: 6, sequence: 10))
        #expect(attempts.next(above: known, epoch: 6) == BayesSnapshotNumber(epoch: 6, sequence: 11))
        #expect(PublishingAttempts().next(above: [], epoch: 3) == BayesSnapshotNumber(epoch: 3, sequence: 1))
    }

    @Test func `a published file is never replaced`() async throws {
        let place = try Place()
        try await place.folders.publish([1], as: "samples-1.1.bayes")
        await #expect(throws: SharedFolderError.self) { try await place.folders.publish([2], as: "samples-1.1.bayes") }
        #expect(try await place.folders.published("samples-1.1.bayes", maximumBytes: 10) == [1])
    }

    @Test(arguments: ["damaged", "gone"]) func `a bad snapshot is made anew by the next run, though nothing new is learned`(
        fault: String
    ) async throws {
        let place = try Place()
        place.put(20)
        _ = try await place.course().perform("a")
        let name = ReplicationFile.snapshot(try #require(place.store.now.published?.number))
        if fault == "gone" { try FileManager.default.removeItem(atPath: place.file(name)) } else { place.damage(name) }
        let told = try await place.course().perform("b")
        #expect(!told.isEmpty && place.store.now.published?.number.sequence == 2)
        let current = CurrentBayesSnapshot()
        await place.watch(current).look(within: .seconds(60))
        #expect(current.snapshot?.number.sequence == 2)
        #expect(try await place.course().perform("c").isEmpty && place.store.now.published?.number.sequence == 2)
    }

    @Test func `after the database was put back a generation above what nodes use is published`() async throws {
        let place = try Place()
        place.put(20)
        _ = try await place.course().perform("a")
        let newer = BayesSnapshotNumber(epoch: 12, sequence: 40)
        place.store.change { $0.generations[place.node] = NodeGeneration(node: place.node, number: newer, loadedAt: .now(), problem: "") }
        _ = try await place.course().perform("b")
        #expect(place.store.now.published.map { $0.number > newer && $0.ham == 20 } == true)
    }

    @Test func `what a killed program left is removed after a day`() async throws {
        let place = try Place()
        place.write(".old.tmp", "x", in: .bayesSpam)
        place.write(".new.tmp", "x", in: .bayesReplication)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -100_000)], ofItemAtPath: place.path(.bayesSpam) + "/.old.tmp")
        place.put(1)
        _ = try await place.course().perform("a")
        #expect(place.files(.bayesSpam).isEmpty && place.files(.bayesReplication).contains(".new.tmp"))
    }

    @Test func `what is told of a run is told in the reader's language`() {
        let notes: [LearningNote] = [
            .beganFromLess, .snapshotMadeAnew, .notRead(file: "a: b.eml", cause: "c"), .notSetAside(file: "a", cause: "c"),
            .notRemoved(file: "a", cause: "c"), .samplesLost(generation: "1.2"),
            .olderThanInUse(BayesSnapshotNumber(epoch: 1, sequence: 2)),
            .refused(generation: BayesSnapshotNumber(epoch: 1, sequence: 2), cause: "c"),
        ]
        for note in notes { #expect(LearningNote.text(stored: LearningNote.stored([note])) == note.text) }
        let all = LearningNote.text(stored: LearningNote.stored([.notRead(file: "a", cause: "b"), .beganFromLess]))
        #expect(all.japanese == "読み取れませんでした: a: b 以前の学習結果を読み取れなかったため、残っている分から学習しました。")
        #expect(LearningNote.text(stored: "the database is away").japanese == "the database is away")
        #expect(LearningNote.isLoss("\(LearningError.samplesLost(generation: "1.2"))") && !LearningNote.isLoss("x"))
    }
}
