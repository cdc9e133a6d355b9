import Cluster
import Firebird
import MessageLog
package import Settings
package import SharedFolders

/// Moves of shared folders. The primary's changes are fenced; each names the step it has seen, so that it happens once.
extension FolderTable {
    private static let columns = """
        id, folder, old_path, new_path, new_identity, leaves_files, forgets_old, state, step, epoch, cause, started_at, since
        """

    package func moves(limit: Int) async throws(FolderRegisterError) -> [FolderMove] {
        try await sessions.read(unavailable: FolderRegisterError.unavailable) { transaction in
            try transaction.query(
                "select first \(unsafeSQL: String(max(1, limit))) \(unsafeSQL: Self.columns) from folder_move order by started_at desc"
            ).compactMap(Self.move)
        }
    }

    static func activeMoves(_ transaction: FirebirdTransaction) throws -> [FolderMove] {
        try transaction.query(
            "select \(unsafeSQL: columns) from folder_move where active_folder is not null order by started_at"
        ).compactMap(move)
    }

    private static func move(_ row: FirebirdRow) throws(FirebirdError) -> FolderMove? {
        guard let folder = SharedFolderKind(rawValue: try row.decode("folder")) else { return nil }
        return FolderMove(
            identifier: try row.decode("id"), folder: folder, oldPath: try row.octets("old_path"), newPath: try row.octets("new_path"),
            newIdentity: try row.decode("new_identity"), leavesFiles: try row.decode("leaves_files"),
            forgetsOld: try row.decode("forgets_old"), state: try row.word("state"), step: Int(try row.decode("step", as: Int64.self)),
            epoch: try row.decode("epoch"), cause: try row.octets("cause"), startedAt: try row.decode("started_at"),
            since: try row.decode("since"))
    }

    package func members(of move: RecordIdentifier) async throws(FolderRegisterError) -> [FolderMove.Member] {
        try await sessions.read(unavailable: FolderRegisterError.unavailable) { transaction in
            try transaction.query(
                """
                select node_id, source_identity, cause, has_probed, adopted_step, round_number, round_done, files, bytes, total_files,
                    total_bytes
                from folder_move_member where move_id = \(move)
                """
            ).map { row throws(FirebirdError) in
                var member = FolderMove.Member(move: move, node: try row.decode("node_id"))
                member.source = try row.decode("source_identity")
                member.cause = try row.octets("cause")
                member.hasProbed = try row.decode("has_probed")
                member.adoptedStep = Int(try row.decode("adopted_step", as: Int64.self))
                member.round.number = Int(try row.decode("round_number", as: Int64.self))
                member.round.isDone = try row.decode("round_done")
                member.round.files = try row.decode("files")
                member.round.bytes = try row.decode("bytes")
                member.round.totalFiles = try row.decode("total_files")
                member.round.totalBytes = try row.decode("total_bytes")
                return member
            }
        }
    }

    package func begin(_ move: FolderMove, audit: AuditEntry) async throws(FolderRegisterError) {
        let author = sessions.node
        try await sessions.write(audited: [audit], unavailable: FolderRegisterError.unavailable) { transaction in
            // Two who begin at once meet in the settings' revision: the later one sees the earlier one's row.
            try SettingsTable.lock(transaction)
            let present = try transaction.queryOne("select id from folder_move where active_folder = \(move.folder.rawValue)")
            if present != nil { throw FolderRegisterError.conflict }
            try transaction.execute(
                """
                insert into folder_move (id, folder, active_folder, old_path, new_path, new_identity, leaves_files, forgets_old, state, step,
                    epoch, cause, started_at, since, changed_at, changed_by)
                values (\(move.identifier), \(move.folder.rawValue), \(move.folder.rawValue), \(FirebirdValue.octets(move.oldPath)),
                    \(FirebirdValue.octets(move.newPath)), \(move.newIdentity), \(move.leavesFiles), \(move.forgetsOld),
                    \(move.state.rawValue), \(Int64(move.step)), 0, \(FirebirdValue.bytes([])), \(move.startedAt), \(move.since),
                    \(UTCTime.now()), \(author))
                """)
        }
    }

    package func cancel(_ move: RecordIdentifier, audit: AuditEntry) async throws(FolderRegisterError) {
        try await end(move, as: .cancelled, from: FolderMove.State.allCases.filter(\.isCancellable), audit)
    }

    package func endReading(_ move: RecordIdentifier, audit: AuditEntry) async throws(FolderRegisterError) {
        try await end(move, as: .done, from: [.reading], audit)
    }

    private func end(
        _ move: RecordIdentifier, as state: FolderMove.State, from states: [FolderMove.State], _ audit: AuditEntry
    ) async throws(FolderRegisterError) {
        let author = sessions.node
        try await sessions.write(audited: [audit], unavailable: FolderRegisterError.unavailable) { transaction in
            let row = try transaction.queryOne("select \(unsafeSQL: Self.columns) from folder_move where id = \(move)")
            guard let found = try row.flatMap(Self.move), states.contains(found.state) else { throw FolderRegisterError.conflict }
            guard try Self.set(state, on: found, epoch: 0, cause: "", by: author, transaction) else { throw FolderRegisterError.conflict }
        }
    }

