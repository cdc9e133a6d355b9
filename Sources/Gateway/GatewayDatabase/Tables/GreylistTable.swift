package import DomainsAndUsers
package import Filtering
import Firebird
import MessageLog
package import Settings

/// The greylist: looked up and written by mail in batches, seen and deleted by administrators.
package struct GreylistTable: GreylistStore, GreylistAdministrationStore {
    let sessions: DatabaseSessions
    private let batches: GreylistBatches

    /// Its row of `abuse_state`.
    private static let stateName = "greylist"
    static let columns = "id, network, sender, recipient, first_at, last_at, passed_at, expires_at"

    init(sessions: DatabaseSessions) {
        self.sessions = sessions
        batches = GreylistBatches(sessions: sessions)
    }

    package func decide(
        _ triplet: GreylistTriplet, _ settings: GreylistingSettings, now: UTCTime
    ) async throws(DirectoryError) -> GreylistDecision {
        try await batches.decide(triplet, settings, now: now)
    }

    package func greylistRevision() async throws(DirectoryError) -> SettingsRevision {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.queryOne("select revision from abuse_state where name = \(Self.stateName)")?.decode(0) ?? .none
        }
    }

    package func greylistEntries(
        _ filter: GreylistFilter, after cursor: GreylistCursor?, limit: Int
    ) async throws(DirectoryError) -> [GreylistEntry] {
        var conditions: [FirebirdQuery] = ["expires_at + 0 > \(UTCTime.now())"]
        if let cursor {
            conditions.append(
                "first_at <= \(cursor.firstSeenAt) and (first_at + 0 < \(cursor.firstSeenAt) or id || '' < \(cursor.identifier))")
        }
        switch filter.state {
        case .waiting: conditions.append("passed_at is null")
        case .passed: conditions.append("passed_at is not null")
        case nil: break
        }
        if !filter.text.isEmpty {
            let part = filter.text.cut(to: GreylistFilter.maximumTextBytes)
            conditions.append(
                "(\(FirebirdQuery.contains("network", part)) or \(FirebirdQuery.contains("sender", part)) or \(FirebirdQuery.contains("recipient", part)))"
            )
        }
        let query: FirebirdQuery = """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: Self.columns) from greylist
            \(FirebirdQuery.where(conditions)) order by first_at desc, id desc
            """
        return try await sessions.read(unavailable: DirectoryError.unavailable) { try $0.query(query).map(Self.entry) }
    }

    package func deleteGreylistEntries(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(DirectoryError) -> Int {
        let node = sessions.node
        return try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            let revision = try SettingsTable.raiseRevision(by: node, transaction)
            try SettingsHistoryTable.insert(audit, at: revision, node, transaction)
            try AbuseState.note(Self.stateName, revision.number, node, transaction)
            var count = 0
            for identifier in identifiers { count += try transaction.execute("delete from greylist where id = \(identifier)") }
            return count
        }
    }

    private static func entry(_ row: FirebirdRow) throws -> GreylistEntry {
        GreylistEntry(
            identifier: try row.decode(0),
            triplet: GreylistTriplet(network: try row.decode(1), sender: try row.decode(2), recipient: try row.decode(3)),
            record: GreylistRecord(firstSeenAt: try row.decode(4), lastSeenAt: try row.decode(5), passedAt: try row.decode(6)),
            expiresAt: try row.decode(7))
    }
}

/// Revisions of what protects against abuse, by name.
enum AbuseState {
    static func note(_ name: String, _ revision: Int64, _ node: NodeID, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        try transaction.execute(
            """
            update or insert into abuse_state (name, revision, changed_at, changed_by)
            values (\(name), \(FirebirdValue.integer(revision)), \(UTCTime.now()), \(node)) matching (name)
            """)
    }
}
