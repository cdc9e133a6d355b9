package import DomainsAndUsers
import Firebird
package import Mail
import Settings

/// Users and their aliases. Changes: `UserTable+changes.swift`.
package struct UserTable: UserStore {
    let sessions: DatabaseSessions

    static let columns = "u.id, u.lookup_key, u.address, u.display_name, u.is_enabled, u.verifier, u.created_at, u.language_code"
    /// Octets of a stored key.
    private static let maximumKeyBytes = 320

    package func users(
        of domain: DomainName, containing text: String, after cursor: String?, limit: Int
    ) async throws(DirectoryError) -> [User] {
        try await sessions.read(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { transaction in
            let identifier = try DomainTable.existing(domain, transaction)
            var conditions: [FirebirdQuery] = ["u.domain_id = \(identifier)"]
            if let cursor { conditions.append("u.lookup_key > \(Self.searchable(cursor))") }
            if !text.isEmpty {
                let text = Self.searchable(text, to: User.maximumNameBytes)
                conditions.append("(\(FirebirdQuery.contains("u.address", text)) or \(FirebirdQuery.contains("u.display_name", text)))")
            }
            let rows = try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: Self.columns) from mail_user u
                \(FirebirdQuery.where(conditions)) order by u.domain_id, u.lookup_key
                """)
            let aliases = try Self.aliases(of: try rows.map { try $0.decode(0) }, transaction)
            return try rows.map { try Self.user($0, aliases) }
        }
    }

    package func user(_ address: EmailAddress) async throws(DirectoryError) -> User? {
        let key = address.lookupKey
        return try await sessions.read(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { transaction in
            try Self.row(key, transaction).map { row in try Self.user(row, try Self.aliases(of: [try row.decode(0)], transaction)) }
        }
    }

    package func credential(named key: String) async throws(DirectoryError) -> UserCredential? {
        // No stored key is longer; a longer parameter would be refused as such.
        guard key.utf8.count <= Self.maximumKeyBytes else { return nil }
        return try await sessions.readForMail(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { transaction in
            guard let row = try Self.row(key, transaction), let verifier = try row.decode("verifier", as: [UInt8]?.self) else { return nil }
            let user = try Self.user(row, try Self.aliases(of: [try row.decode(0)], transaction))
            guard user.isEnabled else { return nil }
            return UserCredential(user: user, verifier: try SCRAMVerifier(text: String(decoding: verifier, as: UTF8.self)))
        }
    }

    /// One question for all three: a user, an alias, a listed address, in this order.
    package func listing(of address: EmailAddress) async throws(DirectoryError) -> RecipientListing {
        let key = address.lookupKey
        return try await sessions.readForMail(unavailable: DirectoryError.unavailable) { transaction in
            let row = try transaction.queryOne(
                """
                select first 1 kind, address from (
                    select 1 as kind, u.address as address from mail_user u where u.lookup_key = \(key) and u.is_enabled
                    union all select 2, u.address from user_alias a join mail_user u on u.id = a.user_id
                        where a.lookup_key = \(key) and u.is_enabled
                    union all select 3, l.address from listed_recipient l where l.lookup_key = \(key)) order by kind
                """)
            guard let row else { return .unlisted }
            return try row.decode(0, as: Int.self) == 2 ? .alias(of: try EmailAddress(try row.decode(1, as: String.self))) : .listed
        }
    }

    /// The oldest row of a key: the one that counts when two sites added it at once.
    static func row(_ key: String, _ transaction: FirebirdTransaction) throws -> FirebirdRow? {
        try transaction.queryOne("select first 1 \(unsafeSQL: columns) from mail_user u where u.lookup_key = \(key) order by u.id")
    }

    static func user(_ row: FirebirdRow, _ aliases: [RecordIdentifier: [EmailAddress]]) throws -> User {
        let identifier: RecordIdentifier = try row.decode(0)
        return User(
            identifier: identifier, address: try EmailAddress(try row.decode("address", as: String.self)),
            displayName: try row.decode("display_name"), isEnabled: try row.decode("is_enabled"),
            hasPassword: try row.decode("verifier", as: [UInt8]?.self) != nil, aliases: aliases[identifier] ?? [],
            createdAt: try row.decode("created_at"),
            language: try row.decode("language_code", as: String?.self).flatMap(Language.init(rawValue:)))
    }

    static func user(_ identifier: RecordIdentifier, _ transaction: FirebirdTransaction) throws -> User? {
        let row = try transaction.queryOne("select \(unsafeSQL: columns) from mail_user u where u.id = \(identifier)")
        return try row.map { try user($0, try aliases(of: [identifier], transaction)) }
    }

    private static func aliases(
        of users: [RecordIdentifier], _ transaction: FirebirdTransaction
    ) throws -> [RecordIdentifier: [EmailAddress]] {
        var aliases: [RecordIdentifier: [EmailAddress]] = [:]
        for part in IdentifierList.parts(users) {
            try transaction.forEach(
                "select user_id, address from user_alias where user_id in (\(list: part)) order by user_id, lookup_key, id"
            ) {
                aliases[try $0.decode(0), default: []].append(try EmailAddress(try $0.decode(1, as: String.self)))
            }
        }
        return aliases
    }

    /// Longer text than what is searched finds nothing anyway.
    private static func searchable(_ text: String, to maximum: Int = maximumKeyBytes) -> String {
        String(text.unicodeScalars.prefix(maximum))
    }
}
