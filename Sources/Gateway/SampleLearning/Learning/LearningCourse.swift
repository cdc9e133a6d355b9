import BayesianLearning
import Logging
import MessageLog
import Settings
import SharedFolders

/// One run of learning, from the files in the folders to a published generation.
///
/// A model is a pure function of the samples, and the samples are replaced as a whole: first both files of the new generation are written,
/// then one fenced transaction makes them the cluster's, then the ledger follows, and only then are the learned files removed. Broken off
/// before the transaction, nothing has happened and the next primary begins with the same files; after it, the next run finds the messages
/// known and does what is left. So nothing is ever half learned, and no file goes that was not.
struct LearningCourse: Sendable {
    let store: any LearningStore
    let folders: LearningFolders
    let settings: BayesSettings
    let node: NodeID
    /// The epoch while this node is the primary.
    let epoch: @Sendable () -> Int64?
    let logger: Logger

    /// Rows of one transaction.
    static let batch = 100
    /// Rows of the ledger that are read at a time.
    private static let page = 1_000
    /// Of all samples together: 200 MB. The oldest go beyond it.
    static let maximumTokens = 25_000_000
    /// Generations whose files are kept: the present one and what to fall back on.
    static let keptGenerations = 3
    /// How often a page sees progress.
    private static let progressInterval = Duration.seconds(1)

    /// What a run has in hand.
    private struct Work {
        var figures = LearningRun.Figures()
        var notes: [String] = []
        var samples: LearnedSamples
        /// Entries for the ledger, and the files they came from.
        var settled: [LedgerEntry] = []
        var files: [SampleFile] = []
        var isChanged = false
        var toldAt = ContinuousClock.now
    }

    /// - Returns: what there is to know of the run.
    /// - Throws: what stops it; it is begun anew later.
    func perform(_ key: String) async throws(LearningError) -> String {
        let before = try await store.publishedGeneration()
        var work = Work(samples: try await samples(of: before))
        if work.samples.all.isEmpty, let before, before.ham + before.spam > 0 {
            work.notes.append("Nothing that was learned before could be read; it begins anew.")
            work.isChanged = true
        }
        try await forget(&work)
        try await read(&work, key)
        let counted = work.samples.hamCount + work.samples.spamCount
        work.samples.trim(toTokens: Self.maximumTokens)
        work.figures.aged += counted - work.samples.hamCount - work.samples.spamCount
        try await tell(&work, key, step: .training)
        let number = try await publish(&work, before, key)
        try await tell(&work, key, step: .tidying)
        try await settle(work, number)
        try await sweepLedger(work.samples, number)
        await removeFiles(&work)
        await removeOldGenerations(except: number)
        try await tell(&work, key, step: .tidying)
        return work.notes.joined(separator: " ")
    }

    // MARK: what was learned before

    /// The samples of the published generation, or of the newest one before it that can be read.
    private func samples(of published: PublishedGeneration?) async throws(LearningError) -> LearnedSamples {
        let maximum = settings.maximumSamples
        guard let published else { return LearnedSamples(maximumPerKind: maximum) }
        let names = try await folder { () throws(SharedFolderError) in try await folders.publishedNames() }
        let numbers = names.filter(ReplicationFile.isSamples).compactMap(ReplicationFile.number).filter { $0 <= published.number }
        for number in numbers.sorted(by: >) {
            let bytes = try await folder { () throws(SharedFolderError) in
                try await folders.published(ReplicationFile.samples(number), maximumBytes: ReplicationFile.maximumSamplesBytes)
            }
            do throws(BayesFileError) {
                let samples = try await LearningThread.run { () throws(BayesFileError) in
                    try LearnedSamples(reading: bytes, maximumPerKind: maximum)
                }
                if number != published.number {
                    logger.error("learned samples are lost; those of an earlier generation are used", metadata: ["used": "\(number)"])
                }
                return samples
            } catch {
                logger.error("a file of learned samples is refused", metadata: ["generation": "\(number)", "cause": "\(error)"])
            }
        }
        return LearnedSamples(maximumPerKind: maximum)
    }

    private func forget(_ work: inout Work) async throws(LearningError) {
        let leaving = try await store.leavingSamples(limit: LearningFolders.maximumListed)
        for digest in leaving where work.samples.unlearn(digest.identifier.bytes) {
            work.figures.unlearned += 1
            work.isChanged = true
        }
    }

    // MARK: the files

