package import BayesianLearning
package import Logging
import ServiceLifecycle
package import Settings
package import SharedFolders
import Synchronization

/// Keeps the snapshot in memory up to what the primary has published. One that is damaged, cut, or not newer than the one in use is
/// refused and told; the last good one stays in use. Reading and checking a file never happens on an event loop or on Swift's pool.
package final class SnapshotWatch: Service {
    private let store: any LearningStore
    private let folders: LearningFolders
    private let current: CurrentBayesSnapshot
    private let node: NodeID
    private let logger: Logger
    private let state = Mutex(State())

    private static let interval = Duration.seconds(2)
    /// Before a file that was refused is looked at again: a share may have shown an old state of it.
    private static let pauseAfterRefusal = Duration.seconds(15)

    private struct State {
        var problem = ""
        var reported: NodeGeneration?
        var retryAt: ContinuousClock.Instant?
        var refused: BayesSnapshotNumber?
    }

    package init(
        store: any LearningStore, folders: LearningFolders, current: CurrentBayesSnapshot, node: NodeID, logger: Logger
    ) {
        self.store = store
        self.folders = folders
        self.current = current
        self.node = node
        self.logger = logger
    }

    /// Why this node does not judge by what was published last, as `LearningNote` stores it; empty when it does.
    package var problem: String { state.withLock { $0.problem } }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.look()
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    /// A look that is waited for so long at most. What is not loaded by then follows with the next looks.
    package func look(within limit: Duration) async {
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        // Neither is waited for beyond the first end: a folder that hangs must not hold up a start. Both are over at their deadlines.
        Task {
            await self.look()
            end.finish()
        }
        let timer = Task {
            try? await Task.sleep(for: limit)  // cancelled when the look is over
            end.finish()
        }
        for await _ in ends {}
        timer.cancel()
    }

    /// One look at what is published; on failure what is in use stays in use.
    package func look() async {
        // While the database is away what is in use is right as far as anybody knows; its health is told elsewhere.
        guard let published = try? await store.publishedGeneration() else { return }
        switch SnapshotChoice(published: published, inUse: current.snapshot?.number) {
        case .keep: note(problem: "")
        case .drop:
            current.adopt(nil)
            note(problem: "")
        case .refuse(let inUse): note(problem: LearningNote.olderThanInUse(inUse).text.english)
        case .load:
            let wait = state.withLock { state in
                state.refused == published.number ? state.retryAt.map { ContinuousClock.now < $0 } ?? false : false
            }
            if !wait { await load(published.number) }
        }
        await report()
    }

    private func load(_ number: BayesSnapshotNumber) async {
        do throws(SnapshotRefusal) {
            adopt(try await read(number))
            note(problem: "")
        } catch {
            let isNew = note(problem: LearningNote.refused(generation: number, cause: error.description).text.english)
            state.withLock { state in
                state.refused = number
                state.retryAt = .now + Self.pauseAfterRefusal
            }
            if isNew { logger.error("a published snapshot is refused", metadata: ["generation": "\(number)", "cause": "\(error)"]) }
            if current.snapshot == nil { await loadOlder(than: number) }
        }
    }

    /// At the start there is no last good one in memory; perhaps there is one in the folder.
    private func loadOlder(than number: BayesSnapshotNumber) async {
        // Why the folder cannot be listed is what the problem says already.
        guard let names = try? await folders.publishedNames() else { return }
        let older = names.filter(ReplicationFile.isSnapshot).compactMap(ReplicationFile.number).filter { $0 < number }
        for candidate in older.sorted(by: >) {
            // One that is refused too is passed over.
            guard let snapshot = try? await read(candidate) else { continue }
            return adopt(snapshot)
        }
    }

    private func adopt(_ snapshot: BayesSnapshot) {
        current.adopt(snapshot)
        logger.notice("a snapshot of learned mail is in use", metadata: ["generation": "\(snapshot.number)"])
    }

    private func read(_ number: BayesSnapshotNumber) async throws(SnapshotRefusal) -> BayesSnapshot {
        let bytes: [UInt8]
        do throws(SharedFolderError) {
            bytes = try await folders.published(ReplicationFile.snapshot(number), maximumBytes: ReplicationFile.maximumSnapshotBytes)
        } catch {
            throw .folder(error)
        }
        let inUse = current.snapshot?.number
        let snapshot: BayesSnapshot
        do throws(BayesFileError) {
            snapshot = try await LearningThread.run { () throws(BayesFileError) in try BayesSnapshot(reading: bytes, inUse: inUse) }
        } catch {
            throw .file(error)
        }
        // An older file under a newer name.
        guard snapshot.number == number else { throw .otherNumber(snapshot.number) }
        return snapshot
    }

    /// - Returns: whether it is another one than before.
    @discardableResult
    private func note(problem: String) -> Bool {
        state.withLock { state in
            defer { state.problem = problem }
            return state.problem != problem
        }
    }

    private func report() async {
        let number = current.snapshot?.number
        let (problem, reported) = state.withLock { ($0.problem, $0.reported) }
        if let reported, reported.number == number, reported.problem == problem { return }
        let generation = NodeGeneration(node: node, number: number, loadedAt: .now(), problem: problem)
        // Not written, it is tried at the next look.
        guard (try? await store.report(generation)) != nil else { return }
        state.withLock { $0.reported = generation }
    }
}

/// Why a snapshot is not taken.
enum SnapshotRefusal: Error, CustomStringConvertible {
    case folder(SharedFolderError)
    case file(BayesFileError)
    case otherNumber(BayesSnapshotNumber)

    var description: String {
        switch self {
        case .folder(let error): error.descriptionWithoutPath
        case .file(let error): "\(error)"
        case .otherNumber(let number): "the file holds generation \(number)"
        }
    }
}

/// What follows from what is published and what is in use. Pure.
enum SnapshotChoice: Sendable, Hashable {
    case keep, drop, load
    /// What is published is older than what is in use: the database was put back, perhaps, and the next learning makes a newer one.
    case refuse(inUse: BayesSnapshotNumber)

    init(published: PublishedGeneration, inUse: BayesSnapshotNumber?) {
        guard published.hasSnapshot else {
            self = inUse == nil ? .keep : .drop
            return
        }
        guard let inUse else {
            self = .load
            return
        }
        self = inUse == published.number ? .keep : inUse < published.number ? .load : .refuse(inUse: inUse)
    }
}
