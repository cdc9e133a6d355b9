package import BayesianLearning
import Cluster
import Logging
import Mail
import MessageLog
package import SampleLearning
package import Settings
package import SharedFolders

extension Administration {
    /// The ports of Bayesian learning.
    package struct LearningPorts: Sendable {
        package let store: any LearningStore
        package let keeper: any SampleKeeping
        package let snapshot: CurrentBayesSnapshot

        package init(
            store: any LearningStore = NoLearning(), keeper: any SampleKeeping = NoLearning(),
            snapshot: CurrentBayesSnapshot = CurrentBayesSnapshot()
        ) {
            self.store = store
            self.keeper = keeper
            self.snapshot = snapshot
        }
    }
}

/// What there is to know of Bayesian learning at a moment.
package struct LearningStatus: Sendable {
    package let settings: BayesSettings
    /// `nil`: nothing has been learned yet.
    package let published: PublishedGeneration?
    package let waiting: WaitingSamples
    package let nodes: [Member]
    /// The newest run.
    package let run: LearningRun?
    /// Folders of learning that several nodes should share and that no path is set for.
    package let unsharedFolders: [SharedFolderKind]

    /// What a node uses.
    package struct Member: Sendable, Hashable {
        package let name: String
        /// `nil`: it has not said yet.
        package let generation: NodeGeneration?
    }

    /// Learning stopped since what was learned before cannot be read.
    package var isLost: Bool { run.map { $0.state == .stopped && LearningNote.isLoss($0.cause) } ?? false }

    /// Whether messages get scores.
    package var isJudging: Bool { settings.isEnabled && published?.hasSnapshot == true }
}

/// Why a message is judged as it is.
package struct LearningExplanation: Sendable, Hashable {
    package let number: BayesSnapshotNumber
    package let explanation: ScoreExplanation
    /// What the settings make of the probability.
    package let points: FilterScore
}

/// What became of messages that were to be taught.
package struct TaughtMessages: Sendable, Hashable {
    package var waiting: [RecordIdentifier] = []
    /// Learned as this already.
    package var known: [RecordIdentifier] = []
    /// With the reason.
    package var refused: [Refused] = []

    package struct Refused: Sendable, Hashable {
        package let message: RecordIdentifier
        package let reason: LocalizedText

        package init(message: RecordIdentifier, reason: LocalizedText) {
            self.message = message
            self.reason = reason
        }
    }

    package init() {}
}

extension Administration {
    private var teaching: SampleTeaching { SampleTeaching(store: ports.learning.store, keeper: ports.learning.keeper) }

