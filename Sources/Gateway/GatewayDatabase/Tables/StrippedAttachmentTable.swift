import Firebird
package import MessageLog
package import Settings

/// Attachments that were taken out of messages.
package struct StrippedAttachmentTable: StrippedAttachmentStore {
    let sessions: DatabaseSessions
    /// Asserted by what only the primary does.
    var fence: PrimaryFence?

    private static let columns = """
        id, message_id, file_name, media_type, size_bytes, digest, sender, recipients, subject, created_at, expires_at, downloads
        """
    private static let deadline = Duration.seconds(10)
    private static let searchDeadline = Duration.seconds(8)

    package func insert(_ attachments: [StrippedAttachment]) async throws(MessageLogError) {
        let node = sessions.node
        try await write(sessions.mail) { transaction in
            for attachment in attachments {
                try transaction.execute(
                    """
                    insert into stripped_attachment (id, message_id, file_name, media_type, size_bytes, digest, sender, recipients, subject,
                        created_at, expires_at, downloads, changed_at, changed_by)
                    values (\(attachment.identifier), \(attachment.message), \(attachment.name), \(attachment.mediaType),
                        \(Int64(attachment.sizeBytes)), \(attachment.digest), \(attachment.sender), \(attachment.recipients),
                        \(attachment.subject), \(attachment.createdAt), \(attachment.expiresAt), 0, \(attachment.createdAt), \(node))
                    """)
            }
        }
    }

    package func strippedAttachments(
        _ filter: StrippedAttachmentFilter, after cursor: StrippedAttachmentCursor?, limit: Int
    ) async throws(MessageLogError) -> [StrippedAttachment] {
        var conditions: [FirebirdQuery] = []
        if let cursor {
            conditions.append(
                """
                created_at <= \(cursor.createdAt) and (created_at + 0 < \(cursor.createdAt) or id || '' < \(cursor.identifier))
                """)
        }
        if let message = filter.message { conditions.append("message_id = \(message)") }
        if !filter.text.isEmpty {
            let text = filter.text.cut(to: StrippedAttachmentFilter.maximumTextBytes)
            conditions.append(
                """
                (\(FirebirdQuery.contains("file_name", text)) or \(FirebirdQuery.contains("sender", text))
                    or \(FirebirdQuery.contains("recipients", text)) or \(FirebirdQuery.contains("subject", text)))
                """)
        }
        let query: FirebirdQuery = """
            select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: Self.columns) from stripped_attachment
            \(FirebirdQuery.where(conditions)) order by created_at desc, id desc
            """
        return try await sessions.read(deadline: Self.searchDeadline, unavailable: MessageLogError.unavailable) {
            try $0.query(query).map(Self.attachment)
        }
    }

    package func strippedAttachment(_ identifier: RecordIdentifier) async throws(MessageLogError) -> StrippedAttachment? {
        try await sessions.read(unavailable: MessageLogError.unavailable) { transaction in
            try transaction.queryOne("select \(unsafeSQL: Self.columns) from stripped_attachment where id = \(identifier)")
                .map(Self.attachment)
        }
    }

    package func countDownload(of identifier: RecordIdentifier) async throws(MessageLogError) {
        let node = sessions.node
        try await sessions.write(unavailable: MessageLogError.unavailable) { transaction in
            _ = try transaction.execute(
                """
                update stripped_attachment set downloads = downloads + 1, changed_at = \(UTCTime.now()), changed_by = \(node)
                where id = \(identifier)
                """)
        }
    }

    package func extend(_ identifiers: [RecordIdentifier], until time: UTCTime, audit: AuditEntry) async throws(MessageLogError) -> Int {
        let node = sessions.node
        let longest = Int64(StrippedAttachment.longestKeeping.components.seconds) * 1000
        return try await sessions.write(audited: [audit], unavailable: MessageLogError.unavailable) { transaction in
            try identifiers.reduce(0) { count, identifier in
                // No longer than the link lasts.
                let found = try transaction.execute(
                    """
                    update stripped_attachment set
                        expires_at = maxvalue(expires_at, minvalue(cast(\(time) as bigint), created_at + cast(\(longest) as bigint))),
                        changed_at = \(UTCTime.now()), changed_by = \(node)
                    where id = \(identifier) and expires_at > \(UTCTime.now())
                    """)
                return count + found
            }
        }
    }

    package func expireStripped(_ identifiers: [RecordIdentifier], audit: AuditEntry) async throws(MessageLogError) -> Int {
        let node = sessions.node
        return try await sessions.write(audited: [audit], unavailable: MessageLogError.unavailable) { transaction in
            try identifiers.reduce(0) { count, identifier in
                let found = try transaction.execute(
                    """
                    update stripped_attachment set expires_at = 0, changed_at = \(UTCTime.now()), changed_by = \(node)
                    where id = \(identifier)
                    """)
                return count + found
            }
        }
    }

    package func discardStripped(_ identifiers: [RecordIdentifier]) async throws(MessageLogError) {
        let node = sessions.node
        try await write(sessions.mail) { transaction in
            for identifier in identifiers {
                try transaction.execute(
                    """
                    update stripped_attachment set expires_at = 0, changed_at = \(UTCTime.now()), changed_by = \(node)
                    where id = \(identifier)
                    """)
            }
        }
    }

    package func expiredAttachments(before time: UTCTime, limit: Int) async throws(MessageLogError) -> [RecordIdentifier] {
        try await write(sessions.background) { transaction in
            try transaction.query(
                """
                select first \(unsafeSQL: String(max(1, limit))) id from stripped_attachment where expires_at < \(time) order by expires_at
                """
            ).map { try $0.decode(0) }
        }
    }

    package func forgetStripped(_ identifiers: [RecordIdentifier]) async throws(MessageLogError) {
        let fence = fence
        try await write(sessions.background) { transaction in
            try fence?.assert(transaction)
            for identifier in identifiers { try transaction.execute("delete from stripped_attachment where id = \(identifier)") }
        }
    }

    @discardableResult
    private func write<Value: Sendable>(
        _ pool: FirebirdPool, _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(MessageLogError) -> Value {
        try await DatabaseSessions.translating(MessageLogError.unavailable) {
            try await pool.transaction(deadline: Self.deadline, retryingConflicts: DatabaseSessions.writeRetries, body)
        }
    }

    private static func attachment(_ row: FirebirdRow) throws -> StrippedAttachment {
        StrippedAttachment(
            identifier: try row.decode(0), message: try row.decode(1), name: try row.decode(2), mediaType: try row.decode(3),
            sizeBytes: try row.decode(4), digest: try row.decode(5), sender: try row.decode(6), recipients: try row.decode(7),
            subject: try row.decode(8), createdAt: try row.decode(9), expiresAt: try row.decode(10), downloads: try row.decode(11))
    }
}
