package import DomainsAndUsers
package import Filtering
import Firebird
import Mail
package import Settings

/// The content rules.
package struct ContentRuleTable: ContentRuleStore {
    let sessions: DatabaseSessions

    private static let columns = "id, place, name, domain_name, is_enabled, stops, needs_any, conditions, actions"

    package func loadContentRules(ifNewerThan revision: SettingsRevision) async throws(DirectoryError) -> ContentRules? {
        try await sessions.read(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { transaction in
            let row = try transaction.queryOne("select revision from content_rule_state where id = 1")
            let newest = SettingsRevision(try row?.decode(0, as: Int64.self) ?? 0)
            guard newest > revision else { return nil }
            return ContentRules(revision: newest, rules: try Self.rules(transaction))
        }
    }

    package func contentRules() async throws(DirectoryError) -> [ContentRule] {
        try await sessions.read(unavailable: DirectoryError.unavailable) { try Self.rules($0) }
    }

    private static func rules(_ transaction: FirebirdTransaction) throws -> [ContentRule] {
        try transaction.query("select \(unsafeSQL: columns) from content_rule order by place, id").compactMap(rule)
    }

    package func insert(_ rules: [ContentRule], audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            let present = try transaction.queryOne("select count(*) from content_rule")?.decode(0, as: Int.self) ?? 0
            guard present + rules.count <= Self.maximumRules else {
                throw DirectoryError.full(maximum: Self.maximumRules, present: present)
            }
            for rule in rules {
                try transaction.execute(
                    """
                    insert into content_rule (id, place, name, domain_name, is_enabled, stops, needs_any, conditions, actions, changed_at,
                        changed_by)
                    values (\(rule.identifier), \(rule.position), \(rule.name), \(rule.domain?.ascii ?? ""), \(rule.isEnabled),
                        \(rule.stops), \(rule.needsAny), \(Self.conditions(rule)), \(Self.actions(rule)), \(UTCTime.now()), \(node))
                    """)
            }
        }
    }

    package func update(_ rule: ContentRule, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            let count = try transaction.execute(
                """
                update content_rule set name = \(rule.name), domain_name = \(rule.domain?.ascii ?? ""), is_enabled = \(rule.isEnabled),
                    stops = \(rule.stops), needs_any = \(rule.needsAny), conditions = \(Self.conditions(rule)),
                    actions = \(Self.actions(rule)), changed_at = \(UTCTime.now()), changed_by = \(node)
                where id = \(rule.identifier)
                """)
            guard count == 1 else { throw DirectoryError.notFound(rule.identifier.description) }
        }
    }

    package func place(_ rules: [ContentRule], audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            for rule in rules {
                let count = try transaction.execute(
                    """
                    update content_rule set place = \(rule.position), changed_at = \(UTCTime.now()), changed_by = \(node)
                    where id = \(rule.identifier)
                    """)
                guard count == 1 else { throw DirectoryError.notFound(rule.identifier.description) }
            }
        }
    }

    package func deleteContentRule(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, _ in
            guard try transaction.execute("delete from content_rule where id = \(identifier)") == 1 else {
                throw DirectoryError.notFound(identifier.description)
            }
        }
    }

    /// Within the change that removes a domain: its rules must not be in force again when it is added again.
    static func deleteRules(of domain: DomainName, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        guard try transaction.execute("delete from content_rule where domain_name = \(domain.ascii)") > 0 else { return }
        try note(try SettingsTable.revision(transaction), node, transaction)
    }

    /// Every change raises the settings revision first, which keeps others out until the commit, and notes it as the rules' own.
    private func change(
        _ audit: AuditEntry, _ body: @escaping @Sendable (FirebirdTransaction, NodeID) throws -> Void
    ) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            let revision = try SettingsTable.raiseRevision(by: node, transaction)
            try SettingsHistoryTable.insert(audit, at: revision, node, transaction)
            try body(transaction, node)
            try Self.note(revision, node, transaction)
        }
    }

    private static func note(_ revision: SettingsRevision, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        try transaction.execute(
            """
            update or insert into content_rule_state (id, revision, changed_at, changed_by)
            values (1, \(revision), \(UTCTime.now()), \(node)) matching (id)
            """)
    }

    private static func conditions(_ rule: ContentRule) -> String { rule.conditions.map(\.description).joined(separator: "\n") }
    private static func actions(_ rule: ContentRule) -> String { rule.actions.map(\.description).joined(separator: "\n") }

    /// A rule with a line that this version does not know is passed over whole: half of it would mean something else.
    private static func rule(_ row: FirebirdRow) throws -> ContentRule? {
        let domain: String = try row.decode(3)
        let conditions: String = try row.decode(7)
        let actions: String = try row.decode(8)
        let known = conditions.split(separator: "\n").map { try? ContentCondition(String($0)) }
        let steps = actions.split(separator: "\n").map { try? ContentAction(String($0)) }
        guard !known.contains(nil), !steps.contains(nil) else { return nil }
        return ContentRule(
            identifier: try row.decode(0), position: try row.decode(1), name: try row.decode(2),
            domain: domain.isEmpty ? nil : try DomainName(domain), isEnabled: try row.decode(4), stops: try row.decode(5),
            needsAny: try row.decode(6), conditions: known.compactMap { $0 }, actions: steps.compactMap { $0 })
    }
}
