import BayesianLearning
import Foundation
import GatewayTestKit
import Logging
import Settings
import SharedFolders
import Testing

@testable import SampleLearning

/// Learning from files to a published generation, and what is left when it is broken off.
struct LearningCourseTests {
    @Test func `enough samples of each kind make a generation that every node can load`() async throws {
        let place = try Place()
        place.put(30)
        _ = try await place.course().perform("a")
        let published = try #require(place.store.now.published)
        #expect(published.ham == 30 && published.spam == 30 && published.hasSnapshot)
        #expect(published.number == BayesSnapshotNumber(epoch: 7, sequence: 1))
        #expect(place.files(.bayesHam).isEmpty && place.files(.bayesSpam).isEmpty)
        #expect(place.store.now.ledger.count == 60 && place.store.now.ledger.values.allSatisfy { $0.state == .learned })
        let current = CurrentBayesSnapshot()
        await place.watch(current).look()
        #expect(current.snapshot?.number == published.number)
        #expect(place.store.now.generations.values.map(\.number) == [published.number])
    }

    @Test func `too few samples are kept and give no snapshot`() async throws {
        let place = try Place()
        place.put(5)
        _ = try await place.course().perform("a")
        #expect(place.store.now.published.map { $0.ham == 5 && $0.spam == 5 && !$0.hasSnapshot } == true)
        place.put(15, from: 5)
        _ = try await place.course().perform("b")
        #expect(place.store.now.published.map { $0.ham == 20 && $0.spam == 20 && $0.hasSnapshot } == true)
    }

    @Test func `a message is learned once however often it is put there`() async throws {
        let place = try Place()
        place.put(20)
        _ = try await place.course().perform("a")
        place.put(20)
        _ = try await place.course().perform("b")
        #expect(place.store.now.published?.ham == 20 && place.store.now.published?.number.sequence == 1)
        #expect(place.store.now.runs.last?.figures.known == 40)
        #expect(place.files(.bayesHam).isEmpty)
    }

    @Test(arguments: [InMemoryLearning.Step.publish, .settle])
    func `a primary that is lost leaves nothing half learned, and the next one does the rest`(step: InMemoryLearning.Step) async throws {
        let place = try Place()
        place.put(20)
        place.store.change { $0.failing = [step] }
        await #expect(throws: LearningError.self) { try await place.course().perform("a") }
        #expect(place.files(.bayesHam).count == 20, "files go only after everything else")
        let before = place.store.now
        #expect(step == .publish ? before.published == nil : before.published?.ham == 20)
        #expect(before.ledger.isEmpty)
        place.store.change { $0.failing = [] }
        _ = try await place.course(epoch: 8).perform("a")
        #expect(place.store.now.published.map { $0.ham == 20 && $0.spam == 20 } == true)
        #expect(place.store.now.ledger.count == 40 && place.files(.bayesHam).isEmpty && place.files(.bayesSpam).isEmpty)
    }

    @Test func `a file nothing can be learned from is set aside with the reason`() async throws {
        let place = try Place()
        place.write("nothing.eml", "", in: .bayesHam)
        place.write("no-message.bin", String(repeating: "x", count: 100), in: .bayesSpam)
        place.write(".hidden", "From: a\n\nb", in: .bayesSpam)
        _ = try await place.course().perform("a")
        #expect(place.files(.bayesHam) == ["set-aside"] && place.files(.bayesSpam) == [".hidden", "set-aside"])
        let reason = try String(
            contentsOfFile: place.path(.bayesSpam) + "/set-aside/no-message.bin.reason.txt", encoding: .utf8)
        #expect(reason.contains("no message"))
        #expect(FileManager.default.fileExists(atPath: place.path(.bayesHam) + "/set-aside/nothing.eml"))
        #expect(place.store.now.runs.last?.figures.setAside == 2)
    }

