package import BayesianLearning
package import Settings

/// One run of learning: how far it is, what it did, and how it ended.
package struct LearningRun: Sendable, Hashable {
    /// The local date of a nightly run; `manual-`, or `anew-`, and an identifier for one that was asked for.
    package let key: String
    /// Which node does it, or did it last; of one that was asked for and is not begun, where it was asked.
    package let node: NodeID
    package let startedAt: UTCTime
    package let changedAt: UTCTime
    package let state: State
    package let figures: Figures
    /// Why it stopped, or what an administrator should know of it; empty else.
    package let cause: String

    private static let manualPrefix = "manual-"
    private static let anewPrefix = "anew-"

    /// Of a run that is asked for.
    /// - Parameter beginsAnew: it goes on with what is left, if what was learned before cannot be read.
    package static func key(_ identifier: RecordIdentifier, beginsAnew: Bool) -> String {
        "\(beginsAnew ? anewPrefix : manualPrefix)\(identifier)"
    }

    package static func beginsAnew(_ key: String) -> Bool { key.hasPrefix(anewPrefix) }

    /// Whether an administrator asked for it.
    package static func isByHand(_ key: String) -> Bool { key.hasPrefix(manualPrefix) || key.hasPrefix(anewPrefix) }

    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// An administrator wants it; the primary begins within seconds.
        case asked
        case running, done
        /// It failed and is begun anew by itself.
        case stopped
    }

    package enum Step: String, Sendable, Hashable, Codable, CaseIterable {
        case reading, training, publishing, tidying
    }

    /// What it has done so far.
    package struct Figures: Sendable, Hashable {
        package var step = Step.reading
        /// Files there were to look into, and those looked into.
        package var files = 0
        package var read = 0
        package var learned = 0
        /// Learned as one kind before, now as the other.
        package var corrected = 0
        /// Files whose message was learned already.
        package var known = 0
        package var unlearned = 0
        /// Forgotten for their age.
        package var aged = 0
        /// Files nothing could be learned from.
        package var setAside = 0
        /// Files left for another run: changed meanwhile, or unreadable.
        package var left = 0

        package init() {}
    }

    package init(
        key: String, node: NodeID, startedAt: UTCTime, changedAt: UTCTime, state: State, figures: Figures, cause: String
    ) {
        self.key = key
        self.node = node
        self.startedAt = startedAt
        self.changedAt = changedAt
        self.state = state
        self.figures = figures
        self.cause = cause
    }
}

/// What the primary has published last: the row that makes a snapshot the cluster's.
package struct PublishedGeneration: Sendable, Hashable {
    package let number: BayesSnapshotNumber
    /// Learned messages of each kind.
    package let ham: Int
    package let spam: Int
    /// Known tokens; 0: there are too few samples for a snapshot, and no node judges.
    package let features: Int
    /// What was needed of each kind.
    package let minimumSamples: Int
    package let publishedAt: UTCTime
    package let node: NodeID

    package init(
        number: BayesSnapshotNumber, ham: Int, spam: Int, features: Int, minimumSamples: Int, publishedAt: UTCTime, node: NodeID
    ) {
        self.number = number
        self.ham = ham
        self.spam = spam
        self.features = features
        self.minimumSamples = minimumSamples
        self.publishedAt = publishedAt
        self.node = node
    }

    package var hasSnapshot: Bool { features > 0 }
}

/// Names of the files in BayesReplication.
package enum ReplicationFile {
    package static func snapshot(_ number: BayesSnapshotNumber) -> String { "snapshot-\(number).bayes" }
    package static func samples(_ number: BayesSnapshotNumber) -> String { "samples-\(number).bayes" }

    /// The number in the name of a file of either kind; `nil` for other files.
    package static func number(of name: String) -> BayesSnapshotNumber? {
        for prefix in ["snapshot-", "samples-"] where name.hasPrefix(prefix) && name.hasSuffix(".bayes") {
            let parts = name.dropFirst(prefix.utf8.count).dropLast(6).split(separator: ".", omittingEmptySubsequences: false)
            guard parts.count == 2, let epoch = UInt64(parts[0]), let sequence = UInt64(parts[1]) else { return nil }
            return BayesSnapshotNumber(epoch: epoch, sequence: sequence)
        }
        return nil
    }

    package static func isSnapshot(_ name: String) -> Bool { name.hasPrefix("snapshot-") && number(of: name) != nil }
    package static func isSamples(_ name: String) -> Bool { name.hasPrefix("samples-") && number(of: name) != nil }

    /// A million tokens of 24 bytes, the most that is ever trained.
    package static let maximumSnapshotBytes = 25 << 20
    /// Some more than `LearningCourse.maximumTokens` of 8 bytes.
    package static let maximumSamplesBytes = 300 << 20
}
