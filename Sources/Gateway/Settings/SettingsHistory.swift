/// One change that raised the settings revision, as the history keeps it: a setting with its value before and after, or a change of the
/// directory (domains, users, lists) in words.
package struct SettingsHistoryEntry: Sendable, Hashable {
    /// What was changed.
    package enum Subject: Sendable, Hashable {
        case setting(SettingsScope, section: String, name: String)
        /// As the audit log names it: `domain.change` and the domain's name.
        case directory(action: String, target: String)
    }

    package let identifier: RecordIdentifier
    package let revision: SettingsRevision
    package let time: UTCTime
    /// As `AuditActor` writes it.
    package let actor: String
    /// Where it was changed.
    package let node: NodeID
    package let subject: Subject
    /// `nil`: the default, or nothing.
    package let before: String?
    package let after: String?

    package init(
        identifier: RecordIdentifier, revision: SettingsRevision, time: UTCTime, actor: String, node: NodeID, subject: Subject,
        before: String?, after: String?
    ) {
        self.identifier = identifier
        self.revision = revision
        self.time = time
        self.actor = actor
        self.node = node
        self.subject = subject
        self.before = before
        self.after = after
    }
}

/// What of the history is wanted; every condition that is given must hold.
package struct SettingsHistoryFilter: Sendable, Hashable {
    /// The scope of settings, or the directory.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case cluster, domain, node, directory
    }

    package var kind: Kind?
    /// A domain's name or a node's identity; needs `kind`.
    package var owner: String?
    package var section: String?
    /// Part of who made the change, whatever its case; at most `maximumActorBytes`.
    package var actor = ""
    package var since: UTCTime?
    /// Before this.
    package var until: UTCTime?

    package static let maximumActorBytes = 200

    package init() {}
}

/// A position in the history, which goes from the newest change to the oldest.
package struct SettingsHistoryCursor: Sendable, Hashable, Codable {
    package let revision: SettingsRevision
    package let identifier: RecordIdentifier

    package init(revision: SettingsRevision, identifier: RecordIdentifier) {
        self.revision = revision
        self.identifier = identifier
    }
}

/// Where the history of settings is read; it is written by every change itself. Implemented by GatewayDatabase.
package protocol SettingsHistoryStore: Sendable {
    /// Newest first, before the entry `cursor`, at most `limit`.
    func settingsHistory(
        _ filter: SettingsHistoryFilter, before cursor: SettingsHistoryCursor?, limit: Int
    ) async throws(SettingsError) -> [SettingsHistoryEntry]
    /// Every change after the revision `earlier` up to and with `later`, oldest first, at most `limit`.
    func settingsChanges(
        after earlier: SettingsRevision, upTo later: SettingsRevision, limit: Int
    ) async throws(SettingsError) -> [SettingsHistoryEntry]
    /// The oldest revision whose settings can still be told: what followed it is kept without a gap.
    func oldestKnownRevision() async throws(SettingsError) -> SettingsRevision
}
