import Firebird
import Mail
package import MessageLog
package import Quarantine
package import Settings

/// Digests: who is to get one and what it tells, and the runs. What is written when one is sent: `DigestWriting`.
package struct DigestTable: DigestStore {
    let sessions: DatabaseSessions
    /// Asserted by what only the primary does.
    var fence: PrimaryFence?

    private static let deadline = Duration.seconds(20)
    /// Looked at again while there are more.
    private static let unfinishedRuns = 20
    /// A larger number is told as this.
    private static let largestCount = 100_000

    package func digestRuns(limit: Int) async throws(MessageLogError) -> [DigestRun] {
        try await sessions.read(unavailable: MessageLogError.unavailable) { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) run_key, node_id, started_at, changed_at, state, sent, cause from digest_run
                order by started_at desc
                """
            ).map { row in
                DigestRun(
                    key: try row.decode(0), node: try row.decode(1), startedAt: try row.decode(2), changedAt: try row.decode(3),
                    state: try row.word("state"), sent: try row.decode(5), cause: try row.octets(6))
            }
        }
    }

    package func askForDigests(audit: AuditEntry) async throws(MessageLogError) {
        let node = sessions.node
        let now = UTCTime.now()
        let key = "manual-\(RecordIdentifier(milliseconds: now.milliseconds))"
        try await sessions.write(audited: [audit], unavailable: MessageLogError.unavailable) { transaction in
            // One that is asked for serves all who ask before it is begun.
            guard try transaction.queryOne("select first 1 1 from digest_run where state = 'asked'") == nil else { return }
            try Self.insert(key, .asked, node, at: now, transaction)
        }
    }

    package func unfinishedDigestRuns() async throws(MessageLogError) -> [String] {
        try await background { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(Self.unfinishedRuns)) run_key from digest_run where state <> 'done' order by started_at
                """
            ).map { try $0.decode(0) }
        }
    }

    package func beginDigests(_ key: String) async throws(MessageLogError) -> Bool {
        let (node, fence) = (sessions.node, fence)
        return try await background { transaction in
            try fence?.assert(transaction)
            let now = UTCTime.now()
            guard let row = try transaction.queryOne("select state from digest_run where run_key = \(key)") else {
                try Self.insert(key, .running, node, at: now, transaction)
                return true
            }
            guard try row.word("state", as: DigestRun.State.self) != .done else { return false }
            try transaction.execute(
                """
                update digest_run set node_id = \(node), state = 'running', changed_at = \(now), changed_by = \(node) where run_key = \(key)
                """)
            // Links that nobody can use any more need not be remembered.
            try transaction.execute("delete from used_link where expires_at < \(now.advanced(by: .seconds(-86_400)))")
            return true
        }
    }

    package func endDigests(_ key: String, sent: Int, cause: String?) async throws(MessageLogError) {
        let node = sessions.node
        // A failure may be told by who has lost the role, while nobody has gone on with the run.
        let fence = cause == nil ? fence : nil
        let state: DigestRun.State = cause == nil ? .done : .stopped
        try await background { transaction in
            try fence?.assert(transaction)
            try transaction.execute(
                """
                update digest_run set state = \(state.rawValue), sent = sent + cast(\(Int64(sent)) as bigint),
                    cause = \(FirebirdValue.octets((cause ?? "").cut())), changed_at = \(UTCTime.now()), changed_by = \(node)
                where run_key = \(key) and node_id = \(node) and state = 'running'
                """)
        }
    }

    private static func insert(
        _ key: String, _ state: DigestRun.State, _ node: NodeID, at now: UTCTime, _ transaction: FirebirdTransaction
    ) throws {
        try transaction.execute(
            """
            insert into digest_run (run_key, node_id, started_at, state, sent, cause, changed_at, changed_by)
            values (\(key), \(node), \(now), \(state.rawValue), 0, \(FirebirdValue.bytes([])), \(now), \(node))
            """)
    }

    // MARK: owners

    /// From key to key by the descending index of owners, so that it costs what there are owners and not what they keep.
    package func digestOwners(after cursor: String?, limit: Int) async throws(MessageLogError) -> DigestOwners {
        try await background { transaction in
            var owners: [DigestOwner] = []
            var cursor = cursor
            for _ in 0..<max(1, limit) {
                let rest: FirebirdQuery =
                    cursor.map { "k.address_key < \(FirebirdValue.octets($0))" } ?? "k.address_key is not null"
                let next = try transaction.queryOne(
                    "select first 1 k.address_key from quarantine_recipient k where \(rest) order by k.address_key desc")
                guard let next else { return DigestOwners(owners: owners, next: nil) }
                let key = try next.octets(0)
                cursor = key
                if try Self.hasNews(key, transaction) { owners.append(try Self.owner(key, transaction)) }
            }
            return DigestOwners(owners: owners, next: cursor)
        }
    }

    private static func hasNews(_ key: String, _ transaction: FirebirdTransaction) throws -> Bool {
        let row = try transaction.queryOne(
            """
            select first 1 1 from quarantine_recipient k join quarantine q on q.message_id = k.message_id
            where k.address_key = \(FirebirdValue.octets(key)) and k.told_at is null and q.kind = \(QuarantineKind.user.rawValue)
            """)
        return row != nil
    }

    private static func owner(_ key: String, _ transaction: FirebirdTransaction) throws -> DigestOwner {
        guard let row = try UserTable.row(key, transaction), try row.decode("is_enabled", as: Bool.self) else {
            return .recipient(DigestRecipient(key: key, address: key, isUser: false, language: nil))
        }
        let language = try row.decode("language_code", as: String?.self).flatMap(Language.init(rawValue:))
        return .recipient(DigestRecipient(key: key, address: try row.decode("address"), isUser: true, language: language))
    }

    package func digestContent(for owner: DigestOwner) async throws(MessageLogError) -> DigestContent? {
        let source = Self.source(owner)
        let columns: FirebirdQuery = "q.message_id, q.quarantined_at, m.reverse_path, m.subject, q.reason_english, q.reason_japanese"
        return try await background { transaction in
            let rows = try transaction.query(
                """
                select first \(unsafeSQL: String(DigestContent.maximumListed)) \(columns) from \(source)
                    left join message m on m.id = q.message_id
                order by q.quarantined_at desc, q.message_id desc
                """)
            guard !rows.isEmpty else { return nil }
            let entries = try rows.map { row in
                DigestContent.Entry(
                    message: try row.decode(0), quarantinedAt: try row.decode(1), sender: try row.decode(2, as: String?.self) ?? "",
                    subject: try row.decode(3, as: String?.self) ?? "",
                    reason: LocalizedText(try row.octets(4), ja: try row.octets(5)))
            }
            guard entries.count == DigestContent.maximumListed else { return DigestContent(entries: entries, count: entries.count) }
            let count = try transaction.queryOne(
                "select count(*) from (select first \(unsafeSQL: String(Self.largestCount)) q.message_id as one from \(source))")
            return DigestContent(entries: entries, count: max(entries.count, try count?.decode(0) ?? 0))
        }
    }

    /// Messages that an owner has not been told of; one row each, although a message may have come to him twice.
    private static func source(_ owner: DigestOwner) -> FirebirdQuery {
        switch owner {
        case .recipient(let recipient):
            """
            (select distinct k.message_id from quarantine_recipient k
                where k.address_key = \(FirebirdValue.octets(recipient.key)) and k.told_at is null) k
                join quarantine q on q.message_id = k.message_id and q.kind = \(QuarantineKind.user.rawValue)
            """
        case .administrators:
            """
            (select a.message_id from quarantine a where a.kind = \(QuarantineKind.administrator.rawValue) and a.told_at is null) k
                join quarantine q on q.message_id = k.message_id
            """
        }
    }

    package func wantsDigest(_ owner: String) async throws(MessageLogError) -> Bool {
        try await sessions.read(unavailable: MessageLogError.unavailable) { transaction in
            try transaction.queryOne("select is_wanted from quarantine_digest where owner_key = \(owner)")?.decode(0) ?? true
        }
    }

    package func setWantsDigest(_ isWanted: Bool, _ owner: String, audit: AuditEntry) async throws(MessageLogError) {
        let node = sessions.node
        try await sessions.write(audited: [audit], unavailable: MessageLogError.unavailable) { transaction in
            try transaction.execute(
                """
                update or insert into quarantine_digest (owner_key, is_wanted, changed_at, changed_by)
                values (\(owner), \(isWanted), \(UTCTime.now()), \(node)) matching (owner_key)
                """)
        }
    }

    /// On a connection of the background's, so that pages never wait for it.
    @discardableResult
    private func background<Value: Sendable>(
        _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(MessageLogError) -> Value {
        let sessions = sessions
        return try await DatabaseSessions.translating(MessageLogError.unavailable) {
            try await sessions.background.transaction(deadline: Self.deadline, retryingConflicts: DatabaseSessions.writeRetries, body)
        }
    }
}
