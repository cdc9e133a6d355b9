import BayesianLearning
import Firebird
import MessageLog
package import SampleLearning
package import Settings

/// The ledger of what was taught.
extension LearningTable {
    private static let columns = "digest, kind, state, origin, actor, message_id, sender, subject, epoch, sequence_number, changed_at"

    package func ledger(
        _ filter: LedgerFilter, after cursor: LedgerCursor?, limit: Int
    ) async throws(LearningError) -> [LedgerEntry] {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append(
                """
                changed_at <= \(cursor.changedAt)
                    and (changed_at + 0 < \(cursor.changedAt) or digest || '' < \(cursor.digest))
                """)
        }
        if let kind = filter.kind { conditions.append("kind = \(kind.rawValue)") }
        if let state = filter.state { conditions.append("state || '' = \(state.rawValue)") }
        if let origin = filter.origin { conditions.append("origin = \(origin.rawValue)") }
        if !filter.text.isEmpty {
            let part = filter.text.cut(to: LedgerFilter.maximumTextBytes)
            conditions.append(
                "(\(FirebirdQuery.contains("subject", part)) or \(FirebirdQuery.contains("sender", part)) or \(FirebirdQuery.contains("actor", part)))"
            )
        }
        let query: FirebirdQuery = """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: Self.columns) from bayes_sample
            \(FirebirdQuery.where(conditions)) order by changed_at desc, digest desc
            """
        return try await sessions.read(unavailable: LearningError.unavailable) { try $0.query(query).map(Self.entry) }
    }

    package func ledgerEntries(of digests: [SampleDigest]) async throws(LearningError) -> [LedgerEntry] {
        try await sessions.read(unavailable: LearningError.unavailable) { transaction in
            try Self.entries(of: digests, transaction)
        }
    }

    private static func entries(of digests: [SampleDigest], _ transaction: FirebirdTransaction) throws -> [LedgerEntry] {
        var found: [LedgerEntry] = []
        for part in IdentifierList.parts(digests.map(\.identifier)) {
            found += try transaction.query("select \(unsafeSQL: columns) from bayes_sample where digest in (\(list: part))").map(entry)
        }
        return found
    }

    package func waitingSamples() async throws(LearningError) -> WaitingSamples {
        try await sessions.read(unavailable: LearningError.unavailable) { transaction in
            var waiting = WaitingSamples()
            let rows = try transaction.query(
                "select kind, state, count(*) from bayes_sample where state in ('waiting', 'leaving') group by kind, state")
            for row in rows {
                let count: Int = try row.decode(2)
                switch (try row.decode(0, as: String.self), try row.decode(1, as: String.self)) {
                case (_, LedgerEntry.State.leaving.rawValue): waiting.leaving += count
                case (SampleKind.spam.rawValue, _): waiting.spam += count
                default: waiting.ham += count
                }
            }
            return waiting
        }
    }

    package func enter(_ entries: [LedgerEntry], audit: AuditEntry?) async throws(LearningError) {
        let author = sessions.node
        let entries = entries.sorted { $0.digest < $1.digest }
        try await sessions.write(audited: audit.map { [$0] } ?? [], unavailable: LearningError.unavailable) { transaction in
            for entry in entries {
                // What learned it before, if anything did, stays: it is learned as that until the next run.
                try transaction.execute(
                    """
                    update or insert into bayes_sample (digest, kind, state, origin, actor, message_id, sender, subject, changed_at, changed_by)
                    values (\(entry.digest.identifier), \(entry.kind.rawValue), \(entry.state.rawValue), \(entry.origin.rawValue),
                        \(entry.actor.cutBytes(to: 100)), \(entry.message), \(entry.sender.cut(to: 200)), \(entry.subject.cut(to: 200)),
                        \(entry.changedAt), \(author))
                    matching (digest)
                    """)
            }
        }
    }

    package func unlearn(_ digests: [SampleDigest], audit: AuditEntry) async throws(LearningError) -> [LedgerEntry] {
        let author = sessions.node
        return try await sessions.write(audited: [audit], unavailable: LearningError.unavailable) { transaction in
            let entries = try Self.entries(of: digests, transaction)
            for entry in entries {
                try transaction.execute(
                    """
                    update bayes_sample set state = 'leaving', changed_at = \(UTCTime.now()), changed_by = \(author)
                    where digest = \(entry.digest.identifier)
                    """)
            }
            return entries
        }
    }

    // MARK: the primary's

    package func leavingSamples(limit: Int) async throws(LearningError) -> [SampleDigest] {
        try await readInBackground { transaction in
            try transaction.query(
                "select first \(unsafeSQL: String(max(1, limit))) digest from bayes_sample where state = 'leaving'", maximumRows: limit
            ).map { SampleDigest(try $0.decode(0)) }
        }
    }

    package func settle(_ entries: [LedgerEntry]) async throws(LearningError) {
        let author = sessions.node
        try await write(fenced: true) { transaction in
            for entry in entries {
                let present = try transaction.queryOne("select kind, state from bayes_sample where digest = \(entry.digest.identifier)")
                if let present {
                    let (kind, state): (SampleKind, LedgerEntry.State) = (try present.word("kind"), try present.word("state"))
                    // Unlearned, or taught otherwise, while it was being learned: the next run sees to it.
                    if state == .leaving || state == .waiting && kind != entry.kind { continue }
                }
                let count = try transaction.execute(
                    """
                    update bayes_sample set kind = \(entry.kind.rawValue), state = \(entry.state.rawValue),
                        epoch = \(Self.epoch(entry.number)), sequence_number = \(Self.sequence(entry.number)),
                        changed_at = \(entry.changedAt), changed_by = \(author)
                    where digest = \(entry.digest.identifier)
                    """)
                guard count == 0 else { continue }
                try transaction.execute(
                    """
                    insert into bayes_sample (digest, kind, state, origin, actor, message_id, sender, subject, epoch, sequence_number,
                        changed_at, changed_by)
                    values (\(entry.digest.identifier), \(entry.kind.rawValue), \(entry.state.rawValue), \(entry.origin.rawValue),
                        \(entry.actor.cutBytes(to: 100)), \(entry.message), \(entry.sender.cut(to: 200)), \(entry.subject.cut(to: 200)),
                        \(Self.epoch(entry.number)), \(Self.sequence(entry.number)), \(entry.changedAt), \(author))
                    """)
            }
        }
    }

    package func ledgerDigests(after digest: SampleDigest?, limit: Int) async throws(LearningError) -> [LedgerDigest] {
        let first = digest?.identifier ?? RecordIdentifier(high: 0, low: 0)
        return try await readInBackground { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) digest, state, changed_at from bayes_sample where digest > \(first)
                order by digest
                """, maximumRows: limit
            ).map { row in
                LedgerDigest(digest: SampleDigest(try row.decode(0)), state: try row.word("state"), changedAt: try row.decode(2))
            }
        }
    }

    package func forget(_ digests: [SampleDigest], waitingSince limit: UTCTime) async throws(LearningError) {
        try await write(fenced: true) { transaction in
            for part in IdentifierList.parts(digests.map(\.identifier)) {
                try transaction.executeUncounted(
                    """
                    delete from bayes_sample where digest in (\(list: part)) and (state || '' <> 'waiting' or changed_at + 0 < \(limit))
                    """)
            }
        }
    }

    private static func entry(_ row: FirebirdRow) throws -> LedgerEntry {
        LedgerEntry(
            digest: SampleDigest(try row.decode(0)), kind: try row.word("kind"), state: try row.word("state"),
            origin: try row.word("origin"), actor: try row.decode(4), message: try row.decode(5), sender: try row.decode(6),
            subject: try row.decode(7), number: number(try row.decode(8), try row.decode(9)), changedAt: try row.decode(10))
    }
}
