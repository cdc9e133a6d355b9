package import Delivery
package import DomainsAndUsers
package import MessageLog
package import Settings

/// Where digests are kept account of. Implemented by GatewayDatabase; what begins, goes on with or ends a run is fenced by the primary's
/// epoch.
package protocol DigestStore: Sendable {
    /// Newest first.
    func digestRuns(limit: Int) async throws(MessageLogError) -> [DigestRun]
    /// Asks the primary, whichever node it is, for digests now.
    func askForDigests(audit: AuditEntry) async throws(MessageLogError)
    /// Keys of runs that are not done, oldest first.
    func unfinishedDigestRuns() async throws(MessageLogError) -> [String]
    /// - Returns: false when it is done already.
    func beginDigests(_ key: String) async throws(MessageLogError) -> Bool
    /// - Parameter cause: why it stopped; `nil`: it is done.
    func endDigests(_ key: String, sent: Int, cause: String?) async throws(MessageLogError)

    /// Owners with copies in the users' quarantine that no digest has told of yet, in no order one may rely on, after `cursor`.
    func digestOwners(after cursor: String?, limit: Int) async throws(MessageLogError) -> DigestOwners
    /// What a digest for an owner would tell; `nil` when there is nothing new.
    func digestContent(for owner: DigestOwner) async throws(MessageLogError) -> DigestContent?
    /// Whether an owner wants digests, by his key; who was never asked does.
    func wantsDigest(_ owner: String) async throws(MessageLogError) -> Bool
    func setWantsDigest(_ isWanted: Bool, _ owner: String, audit: AuditEntry) async throws(MessageLogError)
}

/// Takes digests into the queue, in the node's group commits. Implemented by GatewayDatabase's writer.
package protocol DigestWriter: Sendable {
    /// Queues a digest and marks what it tells of as told, in one transaction fenced by the primary's epoch; its content is durable already.
    /// - Returns: false when nothing was written: another primary has told of it, or this node is not the primary any more.
    func send(_ digest: DigestSubmission, deadline: Duration) async throws(DeliveryQueueError) -> Bool
}

/// A page of owners.
package struct DigestOwners: Sendable, Hashable {
    package let owners: [DigestOwner]
    /// Where to go on; `nil` at the end.
    package let next: String?

    package init(owners: [DigestOwner], next: String?) {
        self.owners = owners
        self.next = next
    }
}

/// Whose quarantine a digest tells of.
package enum DigestOwner: Sendable, Hashable {
    case recipient(DigestRecipient)
    /// The administrators' quarantine.
    case administrators

    /// As rows name it; no address is empty.
    package var key: String {
        switch self {
        case .recipient(let recipient): recipient.key
        case .administrators: ""
        }
    }
}

/// A recipient who is told.
package struct DigestRecipient: Sendable, Hashable {
    /// `EmailAddress.lookupKey`.
    package let key: String
    /// As the user's is written; else the key.
    package let address: String
    package let isUser: Bool
    /// `nil` until he chooses one.
    package let language: Language?

    package init(key: String, address: String, isUser: Bool, language: Language?) {
        self.key = key
        self.address = address
        self.isUser = isUser
        self.language = language
    }
}

/// What is new in one owner's quarantine.
package struct DigestContent: Sendable, Hashable {
    /// Newest first; at most `maximumListed`.
    package let entries: [Entry]
    /// In all, those that are not listed too.
    package let count: Int

    package static let maximumListed = 100
    /// Of those that are not listed: more stay for the next digest.
    package static let maximumMarked = 2_000

    package init(entries: [Entry], count: Int) {
        self.entries = entries
        self.count = count
    }

    package struct Entry: Sendable, Hashable {
        package let message: RecordIdentifier
        package let quarantinedAt: UTCTime
        package let sender: String
        package let subject: String
        package let reason: LocalizedText

        package init(message: RecordIdentifier, quarantinedAt: UTCTime, sender: String, subject: String, reason: LocalizedText) {
            self.message = message
            self.quarantinedAt = quarantinedAt
            self.sender = sender
            self.subject = subject
            self.reason = reason
        }
    }
}

/// What is written, in one transaction, when a digest is sent.
package struct DigestSubmission: Sendable, Hashable {
    /// The digest itself; nobody holds its row.
    package let submission: QueueSubmission
    package let owner: DigestOwner
    /// The messages it lists.
    package let listed: [RecordIdentifier]
    /// It tells of more: what came before this is marked with them.
    package let marksBefore: UTCTime?
    /// The primary's epoch under which it was made.
    package let epoch: Int64

    package init(
        submission: QueueSubmission, owner: DigestOwner, listed: [RecordIdentifier], marksBefore: UTCTime?, epoch: Int64
    ) {
        self.submission = submission
        self.owner = owner
        self.listed = listed
        self.marksBefore = marksBefore
        self.epoch = epoch
    }
}

/// A run in which digests were sent.
package struct DigestRun: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case asked, running, done, stopped
    }

    /// The local date of a daily run; `manual-` and an identifier else.
    package let key: String
    package let node: NodeID
    package let startedAt: UTCTime
    package let changedAt: UTCTime
    package let state: State
    package let sent: Int
    /// Why it stopped.
    package let cause: String

    package init(key: String, node: NodeID, startedAt: UTCTime, changedAt: UTCTime, state: State, sent: Int, cause: String) {
        self.key = key
        self.node = node
        self.startedAt = startedAt
        self.changedAt = changedAt
        self.state = state
        self.sent = sent
        self.cause = cause
    }
}

/// What was done with a link.
package enum LinkOutcome: Sendable, Hashable {
    case done
    /// By this link, before.
    case alreadyUsed
    /// Somebody released or deleted the message, or it was too old.
    case gone
    /// The owner has as many entries in his lists as he may have.
    case full
}

/// Does what links ask for. Implemented by GatewayDatabase: that a link is used is a row, written in the transaction of what it asks for.
package protocol DigestLinkStore: Sendable {
    /// Does what a valid link asks for, once: releases its owner's copy, puts the message's sender on the owner's own lists.
    /// - Parameter audit: written if it was done.
    func use(_ link: SignedLink, audit: AuditEntry) async throws(MessageLogError) -> LinkOutcome
    func wasUsed(_ link: SignedLink) async throws(MessageLogError) -> Bool
}
