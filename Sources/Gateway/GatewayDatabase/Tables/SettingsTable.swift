import Firebird
package import Settings

/// The settings: one row for each value that differs from its default, and one row with the revision of all of them.
package struct SettingsTable: SettingsStore {
    let sessions: DatabaseSessions

    /// Posted by every change of settings or directory.
    static let changeEvent = "security_gateway_settings"
    private static let maximumValueCharacters = 8000

    package func load() async throws(SettingsError) -> StoredSettings {
        try await sessions.read(.snapshotReadOnly, unavailable: SettingsError.unavailable) { try Self.stored($0) }
    }

    static func stored(_ transaction: FirebirdTransaction) throws -> StoredSettings {
        let revision = try revision(transaction)
        let rows = try transaction.query("select scope, scope_owner, section, name, setting_value, revision from setting")
        return StoredSettings(revision: revision, rows: try rows.compactMap(setting))
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
            try Self.write(change, revision, by: SettingsHistoryTable.Author(audit.first, node: node), transaction)
            return revision
        }
    }

    package func save(
        _ changes: [SettingsChange], ifRevisionIs expected: SettingsRevision, audit: AuditEntry
    ) async throws(SettingsError) -> SettingsRevision {
        for change in changes { try Self.check(change) }
        let node = sessions.node
        return try await sessions.write(audited: [audit], unavailable: SettingsError.unavailable) { transaction in
            let revision = try Self.raiseRevision(by: node, ifItIs: expected, transaction)
            let author = SettingsHistoryTable.Author(audit, node: node)
            for change in changes { try Self.write(change, revision, by: author, transaction) }
            return revision
        }
    }

    /// A value of any section is shorter; longer ones come from outside. The history has room for as many bytes.
    static func check(_ change: SettingsChange) throws(SettingsError) {
        let problems = change.values.filter { _, value in
            (value?.unicodeScalars.count ?? 0) > maximumValueCharacters
                || (value?.utf8.count ?? 0) > SettingsHistoryTable.maximumValueBytes
        }.map { name, _ in
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

    /// Writes the values of one section with their rows of the history, in the transaction that raised the revision.
    static func write(
        _ change: SettingsChange, _ revision: SettingsRevision, by author: SettingsHistoryTable.Author, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        var present: [String: String] = [:]
        let rows = try transaction.query(
            """
            select name, setting_value from setting
            where scope = \(change.scope.kind.rawValue) and scope_owner = \(change.scope.owner) and section = \(change.section)
            """)
        for row in rows { present[try row.decode(0)] = try row.decode(1, as: String?.self) }
        for (name, value) in change.values.sorted(by: { $0.key < $1.key }) {
            try transaction.execute(
                """
                update or insert into setting (scope, scope_owner, section, name, setting_value, revision, changed_at, changed_by)
                values (\(change.scope.kind.rawValue), \(change.scope.owner), \(change.section), \(name), \(value), \(revision),
                    \(author.time), \(author.node))
                matching (scope, scope_owner, section, name)
                """)
            guard present[name] != value else { continue }
            try SettingsHistoryTable.insert(
                change.scope, change.section, name, before: present[name], after: value, at: revision, by: author, transaction)
        }
    }

    /// A row of a scope this program does not know is of a newer one.
    private static func setting(_ row: FirebirdRow) throws(FirebirdError) -> StoredSetting? {
        guard let scope = scope(try row.decode(0), owner: try row.decode(1)) else { return nil }
        return StoredSetting(
            scope: scope, section: try row.decode(2), name: try row.decode(3), value: try row.decode(4), revision: try row.decode(5))
    }

    static func scope(_ kind: String, owner: String) -> SettingsScope? {
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

    /// Raises it only if nothing was changed since `expected`.
    static func raiseRevision(
        by node: NodeID, ifItIs expected: SettingsRevision, _ transaction: FirebirdTransaction
    ) throws -> SettingsRevision {
        let revision = try raiseRevision(by: node, transaction)
        guard revision.number == expected.number + 1 else {
            throw SettingsError.revisionConflict(current: SettingsRevision(revision.number - 1))
        }
        return revision
    }

    /// Locks out every other change of settings and directory without being one: for administrators, whose names must not be
    /// given out twice at once.
    static func lock(_ transaction: FirebirdTransaction) throws(FirebirdError) {
        try transaction.execute("update settings_revision set revision = revision where id = 1")
    }
}