    private func read(_ work: inout Work, _ key: String) async throws(LearningError) {
        var files: [SampleFile] = []
        for kind in SampleKind.allCases {
            files += try await folder { () throws(SharedFolderError) in try await folders.samples(kind.folder) }
        }
        // Whoever taught a message last is right.
        files.sort { ($0.modifiedNanoseconds, $0.name) < ($1.modifiedNanoseconds, $1.name) }
        work.figures.files = files.count
        for file in files {
            try await read(file, &work)
            work.figures.read += 1
            if work.toldAt.duration(to: .now) > Self.progressInterval { try await tell(&work, key, step: .reading) }
            guard !Task.isCancelled else { throw .unavailable(cause: "the node stops") }
        }
    }

    private func read(_ file: SampleFile, _ work: inout Work) async throws(LearningError) {
        let examined = try await folder { () throws(SharedFolderError) in
            try await folders.examine(file, maximumBytes: SampleReading.maximumBytes) { bytes in
                Result { () throws(UnusableSample) in try SampleReading(bytes) }
            }
        }
        switch examined {
        case .value(.success(let reading)): learn(reading, from: file, &work)
        case .value(.failure(let unusable)): await setAside(file, unusable, &work)
        case .tooLarge: await setAside(file, .tooLarge, &work)
        case .changed: work.figures.left += 1
        case .unreadable(let error):
            work.figures.left += 1
            if work.notes.count < 3 { work.notes.append("\(file.name) could not be read: \(error.descriptionWithoutPath).") }
        }
    }

    private func learn(_ reading: SampleReading, from file: SampleFile, _ work: inout Work) {
        let kind = SampleKind(isSpam: file.kind == .bayesSpam)
        let total = work.samples.hamCount + work.samples.spamCount
        let entry = LearnedSamples.Entry(
            identifier: reading.digest.identifier.bytes, sample: LearnedSample(tokens: reading.tokens, isSpam: kind.isSpam))
        var added = 0
        switch work.samples.learn(entry) {
        case .learned:
            work.figures.learned += 1
            added = 1
            work.isChanged = true
        case .corrected:
            work.figures.corrected += 1
            work.isChanged = true
        case .known: work.figures.known += 1
        }
        work.figures.aged += total + added - work.samples.hamCount - work.samples.spamCount
        work.settled.append(
            LedgerEntry(
                digest: reading.digest, kind: kind, state: .learned, origin: .folder, sender: reading.sender.cut(to: 200),
                subject: reading.subject.cut(to: 200)))
        work.files.append(file)
    }

    /// One that cannot be set aside is left: no file hinders the others.
    private func setAside(_ file: SampleFile, _ unusable: UnusableSample, _ work: inout Work) async {
        do throws(SharedFolderError) {
            try await folders.setAside(file, reason: unusable.reason)
            work.figures.setAside += 1
            logger.warning(
                "a file nothing can be learned from is set aside", metadata: ["file": "\(file.path)", "cause": "\(unusable.reason)"])
        } catch {
            work.figures.left += 1
            if work.notes.count < 3 { work.notes.append("\(file.name) could not be set aside: \(error.descriptionWithoutPath).") }
            logger.warning("a file nothing can be learned from stays", metadata: ["file": "\(file.path)", "cause": "\(error)"])
        }
    }

    // MARK: the new generation

    /// - Returns: the generation in force afterwards; `nil`: nothing was ever learned.
    private func publish(
        _ work: inout Work, _ before: PublishedGeneration?, _ key: String
    ) async throws(LearningError) -> BayesSnapshotNumber? {
        let minimum = settings.minimumSamples
        let isEnough = min(work.samples.hamCount, work.samples.spamCount) >= minimum
        guard work.isChanged || before.map({ $0.hasSnapshot != isEnough }) ?? false else { return before?.number }
        guard let epoch = epoch() else { throw .unavailable(cause: "this node is not the primary any more") }
        let number = BayesSnapshotNumber(epoch: UInt64(max(0, epoch)), sequence: (before?.number.sequence ?? 0) + 1)
        let samples = work.samples
        let made = await LearningThread.run { () throws(Never) in Self.make(number, of: samples, minimum: minimum) }
        try await tell(&work, key, step: .publishing)
        try await folder { () throws(SharedFolderError) in
            try await folders.publish(made.samples, as: ReplicationFile.samples(number))
            if let snapshot = made.snapshot { try await folders.publish(snapshot, as: ReplicationFile.snapshot(number)) }
        }
        try await store.publish(
            PublishedGeneration(
                number: number, ham: samples.hamCount, spam: samples.spamCount, features: made.features, minimumSamples: minimum,
                publishedAt: .now(), node: node))
        logger.notice(
            "a generation of learned mail is published",
            metadata: ["generation": "\(number)", "ham": "\(samples.hamCount)", "spam": "\(samples.spamCount)"])
        return number
    }

