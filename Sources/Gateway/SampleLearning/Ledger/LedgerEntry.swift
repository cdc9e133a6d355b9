package import BayesianLearning
package import Settings
package import SharedFolders

/// What a message is learned as.
package enum SampleKind: String, Sendable, Hashable, Codable, CaseIterable {
    case ham, spam

    package init(isSpam: Bool) { self = isSpam ? .spam : .ham }

    package var isSpam: Bool { self == .spam }
    package var folder: SharedFolderKind { isSpam ? .bayesSpam : .bayesHam }
    package var opposite: SampleKind { isSpam ? .ham : .spam }
}

/// One message in the ledger: who taught it, when, as what.
package struct LedgerEntry: Sendable, Hashable {
    package let digest: SampleDigest
    package var kind: SampleKind
    package var state: State
    package var origin: Origin
    /// Who chose, as the audit log names him; empty for files that somebody put into a folder.
    package var actor: String
    /// In the message log; `nil` for files.
    package var message: RecordIdentifier?
    package var sender: String
    package var subject: String
    /// The generation that learned it; `nil`: none yet.
    package var number: BayesSnapshotNumber?
    package var changedAt: UTCTime

    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        /// Its file lies in the folder; the next learning takes it in.
        case waiting
        case learned
        /// The next learning forgets it.
        case leaving
    }

    package enum Origin: String, Sendable, Hashable, Codable, CaseIterable {
        /// A file in BayesHam or BayesSpam.
        case folder
        case command
        case log
        case quarantine
        /// Mail to a training address.
        case training
        /// The gateway itself, by how the other checks judged.
        case automatic
    }

    package init(
        digest: SampleDigest, kind: SampleKind, state: State, origin: Origin, actor: String = "", message: RecordIdentifier? = nil,
        sender: String = "", subject: String = "", number: BayesSnapshotNumber? = nil, changedAt: UTCTime = .now()
    ) {
        self.digest = digest
        self.kind = kind
        self.state = state
        self.origin = origin
        self.actor = actor
        self.message = message
        self.sender = sender
        self.subject = subject
        self.number = number
        self.changedAt = changedAt
    }
}

/// Which entries a page shows. Empty conditions select everything.
package struct LedgerFilter: Sendable, Hashable {
    package var kind: SampleKind?
    package var state: LedgerEntry.State?
    package var origin: LedgerEntry.Origin?
    /// Part of sender, subject or actor.
    package var text = ""

    package static let maximumTextBytes = 200

    package init() {}
}

/// A position in the ledger: the last row of the page before.
package struct LedgerCursor: Sendable, Hashable, Codable {
    package let changedAt: UTCTime
    package let digest: RecordIdentifier

    package init(changedAt: UTCTime, digest: RecordIdentifier) {
        self.changedAt = changedAt
        self.digest = digest
    }
}
