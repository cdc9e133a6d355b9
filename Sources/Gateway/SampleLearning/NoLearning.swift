package import BayesianLearning
package import Settings
package import SharedFolders

/// Stands where there is no learning: nothing is known, and nothing can be taught.
package struct NoLearning: LearningStore, SampleKeeping {
    package init() {}

    private static let absent = LearningError.unavailable(cause: "there is no learning here")

    package func publishedGeneration() async throws(LearningError) -> PublishedGeneration? { nil }
    package func report(_ generation: NodeGeneration) async throws(LearningError) { throw Self.absent }
    package func nodeGenerations() async throws(LearningError) -> [NodeGeneration] { [] }
    package func learningRuns(limit: Int) async throws(LearningError) -> [LearningRun] { [] }
    package func askForLearning(beginsAnew: Bool, audit: AuditEntry) async throws(LearningError) { throw Self.absent }
    package func ledger(
        _ filter: LedgerFilter, after cursor: LedgerCursor?, limit: Int
    ) async throws(LearningError) -> [LedgerEntry] { [] }
    package func ledgerEntries(of digests: [SampleDigest]) async throws(LearningError) -> [LedgerEntry] { [] }
    package func waitingSamples() async throws(LearningError) -> WaitingSamples { WaitingSamples() }
    package func enter(_ entries: [LedgerEntry], audit: AuditEntry?) async throws(LearningError) { throw Self.absent }
    package func unlearn(_ digests: [SampleDigest], audit: AuditEntry) async throws(LearningError) -> [LedgerEntry] { throw Self.absent }
    package func fenced(at epoch: Int64) -> any LearningStore { self }
    package func unfinishedLearning() async throws(LearningError) -> [String] { [] }
    package func beginLearning(_ key: String) async throws(LearningError) -> LearningBeginning { throw Self.absent }
    package func noteProgress(_ figures: LearningRun.Figures, of key: String) async throws(LearningError) { throw Self.absent }
    package func leavingSamples(limit: Int) async throws(LearningError) -> [SampleDigest] { [] }
    package func publish(
        _ generation: PublishedGeneration, replacing before: BayesSnapshotNumber?
    ) async throws(LearningError) { throw Self.absent }
    package func settle(_ entries: [LedgerEntry]) async throws(LearningError) { throw Self.absent }
    package func ledgerDigests(after digest: SampleDigest?, limit: Int) async throws(LearningError) -> [LedgerDigest] { [] }
    package func forget(_ digests: [SampleDigest], waitingSince limit: UTCTime) async throws(LearningError) { throw Self.absent }
    package func endLearning(_ key: String, isDone: Bool, cause: String) async throws(LearningError) { throw Self.absent }
    package func store(_ bytes: [UInt8], named name: String, in kind: SharedFolderKind) async throws(SharedFolderError) { throw .closed }
}
