import Cluster
import Settings
package import SharedFolders

/// Moving shared folders while the cluster works.
extension Administration {
    /// How many a page shows.
    private static var shownFolderMoves: Int { 20 }

    /// Newest first; those that are over stay known.
    package func folderMoves(_ caller: AdministrationCaller) async throws(AdministrationError) -> [FolderMoveStatus] {
        let nodes = try await clusterNodes()
        let moves = try await askFolders { (register) throws(FolderRegisterError) in try await register.moves(limit: Self.shownFolderMoves)
        }
        var found: [FolderMoveStatus] = []
        for move in moves {
            let members = try await askFolders { (register) throws(FolderRegisterError) in try await register.members(of: move.identifier) }
            found.append(FolderMoveStatus(move: move, members: members, waiting: waiting(move, members, nodes), names: Self.names(nodes)))
        }
        return found
    }

    private func waiting(
        _ move: FolderMove, _ members: [FolderMove.Member], _ nodes: [ClusterNode]
    ) -> [FolderMoveCourse.Waiting] {
        let living = nodes.filter { !$0.isStopped }.map { FolderMoveCourse.Node(identifier: $0.node, name: $0.name) }
        let course = FolderMoveCourse(move, members: members, living: living, own: nodeID)
        guard case .wait(let waiting) = course.next(waited: .zero) else { return [] }
        return waiting
    }

