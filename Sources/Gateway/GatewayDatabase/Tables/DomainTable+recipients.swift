package import DomainsAndUsers
import Firebird
package import Mail
package import Settings

/// The recipients listed for a domain, found by the address's look-up key.
extension DomainTable {
    package func listedRecipients(
        of name: DomainName, containing text: String, after cursor: String?, limit: Int
    ) async throws(DirectoryError) -> [EmailAddress] {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            let identifier = try Self.existing(name, transaction)
            var conditions: [FirebirdQuery] = ["domain_id = \(identifier)"]
            if let cursor { conditions.append("lookup_key > \(Self.searchable(cursor))") }
            if !text.isEmpty { conditions.append("\(FirebirdQuery.contains("address", Self.searchable(text)))") }
            let rows = try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) address from listed_recipient \(FirebirdQuery.where(conditions))
                order by domain_id, lookup_key
                """)
            return try rows.map { try EmailAddress(try $0.decode(0, as: String.self)) }
        }
    }

    package func addRecipients(
        _ addresses: [EmailAddress], to name: DomainName, audit: AuditEntry
    ) async throws(DirectoryError) -> Int {
        try await change(audit) { transaction, node in try Self.insert(addresses, of: name, node, transaction) }
    }

    /// - Returns: how many were new.
    @discardableResult
    static func insert(
        _ addresses: [EmailAddress], of name: DomainName, _ node: NodeID, _ transaction: FirebirdTransaction
    ) throws -> Int {
        let identifier = try existing(name, transaction)
        let now = UTCTime.now()
        let rows = withoutRepetitions(addresses).map { address -> [FirebirdValue] in
            let key = FirebirdValue.text(address.lookupKey)
            return [key, identifier.firebirdValue, .text(address.description), now.firebirdValue, node.firebirdValue, key]
        }
        return try sum(
            try transaction.attempt(
                """
                insert into listed_recipient (lookup_key, domain_id, address, changed_at, changed_by)
                select cast(? as varchar(320) character set utf8), cast(? as d_id), cast(? as varchar(320) character set utf8),
                    cast(? as bigint), cast(? as d_id)
                from settings_revision where id = 1 and not exists (select 1 from listed_recipient where lookup_key = ?)
                """, many: rows))
    }

    package func removeRecipients(
        _ addresses: [EmailAddress], from name: DomainName, audit: AuditEntry
    ) async throws(DirectoryError) -> Int {
        try await change(audit) { transaction, _ in
            let identifier = try Self.existing(name, transaction)
            let rows = Self.withoutRepetitions(addresses).map { [FirebirdValue.text($0.lookupKey), identifier.firebirdValue] }
            return try Self.sum(try transaction.attempt("delete from listed_recipient where lookup_key = ? and domain_id = ?", many: rows))
        }
    }

    private static func withoutRepetitions(_ addresses: [EmailAddress]) -> [EmailAddress] {
        var seen: Set<String> = []
        return addresses.filter { seen.insert($0.lookupKey).inserted }
    }

    private static func sum(_ results: [Result<Int, FirebirdError>]) throws(FirebirdError) -> Int {
        var total = 0
        for result in results { total += try result.get() }
        return total
    }

    /// Longer text than an address can have finds nothing anyway.
    private static func searchable(_ text: String) -> String { String(text.unicodeScalars.prefix(320)) }
}
