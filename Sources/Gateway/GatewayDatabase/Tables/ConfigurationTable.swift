package import Administration
import DomainsAndUsers
import Filtering
import Firebird
import Mail
package import Settings

/// The whole configuration read at once, and an import written at once.
package struct ConfigurationTable: ConfigurationStore {
    let sessions: DatabaseSessions

    /// A hundred thousand rows, ten thousand a second on a busy machine.
    private static let deadline = Duration.seconds(120)

    package func loadConfiguration(limit: Int) async throws(SettingsError) -> ConfigurationContents {
        let rows = "first \(limit + 1)"
        return try await sessions.read(.snapshotReadOnly, deadline: Self.deadline, unavailable: SettingsError.unavailable) { transaction in
            let stored = try SettingsTable.stored(transaction)
            let recipients: [EmailAddress] = try transaction.query(
                "select \(unsafeSQL: rows) address from listed_recipient order by lookup_key"
            ).map { try EmailAddress(try $0.decode(0, as: String.self)) }
            let entries = try transaction.query(
                """
                select \(unsafeSQL: rows) \(unsafeSQL: AccessListTable.columns) from access_list
                where recipient_key is null order by list_name, kind, entry_value, domain_name, id
                """)
            return ConfigurationContents(
                revision: stored.revision, settings: stored.rows, domains: try DomainTable.directory(transaction).all,
                recipients: recipients, accounts: try Self.accounts(rows, transaction),
                accessList: try entries.map(AccessListTable.entry))
        }
    }

    private static func accounts(_ rows: String, _ transaction: FirebirdTransaction) throws -> [ConfigurationContents.Account] {
        var aliases: [RecordIdentifier: [EmailAddress]] = [:]
        try transaction.forEach("select user_id, address from user_alias order by user_id, lookup_key, id") {
            aliases[try $0.decode(0), default: []].append(try EmailAddress(try $0.decode(1, as: String.self)))
        }
        return try transaction.query(
            "select \(unsafeSQL: rows) \(unsafeSQL: UserTable.columns) from mail_user u order by u.lookup_key, u.id"
        ).map { row in
            let verifier = try row.decode("verifier", as: [UInt8]?.self).map {
                try SCRAMVerifier(text: String(decoding: $0, as: UTF8.self))
            }
            return ConfigurationContents.Account(user: try UserTable.user(row, aliases), verifier: verifier)
        }
    }

    /// Aliases come last, when those that are to go have gone: two users can exchange theirs.
    package func apply(
        _ change: ConfigurationChange, ifRevisionIs expected: SettingsRevision, audit: AuditEntry
    ) async throws(SettingsError) -> SettingsRevision {
        for section in change.settings { try SettingsTable.check(section) }
        let node = sessions.node
        return try await sessions.write(
            audited: [audit], deadline: Self.deadline, unavailable: SettingsError.unavailable
        ) { transaction in
            let revision = try SettingsTable.raiseRevision(by: node, ifItIs: expected, transaction)
            for domain in change.newDomains { try DomainTable.insert(domain, node, transaction) }
            for domain in change.changedDomains { try DomainTable.update(domain, node, transaction) }
            let author = SettingsHistoryTable.Author(audit, node: node)
            for section in change.settings { try SettingsTable.write(section, revision, by: author, transaction) }
            try Self.write(change.newRecipients, node, transaction)
            try Self.writeAccounts(change, node, transaction)
            try Self.writeEntries(change, revision, node, transaction)
            for entry in change.history { try SettingsHistoryTable.insert(entry, at: revision, node, transaction) }
            return revision
        }
    }

    private static func write(_ recipients: [EmailAddress], _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        for (name, addresses) in Dictionary(grouping: recipients, by: \.domainName) {
            guard let name else { continue }
            try DomainTable.insert(addresses, of: name, node, transaction)
        }
    }

    private static func writeAccounts(_ change: ConfigurationChange, _ node: NodeID, _ transaction: FirebirdTransaction) throws {
        for account in change.changedAccounts {
            try UserTable.updateWithoutAliases(account.user, node, transaction)
            if let verifier = account.verifier {
                try UserTable.setVerifier(verifier, of: account.user.identifier, node, transaction)
            }
        }
        for account in change.newAccounts { try UserTable.insert(account.user, verifier: account.verifier, node, transaction) }
        for account in change.changedAccounts + change.newAccounts {
            try UserTable.insertAliases(account.user, node, transaction)
        }
    }

    private static func writeEntries(
        _ change: ConfigurationChange, _ revision: SettingsRevision, _ node: NodeID, _ transaction: FirebirdTransaction
    ) throws {
        guard !change.newEntries.isEmpty || !change.changedEntries.isEmpty else { return }
        try AccessListTable.checkRoom(for: change.newEntries.count, transaction)
        for entry in change.newEntries { try AccessListTable.insert(entry, node, transaction) }
        for entry in change.changedEntries { try AccessListTable.setNote(entry.note, of: entry.identifier, node, transaction) }
        try AccessListTable.note(revision, node, transaction)
    }
}