    /// Begins to move a folder. Every node tries the new place first; the first that cannot use it ends the move with its reason.
    /// - Parameters:
    ///   - leavesFiles: the files stay where they are (R11); they are read there until `endReadingOldFolder`.
    ///   - forgetsOld: with `leavesFiles`: they are not read either.
    /// - Throws: `.invalid` when the path cannot be used here; `.conflict` while the folder is being moved.
    package func moveFolder(
        _ folder: SharedFolderKind, to text: String, leavesFiles: Bool, forgetsOld: Bool, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> FolderMove {
        let path = try Self.movePath(text)
        guard leavesFiles || !forgetsOld else {
            throw .invalid([FieldProblem("forgetsOld", "Only files that are left can be forgotten.", ja: "ファイルを残す場合にのみ指定できます。")])
        }
        let stored = try await storedDirectories()
        let configured = ports.directories.configuredPath(of: folder)
        guard folder.configuredPath(stored) == configured else {
            throw .conflict(
                LocalizedText(
                    "The settings name another path for this folder than the nodes use. Start the nodes again, or take the change back.",
                    ja: "このフォルダーの設定のパスが、使用中のパスと異なります。ノードを再起動するか、変更を元に戻してください。"))
        }
        try await refuseSamePlace(folder, path)
        try await refuseWhileMoving([folder.settingName: path])
        if let problem = await problem(of: folder, at: path, stored) {
            throw .invalid([FieldProblem(field: "path", message: problem.message)])
        }
        return try await begin(folder, from: configured, to: path, leavesFiles, forgetsOld, caller)
    }

    private func begin(
        _ folder: SharedFolderKind, from old: String, to path: String, _ leavesFiles: Bool, _ forgetsOld: Bool,
        _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> FolderMove {
        let identity: RecordIdentifier
        do throws(SharedFolderError) {
            identity = try await ports.directories.prepare(path, as: folder)
        } catch {
            throw .invalid([FieldProblem("path", "The folder cannot be used (\(error)).", ja: "フォルダーを使用できません（\(error)）。")])
        }
        let now = UTCTime.now()
        let move = FolderMove(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), folder: folder, oldPath: old, newPath: path,
            newIdentity: identity,
            leavesFiles: leavesFiles, forgetsOld: forgetsOld, startedAt: now)
        let audit = entry(
            caller, "directory.move", folder.rawValue, leavesFiles ? "files are left" : "files are copied",
            before: old.isEmpty ? "(default)" : old, after: path)
        try await askFolders { (register) throws(FolderRegisterError) in try await register.begin(move, audit: audit) }
        return move
    }

    /// Calls a move off; possible until nodes write to the new place. What was copied stays there.
    package func cancelFolderMove(_ folder: SharedFolderKind, _ caller: AdministrationCaller) async throws(AdministrationError) {
        let move = try await activeMove(of: folder)
        let audit = entry(caller, "directory.move-cancel", folder.rawValue, move.newPath)
        try await askFolders { (register) throws(FolderRegisterError) in try await register.cancel(move.identifier, audit: audit) }
    }

    /// Ends the reading of a place whose files were left.
    package func endReadingOldFolder(_ folder: SharedFolderKind, _ caller: AdministrationCaller) async throws(AdministrationError) {
        let move = try await activeMove(of: folder)
        let audit = entry(caller, "directory.forget-old", folder.rawValue, move.oldPath.isEmpty ? "(default)" : move.oldPath)
        try await askFolders { (register) throws(FolderRegisterError) in try await register.endReading(move.identifier, audit: audit) }
    }

    private func activeMove(of folder: SharedFolderKind) async throws(AdministrationError) -> FolderMove {
        let moves = try await askFolders { (register) throws(FolderRegisterError) in try await register.orders().moves }
        guard let move = moves.first(where: { $0.folder == folder }) else {
            throw .notFound(LocalizedText("This folder is not being moved.", ja: "このフォルダーは移動中ではありません。"))
        }
        return move
    }

    /// A folder's path is not changed by other ways while it is being moved.
    func refuseWhileMoving(_ values: [String: String?]) async throws(AdministrationError) {
        let stored = try await storedDirectories()
        let changed = SharedFolderKind.allCases.filter { kind in
            values[kind.settingName].map { ($0 ?? "") != kind.configuredPath(stored) } ?? false
        }
        guard !changed.isEmpty else { return }
        let moves = try await askFolders { (register) throws(FolderRegisterError) in try await register.orders().moves }
        guard let move = moves.first(where: { changed.contains($0.folder) }) else { return }
        let advice =
            move.state == .reading
            ? LocalizedText(
                "its old place is still read: end that first (directory forget-old \(move.folder.rawValue))",
                ja: "以前の場所をまだ参照しています。先に参照を終了してください（directory forget-old \(move.folder.rawValue)）")
            : LocalizedText("wait for the end of its move, or cancel it", ja: "移動の完了を待つか、移動を取り消してください")
        throw .conflict(
            LocalizedText(
                "The folder \(move.folder.title.english) is being moved to \(move.newPath); \(advice.english).",
                ja: "フォルダー「\(move.folder.title.japanese)」は \(move.newPath) への移動中です。\(advice.japanese)。"))
    }

    private func refuseSamePlace(_ folder: SharedFolderKind, _ path: String) async throws(AdministrationError) {
        let configured = ports.directories.configuredPath(of: folder)
        let present = configured.isEmpty ? ports.directories.defaultPath(of: folder) : configured
        var isSame = path == present
        let place = await ports.directories.place(of: path)
        if let place, await ports.directories.place(of: present) == place { isSame = true }
        var isNested = false
        do throws(SharedFolderError) {
            isNested = FolderPaths.overlap(
                try await ports.directories.realPath(of: path), try await ports.directories.realPath(of: present))
        } catch {
            throw .invalid([FieldProblem("path", "The folder cannot be used (\(error)).", ja: "フォルダーを使用できません（\(error)）。")])
        }
        guard isSame || isNested else { return }
        throw .invalid([
            FieldProblem(
                "path", isSame ? "\(path) is where the folder is already." : "The new place and the present one lie within each other.",
                ja: isSame ? "\(path) は現在の場所です。" : "新しい場所と現在の場所が重なっています。")
        ])
    }

    private static func movePath(_ text: String) throws(AdministrationError) -> String {
        do throws(SettingsValueError) {
            let path = try DirectorySettings.normalized(text)
            guard path.utf8.count <= DirectorySettings.maximumPathBytes else {
                throw SettingsValueError(
                    "at most \(DirectorySettings.maximumPathBytes) bytes are allowed",
                    ja: "\(DirectorySettings.maximumPathBytes) バイト以内で入力してください")
            }
            if !path.isEmpty { return path }
        } catch {
            throw .invalid([FieldProblem(field: "path", message: error.message)])
        }
        throw .invalid([FieldProblem("path", "Name the new place, an absolute path that every node has.", ja: "すべてのノードから使える絶対パスを入力してください。")]
        )
    }
}
