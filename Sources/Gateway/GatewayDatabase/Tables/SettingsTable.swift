import Firebird
package import Settings

/// The settings: one row for each value that differs from its default, and one row with the revision of all of them.
package struct SettingsTable: SettingsStore {
    let sessions: DatabaseSessions

    /// Posted by every change of settings or directory.
    static let changeEvent = "security_gateway_settings"
    private static let maximumValueCharacters = 8000

    package func load() async throws(SettingsError) -> StoredSettings {
        try await sessions.read(.snapshotReadOnly, unavailable: SettingsError.unavailable) { transaction in
            let revision = try Self.revision(transaction)
            let rows = try transaction.query("select scope, scope_owner, section, name, setting_value, revision from setting")
            return StoredSettings(revision: revision, rows: try rows.compactMap(Self.setting))
        }
    }

    package func currentRevision() async throws(SettingsError) -> SettingsRevision {
        try await sessions.read(unavailable: SettingsError.unavailable) { try Self.revision($0) }
    }

    package func save(_ change: SettingsChange, audit: [AuditEntry]) async throws(SettingsError) -> SettingsRevision {
        try Self.check(change)
        let node = sessions.node
        return try await sessions.write(audited: audit, unavailable: SettingsError.unavailable) { transaction in
            let revision = try Self.raiseRevision(by: node, transaction)
            try Self.checkConflict(change, newRevision: revision, transaction)
            for (name, value) in change.values.sorted(by: { $0.key < $1.key }) {
                try Self.write(change, name, value, revision, node, transaction)
            }
            return revision
        }
    }

    /// A value of any section is shorter; longer ones come from outside.
    private static func check(_ change: SettingsChange) throws(SettingsError) {
        let problems = change.values.filter { ($0.value?.unicodeScalars.count ?? 0) > maximumValueCharacters }.map { name, _ in
            SettingsProblem(
                section: change.section, field: name,
                message: LocalizedText(
                    "at most \(maximumValueCharacters) characters are allowed", ja: "\(maximumValueCharacters) 文字以内で入力してください"))
        }
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    private static func checkConflict(
        _ change: SettingsChange, newRevision: SettingsRevision, _ transaction: FirebirdTransaction
    ) throws {
        guard let basedOn = change.basedOn else { return }
        let row = try transaction.queryOne(
            """
            select max(revision) from setting
            where scope = \(change.scope.kind.rawValue) and scope_owner = \(change.scope.owner) and section = \(change.section)
            """)
        guard let newest = try row?.decode(0, as: SettingsRevision?.self), newest > basedOn else { return }
        throw SettingsError.revisionConflict(current: SettingsRevision(newRevision.number - 1))
    }

    private static func write(
        _ change: SettingsChange, _ name: String, _ value: String?, _ revision: SettingsRevision, _ node: NodeID,
        _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        try transaction.execute(
            """
            update or insert into setting (scope, scope_owner, section, name, setting_value, revision, changed_at, changed_by)
            values (\(change.scope.kind.rawValue), \(change.scope.owner), \(change.section), \(name), \(value), \(revision), \(UTCTime.now()), \(node))
            matching (scope, scope_owner, section, name)
            """)
    }

    /// A row of a scope this program does not know is of a newer one.
    private static func setting(_ row: FirebirdRow) throws(FirebirdError) -> StoredSetting? {
        guard let scope = scope(try row.decode(0), owner: try row.decode(1)) else { return nil }
        return StoredSetting(
            scope: scope, section: try row.decode(2), name: try row.decode(3), value: try row.decode(4), revision: try row.decode(5))
    }

    private static func scope(_ kind: String, owner: String) -> SettingsScope? {
        switch SettingsScopeKind(rawValue: kind) {
        case .cluster: .cluster
        case .domain: .domain(owner)
        case .node: NodeID(owner).map(SettingsScope.node)
        case nil: nil
        }
    }

    static func revision(_ transaction: FirebirdTransaction) throws -> SettingsRevision {
        guard let row = try transaction.queryOne("select revision from settings_revision where id = 1") else {
            throw FirebirdError(.unexpectedValue, "the row of the settings' revision is missing")
        }
        return try row.decode(0)
    }

    /// Raises the revision, posts the event, and so locks out every other change until the commit.
    @discardableResult
    static func raiseRevision(by node: NodeID, _ transaction: FirebirdTransaction) throws -> SettingsRevision {
        let row = try transaction.queryOne(
            "update settings_revision set revision = revision + 1, changed_at = \(UTCTime.now()), changed_by = \(node) where id = 1 returning revision"
        )
        guard let row else { throw FirebirdError(.unexpectedValue, "the row of the settings' revision is missing") }
        try transaction.execute(FirebirdQuery(unsafeSQL: "execute block as begin post_event '\(changeEvent)'; end"))
        return try row.decode(0)
    }

    /// Locks out every other change of settings and directory without being one: for administrators, whose names must not be
    /// given out twice at once.
    static func lock(_ transaction: FirebirdTransaction) throws(FirebirdError) {
        try transaction.execute("update settings_revision set revision = revision where id = 1")
    }
}