    @Test(arguments: [
        "請求書のお知らせ（写し）.eml", String(repeating: "x", count: 255), String(repeating: "迷", count: 85), String(repeating: "x", count: 245),
    ])
    func `a file is set aside whatever its name is`(name: String) async throws {
        let place = try Place()
        place.write(name, "", in: .bayesHam)
        place.put(20)
        _ = try await place.course().perform("a")
        #expect(place.store.now.runs.last?.figures.setAside == 1 && place.store.now.published?.ham == 20)
        #expect(place.files(.bayesHam) == ["set-aside"])
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path(.bayesHam) + "/set-aside")
        #expect(names.count == 2 && names.filter { $0.hasSuffix(".reason.txt") }.count == 1)
        #expect(names.allSatisfy { $0.hasPrefix(String(name.prefix(5))) })
    }

    @Test func `a file that cannot be set aside is left and hinders no other`() async throws {
        let place = try Place()
        place.put(20)
        place.write("nothing.eml", "", in: .bayesHam)
        // Where the folder should be lies a file.
        place.write("set-aside", Place.mail(90, .ham), in: .bayesHam)
        let told = try await place.course().perform("a")
        #expect(place.store.now.published?.spam == 20 && place.store.now.runs.last?.figures.left == 1)
        #expect(told.contains("nothing.eml") && place.files(.bayesHam).contains("nothing.eml"))
    }

    @Test func `a file whose name is not text is told as left`() async throws {
        let place = try Place()
        place.put(20)
        let source = place.path(.bayesHam) + "/0.eml"
        #expect(rename(source, Array("\(place.path(.bayesHam))/".utf8CString.dropLast()) + [-1, -2, 0]) == 0)
        _ = try await place.course().perform("a")
        #expect(place.store.now.runs.last?.figures.left == 1 && place.store.now.published?.ham == 19)
    }

    @Test func `what is unlearned is forgotten as if it had never been learned`() async throws {
        let place = try Place()
        place.put(21)
        _ = try await place.course().perform("a")
        let digest = SampleDigest(of: Array(Place.mail(3, .spam).utf8))
        try await place.unlearn(digest)
        _ = try await place.course().perform("b")
        #expect(place.store.now.published.map { $0.spam == 20 && $0.ham == 21 && $0.number.sequence == 2 } == true)
        #expect(place.store.now.ledger[digest] == nil && place.store.now.ledger.count == 41)
    }

    @Test func `a message that is put into the other folder is corrected`() async throws {
        let place = try Place()
        place.put(21)
        _ = try await place.course().perform("a")
        place.write("wrong.eml", Place.mail(3, .spam), in: .bayesHam)
        _ = try await place.course().perform("b")
        #expect(place.store.now.published.map { $0.spam == 20 && $0.ham == 22 } == true)
        #expect(place.store.now.ledger[SampleDigest(of: Array(Place.mail(3, .spam).utf8))]?.kind == .ham)
    }

    @Test func `old samples are forgotten beyond the number that is kept`() async throws {
        let place = try Place()
        place.put(1_010)
        var course = place.course()
        course.change { $0.maximumSamples = 1_000 }
        _ = try await course.perform("a")
        #expect(place.store.now.published.map { $0.ham == 1_000 && $0.spam == 1_000 } == true)
        #expect(place.store.now.runs.last?.figures.aged == 20 && place.store.now.ledger.count == 2_000)
    }

    @Test func `damaged samples stop learning until an administrator goes on with an earlier generation`() async throws {
        let place = try Place()
        place.put(20)
        _ = try await place.course().perform("a")
        place.put(5, from: 20)
        _ = try await place.course().perform("b")
        let newest = try #require(place.store.now.published?.number)
        place.damage(ReplicationFile.samples(newest))
        place.put(1, from: 30)
        let before = place.store.now
        for key in ["c", LearningRun.key(RecordIdentifier(milliseconds: 1), beginsAnew: false)] {
            await #expect(throws: LearningError.samplesLost(generation: "\(newest)")) { try await place.course().perform(key) }
        }
        #expect(place.store.now.published == before.published && place.store.now.ledger == before.ledger)
        #expect(place.files(.bayesHam) == ["30.eml"])
        let told = try await place.course().perform(LearningRun.key(RecordIdentifier(milliseconds: 1), beginsAnew: true))
        #expect(LearningNote.text(stored: told).japanese.contains("残っている分"))
        #expect(place.store.now.published.map { $0.ham == 21 && $0.spam == 21 && $0.number.sequence == 3 } == true)
        #expect(place.store.now.ledger.count == 42, "the ledger names what is learned and nothing else")
    }

    @Test func `only the newest generations' files are kept`() async throws {
        let place = try Place()
        for round in 0..<5 {
            place.put(20, from: round * 20)
            _ = try await place.course().perform("\(round)")
        }
        #expect(Set(place.files(.bayesReplication).compactMap(ReplicationFile.number)).map(\.sequence).sorted() == [3, 4, 5])
    }

    @Test(arguments: ["damaged", "cut", "older", "gone"])
    func `a bad snapshot is refused and the last good one stays in use`(fault: String) async throws {
        let place = try Place()
        place.put(20)
        _ = try await place.course().perform("a")
        let first = try #require(place.store.now.published?.number)
        let current = CurrentBayesSnapshot()
        let watch = place.watch(current)
        await watch.look()
        place.put(5, from: 20)
        _ = try await place.course().perform("b")
        let second = try #require(place.store.now.published?.number)
        let (path, older) = (place.file(ReplicationFile.snapshot(second)), place.file(ReplicationFile.snapshot(first)))
        switch fault {
        case "damaged": place.damage(ReplicationFile.snapshot(second))
        case "cut": truncate(path, 200)
        case "older":
            try FileManager.default.removeItem(atPath: path)
            try FileManager.default.copyItem(atPath: older, toPath: path)
        default: try FileManager.default.removeItem(atPath: path)
        }
        await watch.look()
        #expect(current.snapshot?.number == first)
        #expect(watch.problem.contains("\(second)"))
        #expect(place.store.now.generations.values.first.map { $0.number == first && !$0.problem.isEmpty } == true)
        // A node that starts now has no last good one in memory and takes it from the folder.
        let fresh = CurrentBayesSnapshot()
        await place.watch(fresh).look()
        #expect(fresh.snapshot?.number == first)
    }

    @Test func `while the database is away the snapshot in use stays`() async throws {
        let place = try Place()
        place.put(20)
        _ = try await place.course().perform("a")
        let current = CurrentBayesSnapshot()
        let watch = place.watch(current)
        await watch.look()
        place.store.change { $0.failing = [.read] }
        await watch.look()
        #expect(current.snapshot != nil && watch.problem.isEmpty)
    }
}
