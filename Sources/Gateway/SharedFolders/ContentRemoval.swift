import Foundation
import Settings

/// Contents nothing refers to any more, on their way out. Nobody waits for them, so they are gathered for a moment and removed by few
/// threads: each would else wake a thread of its own, and hinder those that write mail into the same folder. Pure: counts, removes nothing.
struct ContentRemoval: Sendable {
    private var waiting: [RecordIdentifier] = []
    private var workers = 0

    /// More are left to the sweep.
    static let maximumWaiting = 50_000
    /// A further thread helps for each so many that wait.
    static let waitingPerWorker = 500
    static let maximumWorkers = 4
    /// Removed between two looks at what has come meanwhile.
    static let portion = 100

    enum Admission: Sendable, Hashable {
        case taken
        /// Taken, and a thread must be asked to work.
        case mustStart
        case tooMany
    }

    mutating func add(_ identifier: RecordIdentifier) -> Admission {
        guard waiting.count < Self.maximumWaiting else { return .tooMany }
        waiting.append(identifier)
        guard workers < Self.maximumWorkers, workers == 0 || waiting.count > workers * Self.waitingPerWorker else { return .taken }
        workers += 1
        return .mustStart
    }

    /// What a worker removes next; when nothing waits, it is done.
    mutating func next() -> [RecordIdentifier] {
        if waiting.isEmpty { workers -= 1 }
        let portion = Array(waiting.suffix(Self.portion))
        waiting.removeLast(portion.count)
        return portion
    }

    /// No thread could be had.
    /// - Returns: what is left to the sweep.
    mutating func workerWasRefused() -> [RecordIdentifier] {
        workers -= 1
        guard workers == 0 else { return [] }
        defer { waiting = [] }
        return waiting
    }
}
