package import DomainsAndUsers
import Firebird
package import Mail
import SenderAuthentication
package import Settings

/// The keys that mail of a domain is signed with.
extension DomainTable {
    /// All keys by their domain, in the order of their selectors; of two rows with one selector the older counts. A row that is no key
    /// any more is passed over: it signs nothing, and must not keep the domains from being loaded.
    static func signingKeys(_ transaction: FirebirdTransaction) throws -> [RecordIdentifier: [DomainSigningKey]] {
        var keys: [RecordIdentifier: [DomainSigningKey]] = [:]
        try transaction.forEach(
            "select domain_id, id, selector, private_key, is_active, created_at from signing_key order by domain_id, selector, id"
        ) { row in
            let domain: RecordIdentifier = try row.decode(0)
            let selector: String = try row.decode(2)
            guard keys[domain]?.last?.selector != selector, let key = try? DKIMSigningKey(pem: try row.octets("private_key")) else {
                return
            }
            keys[domain, default: []].append(
                DomainSigningKey(
                    identifier: try row.decode(1), selector: selector, key: key, isActive: try row.decode(4), createdAt: try row.decode(5)))
        }
        return keys
    }

    package func insertSigningKey(_ key: DomainSigningKey, of name: DomainName, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            let domain = try Self.existing(name, transaction)
            let present = try transaction.query("select selector from signing_key where domain_id = \(domain)").map {
                try $0.decode(0, as: String.self)
            }
            guard !present.contains(key.selector) else { throw DirectoryError.alreadyExists(key.selector) }
            guard present.count < DomainSigningKey.maximumKeys else {
                throw DirectoryError.full(maximum: DomainSigningKey.maximumKeys, present: present.count)
            }
            try transaction.execute(
                """
                insert into signing_key (id, domain_id, selector, kind, private_key, is_active, created_at, changed_at, changed_by)
                values (\(key.identifier), \(domain), \(key.selector), \(key.key.kind.rawValue), \(FirebirdValue.octets(key.key.pem)),
                    \(key.isActive), \(key.createdAt), \(key.createdAt), \(node))
                """)
        }
    }

    package func activateSigningKey(_ selector: String, of name: DomainName, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, node in
            let domain = try Self.existing(name, transaction)
            let row = try transaction.queryOne(
                "select first 1 kind from signing_key where domain_id = \(domain) and selector = \(selector) order by id")
            guard let kind = try row?.decode(0, as: String.self) else { throw DirectoryError.notFound(selector) }
            let now = UTCTime.now()
            try transaction.execute(
                """
                update signing_key set is_active = false, changed_at = \(now), changed_by = \(node)
                where domain_id = \(domain) and kind = \(kind) and is_active
                """)
            try transaction.execute(
                """
                update signing_key set is_active = true, changed_at = \(now), changed_by = \(node)
                where domain_id = \(domain) and selector = \(selector)
                """)
        }
    }

    package func deleteSigningKey(_ selector: String, of name: DomainName, audit: AuditEntry) async throws(DirectoryError) {
        try await change(audit) { transaction, _ in
            let domain = try Self.existing(name, transaction)
            let count = try transaction.execute("delete from signing_key where domain_id = \(domain) and selector = \(selector)")
            guard count > 0 else { throw DirectoryError.notFound(selector) }
        }
    }
}
