import Settings
package import SharedFolders

/// The folders of the node: looking at them, and what must be true of a new path.
extension Administration {
    package func directories(_ caller: AdministrationCaller) async -> [NodeDirectory] { await ports.directories.directories() }

    /// Puts a shared folder elsewhere, from the next start on; `nil`: to its default place. Files are not moved.
    package func changeDirectory(
        _ kind: SharedFolderKind, to path: String?, _ caller: AdministrationCaller
    ) async throws(AdministrationError) {
        _ = try await saveSettings(DirectorySettings.name, values: [kind.rawValue: path], basedOn: nil, caller)
    }

    /// Called before paths are saved, whoever saves them.
    /// - Throws: `.invalid` with each refused path at its field.
    func checkDirectories(_ values: [String: String?]) async throws(AdministrationError) {
        try await refuseWhileMoving(values)
        let present = try await storedDirectories()
        var wanted = present
        var texts: [String: String] = [:]
        for (name, value) in values { texts[name] = value ?? "" }
        // Malformed paths are told by the section itself.
        guard wanted.apply(texts).isEmpty else { return }
        var problems: [FieldProblem] = []
        for kind in SharedFolderKind.allCases where kind.configuredPath(wanted) != kind.configuredPath(present) {
            if let problem = await problem(of: kind, wanted) { problems.append(problem) }
        }
        guard problems.isEmpty else { throw .invalid(problems) }
    }

    /// The same for a return to a revision and an import.
    func checkDirectories(in changes: [SettingsChange]) async throws(AdministrationError) {
        for change in changes where change.section == DirectorySettings.name { try await checkDirectories(change.values) }
    }

    func storedDirectories() async throws(AdministrationError) -> DirectorySettings {
        do throws(SettingsError) {
            var section = DirectorySettings()
            _ = section.apply(try await editor.texts(of: DirectorySettings.name, scope: .cluster).texts)
            return section
        } catch {
            throw AdministrationError(error)
        }
    }

    private func problem(of kind: SharedFolderKind, _ wanted: DirectorySettings) async -> FieldProblem? {
        await problem(of: kind, at: path(of: kind, wanted), wanted)
    }

    /// What hinders a folder from being at `path`; makes and marks it when nothing does.
    /// - Parameter wanted: where the other folders are to be.
    func problem(of kind: SharedFolderKind, at path: String, _ wanted: DirectorySettings) async -> FieldProblem? {
        do throws(SharedFolderError) {
            if let problem = try await overlap(of: kind, path, wanted) { return problem }
            if let problem = await strangeness(of: kind, at: path) { return problem }
            try await ports.directories.prepare(path, as: kind)
            return nil
        } catch {
            return FieldProblem(
                kind.rawValue,
                "The folder cannot be used (\(error)). Its parent must exist, and the account the node runs as must be allowed to write there.",
                ja: "フォルダーを使用できません（\(error)）。親フォルダーが存在し、ノードの実行アカウントに書き込み権限があることを確認してください。")
        }
    }

    /// A folder that is used for something else already, by this cluster or another one.
    private func strangeness(of kind: SharedFolderKind, at path: String) async -> FieldProblem? {
        do throws(FolderRegisterError) {
            guard let reason = try await ports.directories.obstacle(to: kind, in: path) else { return nil }
            return FieldProblem(
                kind.rawValue, "\(path) cannot be used: \(reason.text.english).", ja: "\(path) は使用できません。\(reason.text.japanese)。")
        } catch {
            return FieldProblem(
                kind.rawValue, "Whose folder \(path) is could not be found out (\(error)); try again.",
                ja: "\(path) がどのクラスターのフォルダーかを確認できませんでした（\(error)）。もう一度お試しください。")
        }
    }

    /// Symbolic links are followed, and folders are compared as the system numbers them: two names of one place are one folder, by a bind
    /// mount too.
    private func overlap(
        of kind: SharedFolderKind, _ path: String, _ wanted: DirectorySettings
    ) async throws(SharedFolderError) -> FieldProblem? {
        let real = try await ports.directories.realPath(of: path)
        let others = SharedFolderKind.allCases.filter { $0 != kind }.map { self.path(of: $0, wanted) } + ports.directories.ownPaths
        let place = await ports.directories.place(of: path)
        for other in others {
            let otherPlace = await ports.directories.place(of: other)
            let isSame = place != nil && place == otherPlace
            let otherReal = try await ports.directories.realPath(of: other)
            guard isSame || FolderPaths.overlap(real, otherReal) else { continue }
            return FieldProblem(
                kind.rawValue, "The folder and \(other) lie within each other; choose a folder apart from it.",
                ja: "\(other) と重なっています。別の場所のフォルダーを指定してください。")
        }
        return nil
    }

    func path(of kind: SharedFolderKind, _ settings: DirectorySettings) -> String {
        let path = kind.configuredPath(settings)
        return path.isEmpty ? ports.directories.defaultPath(of: kind) : path
    }
}
