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
///
/// Everything belongs to the term of the role in which it was begun: the store asserts it in each transaction, and files are removed only
/// while it lasts as far as this node knows.
struct LearningCourse: Sendable {
    /// Fenced at `epoch`.
    let store: any LearningStore
    let folders: LearningFolders
    let settings: BayesSettings
    let node: NodeID
    /// Of the role, when the run was begun.
    let epoch: Int64
    /// Whether this node still has the role in that term.
    let isPrimary: @Sendable () -> Bool
    let attempts: PublishingAttempts
    let logger: Logger

    /// Rows of one transaction, and files that are looked into before the ledger is asked about them.
    static let batch = 100
    /// Of all samples together: 200 MB. The oldest go beyond it.
    static let maximumTokens = 25_000_000
    /// How often a page sees progress.
    private static let progressInterval = Duration.seconds(1)
    /// Notes on single files that a run tells.
    static let maximumNotes = 3

    /// What a run has in hand.
    struct Work {
        let key: String
        let begunAt = UTCTime.now()
        var figures = LearningRun.Figures()
        var notes: [LearningNote] = []
        var samples: LearnedSamples
        /// Entries for the ledger, and the files they came from.
        var settled: [LedgerEntry] = []
        var files: [SampleFile] = []
        /// Files of messages that are to be forgotten.
        var leavingFiles: [(file: SampleFile, digest: SampleDigest)] = []
        /// Messages whose files could not be removed: they would be learned again if the ledger forgot them.
        var staying: Set<SampleDigest> = []
        /// Names of the files that were listed.
        var names: Set<String> = []
        /// Of the folders, some hold more files than were listed.
        var isCut = false
        var isChanged = false
        var toldAt = ContinuousClock.now

        /// - Parameter samples: what was learned before.
        init(_ key: String, _ samples: LearnedSamples) {
            self.key = key
            self.samples = samples
        }

        mutating func note(_ note: LearningNote) {
            if notes.count < LearningCourse.maximumNotes { notes.append(note) }
        }
    }

    /// - Returns: what there is to know of the run, as `LearningNote` stores it.
    /// - Throws: what stops it; it is begun anew later.
    func perform(_ key: String) async throws(LearningError) -> String {
        let before = try await store.publishedGeneration()
        let found = try await samples(of: before, beginsAnew: LearningRun.beginsAnew(key))
        var work = Work(key, found.samples)
        if found.isLess {
            work.note(.beganFromLess)
            work.isChanged = true
        }
        try await forget(&work)
        try await read(&work)
        try await tell(&work, step: .training)
        let number = try await publish(&work, before)
        try await tell(&work, step: .tidying)
        try await settle(work, number)
        try await removeLeaving(&work)
        try await sweepLedger(work, number)
        try await removeFiles(&work)
        try await removeOldGenerations(number, &work)
        try await tell(&work, step: .tidying)
        return LearningNote.stored(work.notes)
    }

    // MARK: what was learned before

    /// The samples of the published generation.
    /// - Parameter beginsAnew: an administrator wants to go on with an older one, or with nothing, if it cannot be read.
    /// - Throws: `.samplesLost` when it cannot be read: to go on with less would make every node forget what it knows.
    private func samples(
        of published: PublishedGeneration?, beginsAnew: Bool
    ) async throws(LearningError) -> (samples: LearnedSamples, isLess: Bool) {
        let none = LearnedSamples(maximumPerKind: settings.maximumSamples)
        guard let published else { return (none, false) }
        if let samples = try await samples(published.number) { return (samples, false) }
        guard beginsAnew else { throw .samplesLost(generation: published.number.description) }
        let names = try await folder { () throws(SharedFolderError) in try await folders.publishedNames() }
        let numbers = names.filter(ReplicationFile.isSamples).compactMap(ReplicationFile.number).filter { $0 < published.number }
        for number in numbers.sorted(by: >) {
            guard let samples = try await samples(number) else { continue }
            logger.error("learned samples are lost; those of an earlier generation are used", metadata: ["used": "\(number)"])
            return (samples, true)
        }
        logger.error("learned samples are lost; learning begins anew", metadata: ["lost": "\(published.number)"])
        return (none, true)
    }

