package import DomainsAndUsers
import Firebird
import MessageLog
package import Screening
package import Settings

/// Bans of dynamic screening, and traces of refused sign-ins.
package struct BanTable: BanStore {
    let sessions: DatabaseSessions

    /// Its row of `abuse_state`: raised by every change, which keeps others out until the commit.
    static let stateName = "bans"
    private static let columns = "id, kind, subject, reason, note, node_id, begun_at, until_at, is_lifted, revision"
    /// So long a lifted ban can be heard of.
    private static let liftedLifetime = Duration.seconds(86_400)
    private static let endless = UTCTime(milliseconds: 253_402_300_799_999)

    package func banChanges(since revision: Int64) async throws(DirectoryError) -> BanChanges? {
        try await sessions.read(.snapshotReadOnly, unavailable: DirectoryError.unavailable) { transaction in
            let newest = try Self.revision(transaction)
            guard newest > revision else { return nil }
            var conditions: [FirebirdQuery] = ["revision > \(FirebirdValue.integer(revision))"]
            // Of bans that are over nobody needs to hear any more, however long this node heard nothing.
            conditions.append("(is_lifted = true or expires_at + 0 > \(UTCTime.now()))")
            // In the beginning there is nothing to lift; but what a user sent before he was let in again is forgiven.
            if revision == 0 { conditions.append("(is_lifted = false or kind = \(BanSubject.Kind.user.rawValue))") }
            let rows = try transaction.query(
                "select \(unsafeSQL: Self.columns) from ban \(FirebirdQuery.where(conditions)) order by revision",
                maximumRows: CurrentBans.maximum * 2)
            // What cannot be read (a newer version's kind) concerns this node no more than an unknown ban.
            let changed = try rows.compactMap { row in try Self.ban(row).map { (ban: $0, isLifted: try row.decode(8, as: Bool.self)) } }
            return BanChanges(revision: newest, changed: changed)
        }
    }

    package func insert(_ bans: [Ban]) async throws(DirectoryError) {
        let node = sessions.node
        try await DatabaseSessions.translating(DirectoryError.unavailable) {
            try await sessions.background.transaction(
                deadline: DatabaseSessions.writeDeadline, retryingConflicts: DatabaseSessions.writeRetries
            ) { transaction in
                let revision = try Self.raise(node, transaction)
                for ban in bans {
                    // After a commit whose answer was lost it is there.
                    guard try transaction.queryOne("select id from ban where id = \(ban.identifier)") == nil else { continue }
                    try Self.insert(ban, revision, node, transaction)
                }
            }
        }
    }

    package func insert(_ ban: Ban, audit: AuditEntry) async throws(DirectoryError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            let revision = try Self.raise(node, transaction)
            let present =
                try transaction.queryOne("select count(*) from ban where expires_at > \(UTCTime.now())")?.decode(0, as: Int.self) ?? 0
            guard present < Self.maximumBans else { throw DirectoryError.full(maximum: Self.maximumBans, present: present) }
            try Self.insert(ban, revision, node, transaction)
        }
    }

    package func ban(_ identifier: RecordIdentifier) async throws(DirectoryError) -> Ban? {
        try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.queryOne("select \(unsafeSQL: Self.columns) from ban where id = \(identifier)").flatMap(Self.ban)
        }
    }

    package func lift(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(DirectoryError) -> Int {
        let node = sessions.node
        let now = UTCTime.now()
        return try await sessions.write(audited: [audit], unavailable: DirectoryError.unavailable) { transaction in
            let revision = try Self.raise(node, transaction)
            var count = 0
            for identifier in identifiers {
                // All bans of the subject: two nodes may have banned it in one moment.
                guard let row = try transaction.queryOne("select kind, subject from ban where id = \(identifier)") else { continue }
                count += try transaction.execute(
                    """
                    update ban set is_lifted = true, expires_at = \(now.advanced(by: Self.liftedLifetime)),
                        revision = \(FirebirdValue.integer(revision)), changed_at = \(now), changed_by = \(node)
                    where kind = \(try row.decode(0, as: String.self)) and subject = \(try row.decode(1, as: String.self)) and is_lifted = false
                    """)
            }
            return count
        }
    }

    package func bans(_ filter: BanFilter, after cursor: ScreeningCursor?, limit: Int) async throws(DirectoryError) -> [Ban] {
        var conditions: [FirebirdQuery] = ["is_lifted = false", "expires_at + 0 > \(UTCTime.now())"]
        if let cursor {
            conditions.append("begun_at <= \(cursor.time) and (begun_at + 0 < \(cursor.time) or id || '' < \(cursor.identifier))")
        }
        if let kind = filter.kind { conditions.append("kind = \(kind.rawValue)") }
        if !filter.text.isEmpty {
            let part = filter.text.cut(to: BanFilter.maximumTextBytes)
            conditions.append("(\(FirebirdQuery.contains("subject", part)) or \(FirebirdQuery.contains("note", part)))")
        }
        let query: FirebirdQuery = """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: Self.columns) from ban
            \(FirebirdQuery.where(conditions)) order by begun_at desc, id desc
            """
        return try await sessions.read(unavailable: DirectoryError.unavailable) { try $0.query(query).compactMap(Self.ban) }
    }

    package func record(_ refusals: [SignInRefusal]) async throws(DirectoryError) {
        guard !refusals.isEmpty else { return }
        let node = sessions.node
        try await DatabaseSessions.translating(DirectoryError.unavailable) {
            try await sessions.background.transaction(deadline: DatabaseSessions.writeDeadline) { transaction in
                let now = UTCTime.now()
                try transaction.execute(
                    """
                    insert into sign_in_refusal (id, happened_at, way, name, address, tries, node_id, changed_at, changed_by)
                    values (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    many: refusals.map {
                        [
                            $0.identifier.firebirdValue, $0.time.firebirdValue, .text($0.way.rawValue),
                            .text($0.name.cut(to: SignInRefusal.maximumNameBytes)), .text($0.address.cut(to: 50)), .integer($0.tries),
                            $0.node.firebirdValue, now.firebirdValue, node.firebirdValue,
                        ]
                    })
            }
        }
    }

    package func signInRefusals(
        _ filter: SignInRefusalFilter, after cursor: ScreeningCursor?, limit: Int
    ) async throws(DirectoryError) -> [SignInRefusal] {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append("happened_at <= \(cursor.time) and (happened_at + 0 < \(cursor.time) or id || '' < \(cursor.identifier))")
        }
        if let way = filter.way { conditions.append("way = \(way.rawValue)") }
        if !filter.text.isEmpty {
            let part = filter.text.cut(to: SignInRefusalFilter.maximumTextBytes)
            conditions.append("(\(FirebirdQuery.contains("name", part)) or \(FirebirdQuery.contains("address", part)))")
        }
        let query: FirebirdQuery = """
            select first \(unsafeSQL: String(max(1, limit))) id, happened_at, way, name, address, tries, node_id from sign_in_refusal
            \(FirebirdQuery.where(conditions)) order by happened_at desc, id desc
            """
        return try await sessions.read(unavailable: DirectoryError.unavailable) { transaction in
            try transaction.query(query).map { row in
                SignInRefusal(
                    identifier: try row.decode(0), time: try row.decode(1), way: try row.word("way"), name: try row.decode(3),
                    address: try row.decode(4), tries: try row.decode(5), node: try row.decode(6))
            }
        }
    }

    private static func insert(_ ban: Ban, _ revision: Int64, _ node: NodeID, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        try transaction.execute(
            """
            insert into ban (id, kind, subject, reason, note, node_id, begun_at, until_at, is_lifted, expires_at, revision, changed_at,
                changed_by)
            values (\(ban.identifier), \(ban.subject.kind.rawValue), \(ban.subject.description), \(ban.reason.rawValue),
                \(ban.note.cut(to: Ban.maximumNoteBytes)), \(ban.node), \(ban.begunAt), \(ban.until), false, \(ban.until ?? endless),
                \(FirebirdValue.integer(revision)), \(UTCTime.now()), \(node))
            """)
    }

    private static func revision(_ transaction: FirebirdTransaction) throws -> Int64 {
        try transaction.queryOne("select revision from abuse_state where name = \(stateName)")?.decode(0) ?? 0
    }

    /// Raises the revision and posts the event by which nodes hear of changes.
    private static func raise(_ node: NodeID, _ transaction: FirebirdTransaction) throws -> Int64 {
        let row = try transaction.queryOne(
            """
            update abuse_state set revision = revision + 1, changed_at = \(UTCTime.now()), changed_by = \(node)
            where name = \(stateName) returning revision
            """)
        guard let row, let revision = try row.decode(0, as: Int64?.self) else {
            throw FirebirdError(.unexpectedValue, "the row of the bans' revision is missing")
        }
        try transaction.execute(FirebirdQuery(unsafeSQL: "execute block as begin post_event '\(SettingsTable.changeEvent)'; end"))
        return revision
    }

    private static func ban(_ row: FirebirdRow) throws -> Ban? {
        guard let kind = BanSubject.Kind(rawValue: try row.decode(1)), let reason = BanReason(rawValue: try row.decode(3)),
            let subject = BanSubject(kind, try row.decode(2))
        else { return nil }
        return Ban(
            identifier: try row.decode(0), subject: subject, reason: reason, note: try row.decode(4), node: try row.decode(5),
            begunAt: try row.decode(6), until: try row.decode(7))
    }
}
