package import BayesianLearning
package import Settings

/// What a node uses at the moment.
package struct NodeGeneration: Sendable, Hashable {
    package let node: NodeID
    /// `nil`: it judges by none.
    package let number: BayesSnapshotNumber?
    package let loadedAt: UTCTime
    /// Why it does not use what was published last; empty when it does.
    package let problem: String

    package init(node: NodeID, number: BayesSnapshotNumber?, loadedAt: UTCTime, problem: String) {
        self.node = node
        self.number = number
        self.loadedAt = loadedAt
        self.problem = problem
    }
}

/// What a node found when it wanted to begin a run.
package enum LearningBeginning: Sendable, Hashable {
    case begun, done
}

/// The ledger, the runs and the published generation. Implemented by GatewayDatabase.
///
/// What only the primary does is fenced: it fails as soon as another node has taken the role, so that what a late primary has computed
/// never becomes the cluster's.
package protocol LearningStore: Sendable {
    // MARK: every node

    func publishedGeneration() async throws(LearningError) -> PublishedGeneration?
    /// Says what this node uses; written only when it has changed.
    func report(_ generation: NodeGeneration) async throws(LearningError)
    func nodeGenerations() async throws(LearningError) -> [NodeGeneration]
    /// Newest first.
    func learningRuns(limit: Int) async throws(LearningError) -> [LearningRun]
    /// Asks the primary, whichever node it is, for a run now. While one that was asked for is not begun, another adds nothing.
    /// - Parameter beginsAnew: it may go on with what is left, if what was learned before cannot be read.
    func askForLearning(beginsAnew: Bool, audit: AuditEntry) async throws(LearningError)
    /// Newest first, after `cursor`, at most `limit`.
    func ledger(_ filter: LedgerFilter, after cursor: LedgerCursor?, limit: Int) async throws(LearningError) -> [LedgerEntry]
    func ledgerEntries(of digests: [SampleDigest]) async throws(LearningError) -> [LedgerEntry]
    /// How many wait, of each kind, to be learned or forgotten.
    func waitingSamples() async throws(LearningError) -> WaitingSamples
    /// Writes entries whose files lie in the folders; an entry of the same message is replaced.
    func enter(_ entries: [LedgerEntry], audit: AuditEntry?) async throws(LearningError)
    /// Marks entries as leaving: the next learning forgets them and removes their files.
    /// - Returns: the entries as they were.
    func unlearn(_ digests: [SampleDigest], audit: AuditEntry) async throws(LearningError) -> [LedgerEntry]

    // MARK: the primary, fenced

    /// This store for one run: what follows fails as soon as the role is not this node's in that very term any more, even if it has it again.
    func fenced(at epoch: Int64) -> any LearningStore
    /// Keys of runs that are asked for or not at their end, oldest first.
    func unfinishedLearning() async throws(LearningError) -> [String]
    func beginLearning(_ key: String) async throws(LearningError) -> LearningBeginning
    func noteProgress(_ figures: LearningRun.Figures, of key: String) async throws(LearningError)
    /// Entries that are to be forgotten, at most `limit`.
    func leavingSamples(limit: Int) async throws(LearningError) -> [SampleDigest]
    /// Makes a generation, whose files are there, the cluster's.
    /// - Parameter before: what it was made from; if another is in force by now, it fails.
    func publish(_ generation: PublishedGeneration, replacing before: BayesSnapshotNumber?) async throws(LearningError)
    /// Writes what a generation learned, at most `LearningCourse.batch` entries. Who taught a message, and how, stays as it was entered; an
    /// entry that is leaving by now, or was taught as the other kind meanwhile, is left as it is.
    func settle(_ entries: [LedgerEntry]) async throws(LearningError)
    /// What the ledger names, in the order of the digests, after one, at most `limit`.
    func ledgerDigests(after digest: SampleDigest?, limit: Int) async throws(LearningError) -> [LedgerDigest]
    /// Removes entries that are learned no more.
    /// - Parameter limit: those that wait go only if they do so since before it.
    func forget(_ digests: [SampleDigest], waitingSince limit: UTCTime) async throws(LearningError)
    /// - Parameter cause: what there is to know of it; with `isDone` false, why it stops.
    func endLearning(_ key: String, isDone: Bool, cause: String) async throws(LearningError)
}

/// What the ledger names.
package struct LedgerDigest: Sendable, Hashable {
    package let digest: SampleDigest
    package let state: LedgerEntry.State
    package let changedAt: UTCTime

    package init(digest: SampleDigest, state: LedgerEntry.State, changedAt: UTCTime) {
        self.digest = digest
        self.state = state
        self.changedAt = changedAt
    }
}

/// Entries of the ledger that the next learning will see to.
package struct WaitingSamples: Sendable, Hashable {
    package var ham = 0
    package var spam = 0
    package var leaving = 0

    package init() {}
}