    package func report(_ member: FolderMove.Member) async throws(FolderRegisterError) {
        let author = sessions.node
        try await write { transaction in
            let now = UTCTime.now()
            let cause = FirebirdValue.octets(member.cause.cut())
            let count = try transaction.execute(
                """
                update folder_move_member set source_identity = coalesce(source_identity, \(member.source)), cause = \(cause),
                    has_probed = \(member.hasProbed), adopted_step = \(Int64(member.adoptedStep)), changed_at = \(now), changed_by = \(author)
                where move_id = \(member.move) and node_id = \(member.node)
                """)
            if count == 1 { return }
            try transaction.execute(
                """
                insert into folder_move_member (move_id, node_id, source_identity, cause, has_probed, adopted_step, round_number, round_done,
                    files, bytes, total_files, total_bytes, changed_at, changed_by)
                values (\(member.move), \(member.node), \(member.source), \(cause), \(member.hasProbed), \(Int64(member.adoptedStep)), 0,
                    false, 0, 0, 0, 0, \(now), \(author))
                """)
        }
    }

    package func reportRound(_ member: FolderMove.Member) async throws(FolderRegisterError) {
        let author = sessions.node
        let round = member.round
        try await write { transaction in
            _ = try transaction.execute(
                """
                update folder_move_member set round_done = \(round.isDone), files = \(round.files), bytes = \(round.bytes),
                    total_files = \(round.totalFiles), total_bytes = \(round.totalBytes),
                    changed_at = \(UTCTime.now()), changed_by = \(author)
                where move_id = \(member.move) and node_id = \(member.node) and round_number = \(Int64(round.number))
                """)
        }
    }

    package func assign(_ round: Int, to nodes: [NodeID], of move: FolderMove) async throws(FolderRegisterError) {
        let author = sessions.node
        try await write(fenced: true) { transaction in
            for node in nodes {
                _ = try transaction.execute(
                    """
                    update folder_move_member set round_number = \(Int64(round)), round_done = false, files = 0, bytes = 0, total_files = 0,
                        total_bytes = 0, changed_at = \(UTCTime.now()), changed_by = \(author)
                    where move_id = \(move.identifier) and node_id = \(node)
                    """)
            }
        }
    }

    package func advance(
        _ move: FolderMove, to state: FolderMove.State, cause: String
    ) async throws(FolderRegisterError) -> Bool {
        let author = sessions.node
        let epoch = fence?.duty.epoch ?? 0
        return try await write(fenced: true) { transaction in
            guard try Self.set(state, on: move, epoch: epoch, cause: cause, by: author, transaction) else { return false }
            if state == .switching { try Self.setPath(of: move, by: author, transaction) }
            try AuditTable.insert(Self.entry(move, state, cause, node: author), transaction)
            return true
        }
    }

    private static func entry(_ move: FolderMove, _ state: FolderMove.State, _ cause: String, node: NodeID) -> AuditEntry {
        let detail = "\(state.rawValue), \(move.oldPath.isEmpty ? "(default)" : move.oldPath) → \(move.newPath)"
        return AuditEntry(
            actor: .node, node: node, action: "directory.move-step", target: move.folder.rawValue,
            detail: cause.isEmpty ? detail : "\(detail): \(cause)")
    }

    /// - Returns: false when it is not at the step that was seen.
    private static func set(
        _ state: FolderMove.State, on move: FolderMove, epoch: Int64, cause: String, by author: NodeID, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) -> Bool {
        let now = UTCTime.now()
        return try transaction.execute(
            """
            update folder_move set state = \(state.rawValue), step = step + 1, epoch = \(epoch), cause = \(FirebirdValue.octets(cause.cut())),
                active_folder = \(state.isOver ? nil : move.folder.rawValue), since = \(now), changed_at = \(now), changed_by = \(author)
            where id = \(move.identifier) and step = \(Int64(move.step)) and active_folder is not null
            """) == 1
    }

    /// One revision of the settings, with its history, its audit row and its event, and the identity that nodes expect from then on.
    private static func setPath(of move: FolderMove, by author: NodeID, _ transaction: FirebirdTransaction) throws {
        let revision = try SettingsTable.raiseRevision(by: author, transaction)
        let change = SettingsChange(
            scope: .cluster, section: DirectorySettings.name, values: [move.folder.settingName: move.newPath], basedOn: nil)
        let entry = AuditEntry(
            actor: .node, node: author, action: "settings.change",
            target: "\(SettingsScope.cluster) \(DirectorySettings.name).\(move.folder.settingName)",
            detail: "\(move.oldPath.isEmpty ? "(default)" : move.oldPath) → \(move.newPath)")
        try SettingsTable.write(change, revision, by: SettingsHistoryTable.Author(entry, node: author), transaction)
        try AuditTable.insert(entry, transaction)
        try setIdentity(move.newIdentity, of: move.folder, owner: nil, path: move.newPath, by: author, transaction)
    }
}
