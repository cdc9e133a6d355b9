import BayesianLearning
import Logging
import MessageLog
import Settings
import SharedFolders

/// What follows once a generation is published: the ledger, then the files.
extension LearningCourse {
    /// Rows of the ledger that are read at a time.
    private static let page = 1_000
    /// Generations whose files are kept: the present one and what to fall back on.
    static let keptGenerations = 3
    /// An entry that waits for so long without its file waits in vain: whoever teaches writes the entry first, then the file.
    static let patience = Duration.seconds(3600)

    func settle(_ work: Work, _ number: BayesSnapshotNumber?) async throws(LearningError) {
        // A message that was there twice is entered as what it was learned as.
        var last: [SampleDigest: LedgerEntry] = [:]
        for var entry in work.settled {
            guard let isSpam = work.samples.isSpam(entry.digest.identifier.bytes) else { continue }
            entry.kind = SampleKind(isSpam: isSpam)
            entry.number = number
            last[entry.digest] = entry
        }
        try await inBatches(last.values.sorted { $0.digest < $1.digest }) { (part) async throws(LearningError) in
            try await store.settle(part)
        }
    }

    /// The ledger names what is learned: what was unlearned, has aged, or was lost with a file goes, what waits without a file is settled,
    /// and what a ledger that was put back does not know is entered.
    func sweepLedger(_ work: Work, _ number: BayesSnapshotNumber?) async throws(LearningError) {
        let late = work.begunAt.advanced(by: .zero - Self.patience)
        var known: Set<SampleDigest> = []
        var position: SampleDigest?
        repeat {
            let found = try await store.ledgerDigests(after: position, limit: Self.page)
            let gone = found.filter { isGone($0, work, late) }.map(\.digest)
            known.formUnion(found.map(\.digest))
            known.subtract(gone)
            try await inBatches(gone) { (part) async throws(LearningError) in try await store.forget(part, waitingSince: late) }
            position = found.count == Self.page ? found.last?.digest : nil
        } while position != nil
        let unknown = work.samples.all.compactMap { entry -> LedgerEntry? in
            guard let identifier = RecordIdentifier(bytes: entry.identifier), !known.contains(SampleDigest(identifier)) else { return nil }
            return LedgerEntry(
                digest: SampleDigest(identifier), kind: SampleKind(isSpam: entry.sample.isSpam), state: .learned, origin: .folder,
                number: number)
        }
        try await inBatches(unknown) { (part) async throws(LearningError) in try await store.settle(part) }
    }

    private func isGone(_ row: LedgerDigest, _ work: Work, _ late: UTCTime) -> Bool {
        let isLearned = work.samples.isSpam(row.digest.identifier.bytes) != nil
        switch row.state {
        case .learned: return !isLearned
        // One that was unlearned while this run was under way is forgotten with the next.
        case .leaving: return !isLearned && !work.staying.contains(row.digest)
        case .waiting: return row.changedAt < late && !work.isCut && !work.names.contains(row.digest.fileName)
        }
    }

    private func inBatches<Item>(
        _ items: [Item], _ body: ([Item]) async throws(LearningError) -> Void
    ) async throws(LearningError) {
        for start in stride(from: 0, to: items.count, by: Self.batch) {
            try await body(Array(items[start..<min(items.count, start + Self.batch)]))
        }
    }

    // MARK: files

    /// The files of messages that are to be forgotten, before the ledger forgets them.
    func removeLeaving(_ work: inout Work) async throws(LearningError) {
        for (file, digest) in work.leavingFiles where !(try await remove(file, &work)) { work.staying.insert(digest) }
        guard work.isCut else { return }
        // There are more files than were listed, theirs among them perhaps.
        for digest in try await store.leavingSamples(limit: LearningFolders.maximumListed) where !work.staying.contains(digest) {
            for kind in SampleKind.allCases {
                do throws(SharedFolderError) {
                    try await folders.removeStored(named: digest.fileName, in: kind.folder)
                } catch {
                    work.staying.insert(digest)
                    work.note(.notRemoved(file: digest.fileName, cause: error.descriptionWithoutPath))
                }
            }
        }
    }

    /// One that stays is known at the next run, by the ledger, and goes then.
    func removeFiles(_ work: inout Work) async throws(LearningError) {
        for (index, file) in work.files.enumerated() {
            if index % Self.batch == 0 { try await tell(&work, step: .tidying) }
            _ = try await remove(file, &work)
        }
    }

    /// - Returns: whether it is gone.
    private func remove(_ file: SampleFile, _ work: inout Work) async throws(LearningError) -> Bool {
        try checkRole()
        do throws(SharedFolderError) {
            return try await folders.remove(file)
        } catch {
            logger.warning("a learned file could not be removed", metadata: ["file": "\(file.path)", "cause": "\(error)"])
            work.note(.notRemoved(file: file.name, cause: error.descriptionWithoutPath))
            return false
        }
    }

    /// Only below what is published, and only while it is this run's: a later primary's files are never touched.
    func removeOldGenerations(_ number: BayesSnapshotNumber?, _ work: inout Work) async throws(LearningError) {
        guard let number else { return }
        try await tell(&work, step: .tidying)
        guard try await store.publishedGeneration()?.number == number else { return }
        do throws(SharedFolderError) {
            let names = try await folders.publishedNames()
            let older = Set(names.compactMap(ReplicationFile.number)).filter { $0 <= number }.sorted(by: >)
            let gone = Set(older.dropFirst(Self.keptGenerations))
            for name in names {
                guard let found = ReplicationFile.number(of: name), gone.contains(found), isPrimary() else { continue }
                try await folders.removePublished(name)
            }
            try await folders.removeTemporaryFiles()
        } catch {
            logger.warning("old generations could not be removed", metadata: ["cause": "\(error)"])
        }
    }

    private func checkRole() throws(LearningError) {
        guard isPrimary() else { throw .unavailable(cause: "this node is not the primary any more") }
    }
}