    package func learningStatus(_ caller: AdministrationCaller) async throws(AdministrationError) -> LearningStatus {
        let nodes = try await clusterNodes()
        let settings = current.snapshot.settings
        do throws(LearningError) {
            let store = ports.learning.store
            let generations = try await store.nodeGenerations()
            let living = nodes.filter { !$0.isStopped }
            let members = living.map { node in
                LearningStatus.Member(name: node.name, generation: generations.first { $0.node == node.node })
            }
            let folders = [SharedFolderKind.bayesHam, .bayesSpam, .bayesReplication]
            return LearningStatus(
                settings: settings.bayes, published: try await store.publishedGeneration(), waiting: try await store.waitingSamples(),
                nodes: members, run: try await store.learningRuns(limit: 1).first,
                unsharedFolders: living.count > 1 ? folders.filter { $0.configuredPath(settings.directories).isEmpty } : [])
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Newest first.
    package func learningRuns(limit: Int = 20, _ caller: AdministrationCaller) async throws(AdministrationError) -> [LearningRun] {
        do throws(LearningError) {
            return try await ports.learning.store.learningRuns(limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Asks the primary, whichever node it is, to learn now; it begins within seconds.
    /// - Parameter beginsAnew: if what was learned before cannot be read, it goes on with what is left, and every node forgets the rest.
    package func runLearning(beginsAnew: Bool = false, _ caller: AdministrationCaller) async throws(AdministrationError) {
        do throws(LearningError) {
            try await ports.learning.store.askForLearning(
                beginsAnew: beginsAnew, audit: entry(caller, "bayes.run", "cluster", beginsAnew ? "anew" : ""))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Newest first.
    package func learningLedger(
        _ filter: LedgerFilter, after cursor: LedgerCursor? = nil, limit: Int = 50, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> [LedgerEntry] {
        guard filter.text.utf8.count <= LedgerFilter.maximumTextBytes else {
            throw .invalid([FieldProblem("text", "The search text is too long.", ja: "検索語が長すぎます。")])
        }
        do throws(LearningError) {
            return try await ports.learning.store.ledger(filter, after: cursor, limit: min(max(1, limit), Self.maximumPageSize))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Takes samples back: the next run forgets them, and removes the files of those that wait.
    /// - Returns: how many there were.
    package func unlearn(_ digests: [SampleDigest], _ caller: AdministrationCaller) async throws(AdministrationError) -> Int {
        try checkSelection(digests.map(\.identifier))
        let names = digests.prefix(20).map(\.description).joined(separator: ", ")
        do throws(LearningError) {
            return try await teaching.unlearn(digests, audit: entry(caller, "bayes.unlearn", names, "\(digests.count)")).count
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Teaches a message that is given with its content.
    /// - Throws: `.invalid` when nothing can be learned from it.
    package func teach(
        _ content: [UInt8], as kind: SampleKind, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> (digest: SampleDigest, outcome: SampleTeaching.Outcome) {
        do throws(SampleTeaching.Refusal) {
            return try await teaching.teach(content, as: kind, by: .init(origin: .command, actor: caller.actor.description)) { digest in
                entry(caller, "bayes.teach", digest.description, kind.rawValue)
            }
        } catch {
            switch error {
            case .unusable(let reason):
                throw .invalid([FieldProblem("content", reason.english, ja: reason.japanese)])
            case .failed(let cause): throw AdministrationError(cause)
            }
        }
    }

    /// Teaches messages of the log or the quarantine whose content is kept.
    package func teach(
        _ messages: [RecordIdentifier], as kind: SampleKind, from origin: LedgerEntry.Origin, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> TaughtMessages {
        try checkSelection(messages)
        var taught = TaughtMessages()
        for message in messages {
            let content: [UInt8]
            switch try await keptContent(of: message, caller) {
            case .content(let bytes): content = bytes
            case .gone(let reason):
                taught.refused.append(.init(message: message, reason: reason))
                continue
            }
            let teacher = SampleTeaching.Teacher(origin: origin, actor: caller.actor.description, message: message)
            do throws(SampleTeaching.Refusal) {
                let result = try await teaching.teach(content, as: kind, by: teacher) { digest in
                    entry(caller, "bayes.teach", message.description, kind.rawValue)
                }
                if result.outcome == .known { taught.known.append(message) } else { taught.waiting.append(message) }
            } catch {
                guard case .unusable(let reason) = error else {
                    if case .failed(let cause) = error { throw AdministrationError(cause) }
                    continue
                }
                taught.refused.append(.init(message: message, reason: reason))
            }
        }
        return taught
    }

    private enum KeptContent {
        case content([UInt8])
        case gone(LocalizedText)
    }

    /// The content of a message, if it is kept: while it is queued or in quarantine.
    private func keptContent(
        of message: RecordIdentifier, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> KeptContent {
        let size: Int
        do throws(AdministrationError) {
            size = try await self.message(message, caller).record.entry.sizeBytes
        } catch .notFound(let text) {
            return .gone(text)
        }
        guard size > 0, size <= SampleTeaching.maximumBytes else {
            return .gone(LocalizedText("The message has no content, or too much.", ja: "メッセージの本文がないか、大きすぎます。"))
        }
        do throws(StoredContentError) {
            let bytes = try await ports.filtering.contents.content(of: message, expectedBytes: size, upTo: size)
            if bytes.count == size { return .content(bytes) }
        } catch {
            logger.debug("content that was to be learned is not there", metadata: ["message": "\(message)", "cause": "\(error.cause)"])
        }
        return .gone(
            LocalizedText(
                "Its content is not kept any more; it is while a message is queued or in quarantine.",
                ja: "本文はもう保存されていません。本文は配送キューまたは隔離にある間だけ保存されます。"))
    }

    /// Whether this node has something to explain by.
    package var canExplain: Bool { ports.learning.snapshot.snapshot != nil }

    /// Why a content gets its score.
    /// - Throws: `.conflict` while nothing, or too little, is learned.
    package func explain(
        _ content: [UInt8], _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> LearningExplanation {
        guard let snapshot = ports.learning.snapshot.snapshot else { throw .conflict(Self.nothingLearned) }
        let explanation = await Self.explain(content, by: snapshot)
        return LearningExplanation(
            number: snapshot.number, explanation: explanation,
            points: current.snapshot.settings.bayes.score(of: explanation.score.probability))
    }

    /// Why a message of the log gets its score, from its content while that is kept, by what is learned now.
    /// - Throws: `.conflict` while nothing, or too little, is learned, and when the content is gone.
    package func explain(
        message: RecordIdentifier, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> LearningExplanation {
        guard ports.learning.snapshot.snapshot != nil else { throw .conflict(Self.nothingLearned) }
        switch try await keptContent(of: message, caller) {
        case .content(let bytes): return try await explain(bytes, caller)
        case .gone(let reason): throw .conflict(reason)
        }
    }

    private static var nothingLearned: LocalizedText {
        LocalizedText("This node has no learned mail to judge by yet.", ja: "このノードには、判定に使える学習結果がまだありません。")
    }

    /// Shown tokens.
    private static var shownEvidence: Int { 30 }

    /// Work in proportion to the message.
    @concurrent
    private static func explain(_ content: [UInt8], by snapshot: BayesSnapshot) async -> ScoreExplanation {
        let tokens = MessageTokenizer().tokens(of: MessageReader().read(content), keepsText: true)
        return snapshot.model.explanation(of: tokens, count: shownEvidence)
    }
}

extension AdministrationError {
    init(_ error: LearningError) { self = .unavailable(cause: error.description) }
}
