/// One row of the settings table.
package struct StoredSetting: Sendable, Hashable {
    package let scope: SettingsScope
    package let section: String
    package let name: String
    /// `nil`: put back to its default; the row stays as a tombstone so that others learn of it.
    package let value: String?
    /// The revision that wrote it.
    package let revision: SettingsRevision

    package init(scope: SettingsScope, section: String, name: String, value: String?, revision: SettingsRevision) {
        self.scope = scope
        self.section = section
        self.name = name
        self.value = value
        self.revision = revision
    }
}

/// All rows at one revision.
package struct StoredSettings: Sendable {
    package let revision: SettingsRevision
    package let rows: [StoredSetting]

    package init(revision: SettingsRevision, rows: [StoredSetting]) {
        self.revision = revision
        self.rows = rows
    }
}

/// Values of one section of one owner that are to be written together.
package struct SettingsChange: Sendable, Hashable {
    package let scope: SettingsScope
    package let section: String
    /// By field name; `nil` puts back to the default.
    package let values: [String: String?]
    /// The revision that the writer looked at; `nil` writes without comparing (commands that set one value).
    package let basedOn: SettingsRevision?

    package init(scope: SettingsScope, section: String, values: [String: String?], basedOn: SettingsRevision?) {
        self.scope = scope
        self.section = section
        self.values = values
        self.basedOn = basedOn
    }
}

package enum SettingsError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Permanent: the values are refused; nothing was written.
    case invalid([SettingsProblem])
    /// Someone else saved the same section since `basedOn`; nothing was written.
    case revisionConflict(current: SettingsRevision)
    /// Transient: the database did not answer or another writer was in the way too often.
    case unavailable(cause: String)

    package var description: String {
        switch self {
        case .invalid(let problems):
            "invalid settings: " + problems.map { "\($0.section).\($0.field ?? "*"): \($0.message.english)" }.joined(separator: "; ")
        case .revisionConflict(let current): "the settings were changed meanwhile (revision \(current))"
        case .unavailable(let cause): "settings unavailable: \(cause)"
        }
    }
}

/// Where settings are kept. Implemented by GatewayDatabase.
package protocol SettingsStore: SettingsHistoryStore {
    /// Revision and rows of the cluster, of every domain and of every node, read in one snapshot transaction.
    func load() async throws(SettingsError) -> StoredSettings
    /// The present revision alone; cheap.
    func currentRevision() async throws(SettingsError) -> SettingsRevision
    /// In one transaction: compares the section's newest revision with `basedOn`, writes the values, raises the revision,
    /// writes `audit` and posts the change event.
    /// - Returns: the new revision. When it returns, the change is durable; nodes learn of it by the feed.
    func save(_ change: SettingsChange, audit: [AuditEntry]) async throws(SettingsError) -> SettingsRevision
    /// Several sections as one revision, in one transaction, if the revision of everything is still `expected`; `basedOn` of the changes
    /// is not looked at.
    /// - Throws: `.revisionConflict` when anything was changed since; nothing was written.
    func save(
        _ changes: [SettingsChange], ifRevisionIs expected: SettingsRevision, audit: AuditEntry
    ) async throws(SettingsError) -> SettingsRevision
}

/// Tells that something changed in the database; a hint only, never the truth: the revision is.
package protocol SettingsChangeFeed: Sendable {
    /// An element for each hint: an event, a reconnection, or a poll's tick. Ends when cancelled.
    func changes() -> AsyncStream<Void>
}
