import Cluster
import Firebird
import MessageLog
package import Settings
package import SharedFolders

/// The shared folders' register: identities and probes here, moves in the extension.
package struct FolderTable: FolderRegister {
    let sessions: DatabaseSessions
    /// Asserted by what only the primary does.
    var fence: PrimaryFence?

    static let deadline = Duration.seconds(10)

    init(sessions: DatabaseSessions, fence: PrimaryFence? = nil) {
        self.sessions = sessions
        self.fence = fence
    }

    package func cluster() async throws(FolderRegisterError) -> RecordIdentifier {
        try await write { transaction in try RegistrationKeyTable.presentIdentity(transaction, by: sessions.node).cluster }
    }

    package func identity(
        of folder: SharedFolderKind, owner: NodeID?, path: String
    ) async throws(FolderRegisterError) -> RecordIdentifier? {
        try await sessions.read(unavailable: FolderRegisterError.unavailable) {
            try Self.identity(of: folder, owner: owner, path: path, $0)
        }
    }

    package func claimIdentity(
        _ proposal: RecordIdentifier, of folder: SharedFolderKind, owner: NodeID?, path: String
    ) async throws(FolderRegisterError) -> RecordIdentifier {
        let author = sessions.node
        return try await write { transaction in
            if let known = try Self.identity(of: folder, owner: owner, path: path, transaction) { return known }
            try Self.setIdentity(proposal, of: folder, owner: owner, path: path, by: author, transaction)
            return proposal
        }
    }

    private static func identity(
        of folder: SharedFolderKind, owner: NodeID?, path: String, _ transaction: FirebirdTransaction
    ) throws -> RecordIdentifier? {
        let row = try transaction.queryOne(
            "select identity_id, path from folder_identity where folder = \(folder.rawValue) and owner = \(key(owner))")
        // Of another path, nothing is known of this one.
        guard let row, try row.octets("path") == path else { return nil }
        return try row.decode("identity_id")
    }

    static func setIdentity(
        _ identity: RecordIdentifier, of folder: SharedFolderKind, owner: NodeID?, path: String, by author: NodeID,
        _ transaction: FirebirdTransaction
    ) throws(FirebirdError) {
        try transaction.execute(
            """
            update or insert into folder_identity (folder, owner, path, identity_id, changed_at, changed_by)
            values (\(folder.rawValue), \(key(owner)), \(FirebirdValue.octets(path)), \(identity), \(UTCTime.now()), \(author))
            matching (folder, owner)
            """)
    }

    private static func key(_ owner: NodeID?) -> FirebirdValue { owner?.firebirdValue ?? .bytes(QueueRow.nobody) }

    package func probes() async throws(FolderRegisterError) -> [FolderProbe] {
        try await sessions.read(unavailable: FolderRegisterError.unavailable) { transaction in
            try transaction.query(
                """
                select folder, node_id, path, account, identity_id, missing, cause, read_from, milliseconds, free_bytes, total_bytes,
                    file_system, token, request, probed_at
                from folder_probe order by folder, node_id
                """
            ).compactMap(Self.probe)
        }
    }

    package func report(_ probes: [FolderProbe]) async throws(FolderRegisterError) {
        let author = sessions.node
        try await write { transaction in
            for probe in probes { try Self.put(probe, by: author, transaction) }
        }
    }

    private static func put(_ probe: FolderProbe, by author: NodeID, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        try transaction.execute(
            """
            update or insert into folder_probe (folder, node_id, path, account, identity_id, missing, cause, read_from, milliseconds,
                free_bytes, total_bytes, file_system, token, request, probed_at, changed_at, changed_by)
            values (\(probe.folder.rawValue), \(probe.node), \(FirebirdValue.octets(probe.path)),
                \(FirebirdValue.octets(probe.account.cutBytes(to: 100))), \(probe.identity), \(probe.problem?.missing.rawValue),
                \(FirebirdValue.octets((probe.problem?.cause ?? "").cut())), \(probe.readFrom), \(Int64(probe.milliseconds)),
                \(probe.freeBytes.map { Int64(clamping: $0) }), \(probe.totalBytes.map { Int64(clamping: $0) }),
                \(FirebirdValue.octets(probe.fileSystem.cutBytes(to: 100))), \(probe.token), \(probe.request), \(probe.probedAt),
                \(UTCTime.now()), \(author))
            matching (folder, node_id)
            """)
    }

    /// A folder or right this program does not know is a newer one's.
    private static func probe(_ row: FirebirdRow) throws(FirebirdError) -> FolderProbe? {
        guard let folder = SharedFolderKind(rawValue: try row.decode("folder")) else { return nil }
        var probe = FolderProbe(
            folder: folder, node: try row.decode("node_id"), path: try row.octets("path"), account: try row.octets("account"))
        probe.identity = try row.decode("identity_id")
        if let missing = try row.decode("missing", as: String?.self) {
            probe.problem = FolderShortcoming(FolderRight(rawValue: missing) ?? .answer, cause: try row.octets("cause"))
        }
        probe.readFrom = try row.decode("read_from")
        probe.milliseconds = Int(try row.decode("milliseconds", as: Int64.self))
        probe.freeBytes = try row.decode("free_bytes", as: Int64?.self).map { UInt64(max(0, $0)) }
        probe.totalBytes = try row.decode("total_bytes", as: Int64?.self).map { UInt64(max(0, $0)) }
        probe.fileSystem = try row.octets("file_system")
        probe.token = try row.decode("token")
        probe.request = try row.decode("request")
        probe.probedAt = try row.decode("probed_at")
        return probe
    }

    package func requestProbes(audit: AuditEntry) async throws(FolderRegisterError) -> Int64 {
        let author = sessions.node
        return try await sessions.write(audited: [audit], unavailable: FolderRegisterError.unavailable) { transaction in
            let row = try transaction.queryOne(
                """
                update folder_probe_request set request = request + 1, changed_at = \(UTCTime.now()), changed_by = \(author)
                where id = 1 returning request
                """)
            guard let row else { throw FirebirdError(.unexpectedValue, "the row of the folders' probe request is missing") }
            return try row.decode(0)
        }
    }

    package func orders() async throws(FolderRegisterError) -> FolderOrders {
        let sessions = sessions
        return try await DatabaseSessions.translating(FolderRegisterError.unavailable) {
            try await sessions.background.transaction(.readCommittedReadOnly, deadline: Self.deadline) { transaction in
                let row = try transaction.queryOne("select request from folder_probe_request where id = 1")
                return FolderOrders(request: try row?.decode(0) ?? 0, moves: try Self.activeMoves(transaction))
            }
        }
    }

    /// A node's own rows, or the primary's: on a background connection, so that pages never wait for it.
    func write<Value: Sendable>(
        fenced isFenced: Bool = false, _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(FolderRegisterError) -> Value {
        let sessions = sessions
        let fence = isFenced ? fence : nil
        return try await DatabaseSessions.translating(FolderRegisterError.unavailable) {
            try await sessions.background.transaction(deadline: Self.deadline, retryingConflicts: DatabaseSessions.writeRetries) {
                try fence?.assert($0)
                return try body($0)
            }
        }
    }
}