    private static func make(
        _ number: BayesSnapshotNumber, of samples: LearnedSamples, minimum: Int
    ) -> (samples: [UInt8], snapshot: [UInt8]?, features: Int) {
        var trainer = BayesTrainer()
        trainer.minimumSamples = minimum
        // Too few samples: there is nothing to judge by yet.
        guard let model = try? trainer.train(samples.samples) else { return (samples.bytes, nil, 0) }
        return (samples.bytes, BayesSnapshot(number: number, model: model).bytes, model.featureCount)
    }

    // MARK: afterwards

    private func settle(_ work: Work, _ number: BayesSnapshotNumber?) async throws(LearningError) {
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

    /// The ledger names what is learned: what was unlearned, has aged, or was lost with a file goes, and what a ledger that was put back
    /// does not know is entered.
    private func sweepLedger(_ samples: LearnedSamples, _ number: BayesSnapshotNumber?) async throws(LearningError) {
        var known: Set<SampleDigest> = []
        var position: SampleDigest?
        repeat {
            let found = try await store.ledgerDigests(after: position, limit: Self.page)
            known.formUnion(found.map(\.digest))
            let gone = found.filter { !$0.isWaiting && samples.isSpam($0.digest.identifier.bytes) == nil }.map(\.digest)
            try await inBatches(gone) { (part) async throws(LearningError) in try await store.forget(part) }
            position = found.count == Self.page ? found.last?.digest : nil
        } while position != nil
        let unknown = samples.all.compactMap { entry -> LedgerEntry? in
            guard let identifier = RecordIdentifier(bytes: entry.identifier), !known.contains(SampleDigest(identifier)) else { return nil }
            return LedgerEntry(
                digest: SampleDigest(identifier), kind: SampleKind(isSpam: entry.sample.isSpam), state: .learned, origin: .folder,
                number: number)
        }
        try await inBatches(unknown) { (part) async throws(LearningError) in try await store.settle(part) }
    }

    private func inBatches<Item>(
        _ items: [Item], _ body: ([Item]) async throws(LearningError) -> Void
    ) async throws(LearningError) {
        for start in stride(from: 0, to: items.count, by: Self.batch) {
            try await body(Array(items[start..<min(items.count, start + Self.batch)]))
        }
    }

    /// One that stays is known at the next run and goes then.
    private func removeFiles(_ work: inout Work) async {
        for file in work.files {
            do throws(SharedFolderError) {
                try await folders.remove(file)
            } catch {
                logger.warning("a learned file could not be removed", metadata: ["file": "\(file.path)", "cause": "\(error)"])
                if work.notes.count < 3 { work.notes.append("\(file.name) could not be removed: \(error.descriptionWithoutPath).") }
            }
        }
    }

    private func removeOldGenerations(except number: BayesSnapshotNumber?) async {
        guard let number else { return }
        do throws(SharedFolderError) {
            let names = try await folders.publishedNames()
            let numbers = Set(names.compactMap(ReplicationFile.number)).filter { $0 <= number }.sorted(by: >)
            let kept = Set(numbers.prefix(Self.keptGenerations))
            // Newer ones that were never published are a late primary's; they go too.
            for name in names {
                guard let found = ReplicationFile.number(of: name), !kept.contains(found) else { continue }
                try await folders.removePublished(name)
            }
        } catch {
            logger.warning("old generations could not be removed", metadata: ["cause": "\(error)"])
        }
    }

    private func tell(_ work: inout Work, _ key: String, step: LearningRun.Step) async throws(LearningError) {
        work.figures.step = step
        work.toldAt = .now
        try await store.noteProgress(work.figures, of: key)
    }

    private func folder<Value: Sendable>(
        _ body: () async throws(SharedFolderError) -> Value
    ) async throws(LearningError) -> Value {
        do throws(SharedFolderError) { return try await body() } catch { throw .folder(cause: error.description) }
    }
}