    /// - Returns: `nil` when there is no such file, or nothing can be made of it.
    private func samples(_ number: BayesSnapshotNumber) async throws(LearningError) -> LearnedSamples? {
        let maximum = settings.maximumSamples
        guard let bytes = try await published(ReplicationFile.samples(number), ReplicationFile.maximumSamplesBytes) else { return nil }
        do throws(BayesFileError) {
            return try await LearningThread.run { () throws(BayesFileError) in
                try LearnedSamples(reading: bytes, maximumPerKind: maximum)
            }
        } catch {
            logger.error("a file of learned samples is refused", metadata: ["generation": "\(number)", "cause": "\(error)"])
            return nil
        }
    }

    /// A published file; `nil` when it is not there or too large. A folder that does not answer, or a share that is not mounted, stops the
    /// run.
    private func published(_ name: String, _ maximumBytes: Int) async throws(LearningError) -> [UInt8]? {
        do throws(SharedFolderError) {
            return try await folders.published(name, maximumBytes: maximumBytes)
        } catch {
            switch error {
            case .notFound, .damaged: return nil
            case .failed, .notMounted, .deadlineExceeded, .overloaded, .closed: throw .folder(cause: error.description)
            }
        }
    }

    private func forget(_ work: inout Work) async throws(LearningError) {
        let leaving = try await store.leavingSamples(limit: LearningFolders.maximumListed)
        for digest in leaving { unlearn(digest, &work) }
    }

    private func unlearn(_ digest: SampleDigest, _ work: inout Work) {
        guard work.samples.unlearn(digest.identifier.bytes) else { return }
        work.figures.unlearned += 1
        work.isChanged = true
    }

    // MARK: the files

    private func read(_ work: inout Work) async throws(LearningError) {
        var files: [SampleFile] = []
        for kind in SampleKind.allCases {
            let found = try await folder { () throws(SharedFolderError) in try await folders.samples(kind.folder) }
            work.isCut = work.isCut || found.count >= LearningFolders.maximumListed
            files += found
        }
        // Whoever taught a message last is right.
        files.sort { ($0.modifiedNanoseconds, $0.name) < ($1.modifiedNanoseconds, $1.name) }
        work.figures.files = files.count
        work.names = Set(files.map(\.name))
        for start in stride(from: 0, to: files.count, by: Self.batch) {
            try await read(files[start..<min(files.count, start + Self.batch)], &work)
        }
    }

    /// Looks into some files, asks the ledger about their messages, and takes them in.
    private func read(_ files: ArraySlice<SampleFile>, _ work: inout Work) async throws(LearningError) {
        var readings: [(SampleFile, SampleReading)] = []
        for file in files {
            if let reading = try await examine(file, &work) { readings.append((file, reading)) }
            work.figures.read += 1
            if work.toldAt.duration(to: .now) > Self.progressInterval { try await tell(&work, step: .reading) }
            guard !Task.isCancelled else { throw .unavailable(cause: "the node stops") }
        }
        let entries = try await store.ledgerEntries(of: Array(Set(readings.map(\.1.digest))))
        let rows = Dictionary(entries.map { ($0.digest, $0) }) { first, _ in first }
        for (file, reading) in readings {
            switch SampleRuling(file, reading.digest, rows[reading.digest]) {
            case .learn(let kind): learn(reading, as: kind, from: file, &work)
            case .forget:
                unlearn(reading.digest, &work)
                work.leavingFiles.append((file, reading.digest))
            }
        }
        let counted = work.samples.hamCount + work.samples.spamCount
        // In between, so that no more than this is ever in memory.
        work.samples.trim(toTokens: Self.maximumTokens)
        work.figures.aged += counted - work.samples.hamCount - work.samples.spamCount
    }

    /// - Returns: `nil` for what is not learned now.
    private func examine(_ file: SampleFile, _ work: inout Work) async throws(LearningError) -> SampleReading? {
        let examined = try await folder { () throws(SharedFolderError) in
            try await folders.examine(file, maximumBytes: SampleReading.maximumBytes) { bytes in
                Result { () throws(UnusableSample) in try SampleReading(bytes) }
            }
        }
        switch examined {
        case .value(.success(let reading)): return reading
        case .value(.failure(let unusable)): await setAside(file, unusable, &work)
        case .tooLarge: await setAside(file, .tooLarge, &work)
        case .changed: work.figures.left += 1
        case .unreadable(let error):
            work.figures.left += 1
            work.note(.notRead(file: file.name, cause: error.descriptionWithoutPath))
        }
        return nil
    }

