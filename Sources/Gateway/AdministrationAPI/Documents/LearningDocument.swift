import Administration
import BayesianLearning
import SampleLearning
import Settings
import SharedFolders

/// What there is to know of Bayesian learning.
package struct LearningDocument: Codable, Sendable {
    package let isEnabled: Bool
    /// Whether messages get scores.
    package let isJudging: Bool
    package let minimumSamples: Int
    /// Left out while nothing is learned.
    package let generation: GenerationDocument?
    package let waitingHam: Int
    package let waitingSpam: Int
    package let waitingUnlearning: Int
    package let nodes: [NodeDocument]
    package let lastRun: LearningRunDocument?
    /// Names of folders that the nodes should share and do not.
    package let unsharedFolders: [String]

    package struct GenerationDocument: Codable, Sendable {
        package let number: String
        package let ham: Int
        package let spam: Int
        package let tokens: Int
        package let publishedAt: String
    }

    package struct NodeDocument: Codable, Sendable {
        package let name: String
        /// Left out: it judges by none.
        package let generation: String?
        package let loadedAt: String?
        package let problem: String
    }

    init(_ status: LearningStatus) {
        isEnabled = status.settings.isEnabled
        isJudging = status.isJudging
        minimumSamples = status.settings.minimumSamples
        generation = status.published.map {
            GenerationDocument(
                number: $0.number.description, ham: $0.ham, spam: $0.spam, tokens: $0.features,
                publishedAt: TimeText.text($0.publishedAt))
        }
        waitingHam = status.waiting.ham
        waitingSpam = status.waiting.spam
        waitingUnlearning = status.waiting.leaving
        nodes = status.nodes.map {
            NodeDocument(
                name: $0.name, generation: $0.generation?.number?.description, loadedAt: $0.generation.map { TimeText.text($0.loadedAt) },
                problem: $0.generation?.problem ?? "")
        }
        lastRun = status.run.map(LearningRunDocument.init)
        unsharedFolders = status.unsharedFolders.map(\.rawValue)
    }
}

/// What a run is asked for with.
package struct LearningRunRequestDocument: Codable, Sendable {
    /// If what was learned before cannot be read, it goes on with what is left.
    package let beginsAnew: Bool

    package init(beginsAnew: Bool) { self.beginsAnew = beginsAnew }
}

/// A run of learning.
package struct LearningRunDocument: Codable, Sendable {
    /// The local date of a nightly run; `manual-` and an identifier else.
    package let run: String
    package let node: String
    package let startedAt: String
    package let changedAt: String
    /// `asked`, `running`, `done` or `stopped`.
    package let state: String
    /// `reading`, `training`, `publishing` or `tidying`.
    package let step: String
    package let files: Int
    package let read: Int
    package let learned: Int
    package let corrected: Int
    package let known: Int
    package let unlearned: Int
    package let aged: Int
    package let setAside: Int
    package let left: Int
    package let cause: String

    init(_ run: LearningRun) {
        self.run = run.key
        node = run.node.description
        startedAt = TimeText.text(run.startedAt)
        changedAt = TimeText.text(run.changedAt)
        state = run.state.rawValue
        step = run.figures.step.rawValue
        files = run.figures.files
        read = run.figures.read
        learned = run.figures.learned
        corrected = run.figures.corrected
        known = run.figures.known
        unlearned = run.figures.unlearned
        aged = run.figures.aged
        setAside = run.figures.setAside
        left = run.figures.left
        cause = run.cause
    }
}

/// One message in the ledger.
package struct LedgerEntryDocument: Codable, Sendable {
    package let sample: String
    /// `ham` or `spam`.
    package let kind: String
    /// `waiting`, `learned` or `leaving`.
    package let state: String
    package let origin: String
    package let actor: String
    /// In the message log; left out for files.
    package let message: String?
    package let sender: String
    package let subject: String
    /// Left out while it is not learned.
    package let generation: String?
    package let changedAt: String

    init(_ entry: LedgerEntry) {
        sample = entry.digest.description
        kind = entry.kind.rawValue
        state = entry.state.rawValue
        origin = entry.origin.rawValue
        actor = entry.actor
        message = entry.message?.description
        sender = entry.sender
        subject = entry.subject
        generation = entry.number?.description
        changedAt = TimeText.text(entry.changedAt)
    }
}

/// A message with its content, as a command sends it.
package struct SampleContentDocument: Codable, Sendable {
    /// `ham` or `spam`; left out where it is only to be explained.
    package let kind: String?
    /// Base64 (RFC 4648).
    package let content: String

    package init(kind: String? = nil, content: String) {
        self.kind = kind
        self.content = content
    }
}

/// What became of a taught message.
package struct TaughtSampleDocument: Codable, Sendable {
    package let sample: String
    /// `waiting` or `known`.
    package let outcome: String

    init(_ digest: SampleDigest, _ outcome: SampleTeaching.Outcome) {
        sample = digest.description
        self.outcome =
            switch outcome {
            case .waiting: "waiting"
            case .known: "known"
            }
    }
}

/// Messages of the log or the quarantine that are to be taught.
package struct TeachMessagesDocument: Codable, Sendable {
    package let entries: [String]
    package let kind: String

    package init(entries: [String], kind: String) {
        self.entries = entries
        self.kind = kind
    }
}

/// What became of them.
package struct TaughtMessagesDocument: Codable, Sendable {
    package let waiting: [String]
    package let known: [String]
    package let refused: [RefusedDocument]

    package struct RefusedDocument: Codable, Sendable {
        package let message: String
        package let reason: LocalizedDocument
    }

    init(_ taught: TaughtMessages) {
        waiting = taught.waiting.map(\.description)
        known = taught.known.map(\.description)
        refused = taught.refused.map { RefusedDocument(message: $0.message.description, reason: LocalizedDocument($0.reason)) }
    }
}

/// Why a message gets its score.
package struct ExplanationDocument: Codable, Sendable {
    package let generation: String
    /// 0 to 1.
    package let probability: Double
    package let points: String
    package let knownTokens: Int
    /// The strongest first.
    package let evidence: [EvidenceDocument]

    package struct EvidenceDocument: Codable, Sendable {
        package let token: String
        /// How far it moved the logarithm of the odds; positive for spam.
        package let push: Double
        /// Learned messages of each kind that have it.
        package let ham: Int
        package let spam: Int
    }

    init(_ explanation: LearningExplanation) {
        generation = explanation.number.description
        probability = explanation.explanation.score.probability
        points = explanation.points.description
        knownTokens = explanation.explanation.score.knownTokens
        evidence = explanation.explanation.evidence.map {
            EvidenceDocument(token: $0.text ?? "", push: $0.push, ham: $0.ham, spam: $0.spam)
        }
    }
}
