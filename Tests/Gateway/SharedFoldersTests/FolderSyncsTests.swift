import Foundation
import Settings
import Synchronization
import Testing

@testable import SharedFolders

@Suite struct FolderSyncsTests {
    /// Stands for the folder: each sync waits until it is let go.
    private final class HeldSyncs: Sendable {
        private struct State {
            var begun = 0
            var failing: Set<Int> = []
        }

        private let state = Mutex(State())
        private let gate = DispatchSemaphore(value: 0)

        var begun: Int { state.withLock { $0.begun } }

        func fail(_ number: Int) { state.withLock { _ = $0.failing.insert(number) } }

        func letGo() { gate.signal() }

        func perform() throws(SharedFolderError) {
            let (number, fails) = state.withLock { state in
                state.begun += 1
                return (state.begun, state.failing.contains(state.begun))
            }
            gate.wait()
            if fails { throw .failed(operation: "sync", path: "folder \(number)", code: EIO) }
        }
    }

    /// Blocking work on a thread of its own.
    private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: body()) }.start()
        }
    }

    private static func outcome(_ syncs: FolderSyncs) -> String {
        do throws(SharedFolderError) {
            try syncs.sync("/folder")
            return "synced"
        } catch {
            return "failed"
        }
    }

    private static func wait(_ condition: @Sendable () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(30)
        while !condition() {
            try #require(ContinuousClock.now < end)
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    @Test func `one sync serves all who asked before it began, and one that runs serves none of them`() async throws {
        let held = HeldSyncs()
        let syncs = FolderSyncs { _ throws(SharedFolderError) in try held.perform() }
        let first = Task { await Self.onThread { Self.outcome(syncs) } }
        try await Self.wait { held.begun == 1 }
        try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<5 { group.addTask { await Self.onThread { Self.outcome(syncs) } } }
            try await Self.wait { syncs.askers(of: "/folder") == 6 }
            held.letGo()
            let outcome = await first.value
            #expect(outcome == "synced")
            try await Self.wait { held.begun == 2 }
            held.letGo()
            for try await outcome in group { #expect(outcome == "synced") }
        }
        #expect(held.begun == 2)
    }

    @Test func `a failed sync fails those it was to serve, and the next one is a new try`() async throws {
        let held = HeldSyncs()
        held.fail(1)
        let syncs = FolderSyncs { _ throws(SharedFolderError) in try held.perform() }
        held.letGo()
        #expect(await Self.onThread { Self.outcome(syncs) } == "failed")
        held.letGo()
        #expect(await Self.onThread { Self.outcome(syncs) } == "synced")
    }
}

@Suite struct ContentRemovalTests {
    private func fresh() -> RecordIdentifier { RecordIdentifier(milliseconds: 1_700_000_000_000) }

    @Test func `one thread is asked for, and another for each five hundred that wait`() {
        var removal = ContentRemoval()
        #expect(removal.add(fresh()) == .mustStart)
        let starts = (0..<3_000).count { _ in removal.add(fresh()) == .mustStart }
        #expect(starts == ContentRemoval.maximumWorkers - 1)
    }

    @Test func `everything comes out once, in portions, and then a thread is asked for again`() {
        var removal = ContentRemoval()
        let identifiers = (0..<250).map { _ in fresh() }
        for identifier in identifiers { _ = removal.add(identifier) }
        var removed: [RecordIdentifier] = []
        while true {
            let portion = removal.next()
            if portion.isEmpty { break }
            #expect(portion.count <= ContentRemoval.portion)
            removed += portion
        }
        #expect(Set(removed) == Set(identifiers) && removed.count == identifiers.count)
        #expect(removal.add(fresh()) == .mustStart)
    }

    @Test func `beyond the bound contents are left to the sweep`() {
        var removal = ContentRemoval()
        for _ in 0..<ContentRemoval.maximumWaiting { _ = removal.add(fresh()) }
        #expect(removal.add(fresh()) == .tooMany)
        _ = removal.next()
        #expect(removal.add(fresh()) == .taken)
    }

    @Test func `without a thread what waits is given up, and the next one asks again`() {
        var removal = ContentRemoval()
        let identifier = fresh()
        _ = removal.add(identifier)
        #expect(removal.workerWasRefused() == [identifier])
        #expect(removal.add(fresh()) == .mustStart)
    }
}