    private func learn(_ reading: SampleReading, as kind: SampleKind, from file: SampleFile, _ work: inout Work) {
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
            try await folders.setAside(file, reason: unusable.reason.english)
            work.figures.setAside += 1
            logger.warning(
                "a file nothing can be learned from is set aside",
                metadata: ["file": "\(file.path)", "cause": "\(unusable.reason.english)"])
        } catch {
            work.figures.left += 1
            work.note(.notSetAside(file: file.name, cause: error.descriptionWithoutPath))
            logger.warning("a file nothing can be learned from stays", metadata: ["file": "\(file.path)", "cause": "\(error)"])
        }
    }

    // MARK: the new generation

    /// - Returns: the generation in force afterwards; `nil`: nothing was ever learned.
    private func publish(_ work: inout Work, _ before: PublishedGeneration?) async throws(LearningError) -> BayesSnapshotNumber? {
        let minimum = settings.minimumSamples
        let isEnough = min(work.samples.hamCount, work.samples.spamCount) >= minimum
        let inUse = try await store.nodeGenerations().compactMap(\.number).max()
        if let before, !work.isChanged {
            guard try await isToBeMadeAnew(before, isEnough: isEnough, inUse, &work) else { return before.number }
        }
        guard work.isChanged || before != nil else { return nil }
        let number = try await nextNumber(before, inUse)
        let samples = work.samples
        let made = await LearningThread.run { () throws(Never) in Self.make(number, of: samples, minimum: minimum) }
        try await tell(&work, step: .publishing)
        try await folder { () throws(SharedFolderError) in
            try await folders.publish(made.samples, as: ReplicationFile.samples(number))
            if let snapshot = made.snapshot { try await folders.publish(snapshot, as: ReplicationFile.snapshot(number)) }
        }
        try await store.publish(
            PublishedGeneration(
                number: number, ham: samples.hamCount, spam: samples.spamCount, features: made.features, minimumSamples: minimum,
                publishedAt: .now(), node: node), replacing: before?.number)
        logger.notice(
            "a generation of learned mail is published",
            metadata: ["generation": "\(number)", "ham": "\(samples.hamCount)", "spam": "\(samples.spamCount)"])
        return number
    }

    /// Whether the same samples are published once more: under other settings, for nodes that use something newer than what is published
    /// (the database was put back), and when the snapshot's file is bad.
    private func isToBeMadeAnew(
        _ before: PublishedGeneration, isEnough: Bool, _ inUse: BayesSnapshotNumber?, _ work: inout Work
    ) async throws(LearningError) -> Bool {
        if before.hasSnapshot != isEnough { return true }
        if let inUse, inUse > before.number { return true }
        guard before.hasSnapshot, !(try await isSound(before.number)) else { return false }
        logger.error("the published snapshot is bad and made anew", metadata: ["generation": "\(before.number)"])
        work.note(.snapshotMadeAnew)
        return true
    }

    private func isSound(_ number: BayesSnapshotNumber) async throws(LearningError) -> Bool {
        guard let bytes = try await published(ReplicationFile.snapshot(number), ReplicationFile.maximumSnapshotBytes) else { return false }
        return await LearningThread.run { () throws(Never) in (try? BayesSnapshot(reading: bytes, inUse: nil))?.number == number }
    }

    /// Above everything that is published, in use, or lies in the folder, and never the same twice: what an attempt that was given up may
    /// still write is nobody's.
    private func nextNumber(
        _ before: PublishedGeneration?, _ inUse: BayesSnapshotNumber?
    ) async throws(LearningError) -> BayesSnapshotNumber {
        let names = try await folder { () throws(SharedFolderError) in try await folders.publishedNames() }
        let known = names.compactMap(ReplicationFile.number) + [before?.number, inUse].compactMap(\.self)
        return attempts.next(above: known, epoch: UInt64(max(0, epoch)))
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

    // MARK: steps

    /// Fenced: from here on it is known that nobody else has the role.
    func tell(_ work: inout Work, step: LearningRun.Step) async throws(LearningError) {
        work.figures.step = step
        work.toldAt = .now
        try await store.noteProgress(work.figures, of: work.key)
    }

    func folder<Value: Sendable>(
        _ body: () async throws(SharedFolderError) -> Value
    ) async throws(LearningError) -> Value {
        do throws(SharedFolderError) { return try await body() } catch { throw .folder(cause: error.description) }
    }
}
