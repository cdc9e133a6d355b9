package import BayesianLearning
package import SampleLearning
package import Settings
package import SharedFolders
import Synchronization

/// Learning's rows in memory, and the samples of teaching, with failures on demand.
package final class InMemoryLearning: LearningStore, SampleKeeping {
    package struct State: Sendable {
        package var published: PublishedGeneration?
        package var generations: [NodeID: NodeGeneration] = [:]
        package var ledger: [SampleDigest: LedgerEntry] = [:]
        package var runs: [LearningRun] = []
        package var audit: [AuditEntry] = []
        /// Names of stored samples by folder.
        package var stored: [SharedFolderKind: Set<String>] = [:]
        /// Of the role; what is fenced at another one fails. `nil`: whatever is asked.
        package var epoch: Int64?
        /// Steps that fail from now on, as if the role were lost or the database away.
        package var failing: Set<Step> = []
    }

    package enum Step: Sendable, Hashable {
        case read, publish, settle, forget
    }

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    private let shared: Shared
    private let term: Int64?
    private let node = NodeID(RecordIdentifier(high: 1, low: 2))

    package init() {
        shared = Shared()
        term = nil
    }

    private init(_ shared: Shared, term: Int64) {
        self.shared = shared
        self.term = term
    }

    package func fenced(at epoch: Int64) -> any LearningStore { InMemoryLearning(shared, term: epoch) }

    package func change(_ body: (inout sending State) -> Void) { shared.state.withLock { body(&$0) } }
    package var now: State { shared.state.withLock { $0 } }

    private func on<Value: Sendable>(
        _ step: Step, fenced isFenced: Bool = false, _ body: (inout sending State) -> sending Value
    ) throws(LearningError) -> Value {
        let term = isFenced ? term : nil
        let value: Value? = shared.state.withLock { state in
            if let term, let epoch = state.epoch, epoch != term { return nil }
            return state.failing.contains(step) ? nil : body(&state)
        }
        guard let value else { throw .unavailable(cause: "lost") }
        return value
    }

    package func publishedGeneration() async throws(LearningError) -> PublishedGeneration? { try on(.read) { [$0.published] }[0] }

    package func report(_ generation: NodeGeneration) async throws(LearningError) {
        try on(.read) { $0.generations[generation.node] = generation }
    }

    package func nodeGenerations() async throws(LearningError) -> [NodeGeneration] { try on(.read) { Array($0.generations.values) } }

    package func learningRuns(limit: Int) async throws(LearningError) -> [LearningRun] {
        try on(.read) { Array($0.runs.reversed().prefix(limit)) }
    }

    package func askForLearning(beginsAnew: Bool, audit: AuditEntry) async throws(LearningError) {
        let node = node
        try on(.read) { state in
            state.audit.append(audit)
            state.runs.append(
                LearningRun(
                    key: LearningRun.key(audit.identifier, beginsAnew: beginsAnew), node: node, startedAt: .now(), changedAt: .now(),
                    state: .asked, figures: LearningRun.Figures(), cause: ""))
        }
    }

    package func ledger(_ filter: LedgerFilter, after cursor: LedgerCursor?, limit: Int) async throws(LearningError) -> [LedgerEntry] {
        try on(.read) { state in
            let all = state.ledger.values.filter { entry in
                (filter.kind ?? entry.kind) == entry.kind && (filter.state ?? entry.state) == entry.state
                    && (filter.origin ?? entry.origin) == entry.origin
                    && (filter.text.isEmpty || entry.subject.contains(filter.text) || entry.sender.contains(filter.text))
            }.sorted { ($0.changedAt.milliseconds, $0.digest) > ($1.changedAt.milliseconds, $1.digest) }
            let rest = all.filter { entry in
                cursor.map { (entry.changedAt.milliseconds, entry.digest.identifier) < ($0.changedAt.milliseconds, $0.digest) } ?? true
            }
            return Array(rest.prefix(limit))
        }
    }

    package func ledgerEntries(of digests: [SampleDigest]) async throws(LearningError) -> [LedgerEntry] {
        try on(.read) { state in digests.compactMap { state.ledger[$0] } }
    }

    package func waitingSamples() async throws(LearningError) -> WaitingSamples {
        try on(.read) { state in
            var waiting = WaitingSamples()
            for entry in state.ledger.values {
                switch (entry.state, entry.kind) {
                case (.leaving, _): waiting.leaving += 1
                case (.waiting, .spam): waiting.spam += 1
                case (.waiting, .ham): waiting.ham += 1
                case (.learned, _): break
                }
            }
            return waiting
        }
    }

    package func enter(_ entries: [LedgerEntry], audit: AuditEntry?) async throws(LearningError) {
        try on(.read) { state in
            if let audit { state.audit.append(audit) }
            for var entry in entries {
                entry.number = state.ledger[entry.digest]?.number
                state.ledger[entry.digest] = entry
            }
        }
    }

    package func unlearn(_ digests: [SampleDigest], audit: AuditEntry) async throws(LearningError) -> [LedgerEntry] {
        try on(.read) { state in
            state.audit.append(audit)
            let entries = digests.compactMap { state.ledger[$0] }
            for entry in entries {
                state.ledger[entry.digest]?.state = .leaving
                state.ledger[entry.digest]?.changedAt = .now()
            }
            return entries
        }
    }

    package func unfinishedLearning() async throws(LearningError) -> [String] {
        try on(.read) { $0.runs.filter { $0.state != .done }.map(\.key) }
    }

    package func beginLearning(_ key: String) async throws(LearningError) -> LearningBeginning { .begun }

    package func noteProgress(_ figures: LearningRun.Figures, of key: String) async throws(LearningError) {
        let node = node
        try on(.read, fenced: true) { state in
            state.runs.removeAll { $0.key == key }
            state.runs.append(
                LearningRun(
                    key: key, node: node, startedAt: .now(), changedAt: .now(), state: .running, figures: figures, cause: ""))
        }
    }

    package func leavingSamples(limit: Int) async throws(LearningError) -> [SampleDigest] {
        try on(.read) { $0.ledger.values.filter { $0.state == .leaving }.map(\.digest) }
    }

    package func publish(
        _ generation: PublishedGeneration, replacing before: BayesSnapshotNumber?
    ) async throws(LearningError) {
        let isReplaced = try on(.publish, fenced: true) { state in
            guard state.published?.number == before else { return false }
            state.published = generation
            return true
        }
        guard isReplaced else { throw .unavailable(cause: "another generation was published meanwhile") }
    }

    package func settle(_ entries: [LedgerEntry]) async throws(LearningError) {
        try on(.settle, fenced: true) { state in
            for entry in entries {
                var settled = state.ledger[entry.digest] ?? entry
                if settled.state == .leaving || settled.state == .waiting && settled.kind != entry.kind { continue }
                settled.kind = entry.kind
                settled.state = entry.state
                settled.number = entry.number
                settled.changedAt = entry.changedAt
                state.ledger[entry.digest] = settled
            }
        }
    }

    package func ledgerDigests(after digest: SampleDigest?, limit: Int) async throws(LearningError) -> [LedgerDigest] {
        try on(.read) { state in
            let all = state.ledger.values.sorted { $0.digest < $1.digest }.filter { entry in digest.map { entry.digest > $0 } ?? true }
            return all.prefix(limit).map { LedgerDigest(digest: $0.digest, state: $0.state, changedAt: $0.changedAt) }
        }
    }

    package func forget(_ digests: [SampleDigest], waitingSince limit: UTCTime) async throws(LearningError) {
        try on(.forget, fenced: true) { state in
            for digest in digests where state.ledger[digest].map({ $0.state != .waiting || $0.changedAt < limit }) ?? false {
                state.ledger[digest] = nil
            }
        }
    }

    package func endLearning(_ key: String, isDone: Bool, cause: String) async throws(LearningError) {}

    package func store(_ bytes: [UInt8], named name: String, in kind: SharedFolderKind) async throws(SharedFolderError) {
        shared.state.withLock { _ = $0.stored[kind, default: []].insert(name) }
    }
}
