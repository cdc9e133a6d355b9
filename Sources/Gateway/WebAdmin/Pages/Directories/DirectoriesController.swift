import Administration
import Hummingbird
import Settings
import SharedFolders

/// The node's folders as they are, and the form that puts a shared one elsewhere.
struct DirectoriesController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("directories") { request in try await answer(nil, request) }
        routes.form("directories") { request, values in try await answer(values, request) }
    }

    private func answer(_ values: FormValues?, _ request: AdministratorRequest) async throws -> Response {
        let editor = SettingsSectionEditor(
            administration: services.administration, section: DirectorySettings.name, domain: nil, path: SitePath.directories)
        switch try await editor.answer(values, request) {
        case .saved: return .seeOther(SitePath.directories, notice: Notice(.directoriesSaved))
        case .show(var section):
            // The others stand on the Clustering page alone; their paths are set by a move.
            let hidden = SharedFolderKind.allCases.filter { !$0.isOnDirectoriesPage }.map { SettingsForm.prefix + $0.settingName }
            section.fields.removeAll { hidden.contains($0.name) }
            let directories = await services.administration.directories(request.caller).filter { $0.kind?.isOnDirectoriesPage ?? true }
            let overview = try await services.administration.folderOverview(request.caller)
            let moves = try await services.administration.folderMoves(request.caller)
            let view = DirectoriesView(
                folders: FolderTableView(overview, onDirectoriesPage: true, request.language),
                moves: moves.map { FolderMoveView($0, request.language) }, hasMoves: !moves.isEmpty,
                directories: directories.map { DirectoriesView.Folder($0, own: overview.ownFolders, request.language) }, section: section)
            return services.renderer.page(
                .directories, view, title: DirectoryText.title[request.language], in: .directories, visitor: request.visitor,
                status: section.status)
        }
    }
}

struct DirectoriesView: Sendable {
    let folders: FolderTableView
    let moves: [FolderMoveView]
    let hasMoves: Bool
    let directories: [Folder]
    let section: SettingsSectionView

    struct Folder: Sendable {
        let name: String
        let title: String
        let scope: String
        let state: Badge
        let problem: String?
        let facts: [Fact]
    }

    struct Fact: Sendable {
        let title: String
        let value: String
    }
}

extension DirectoriesView.Folder {
    /// - Parameter own: shared folders that each node has for itself.
    init(_ directory: NodeDirectory, own: Set<SharedFolderKind>, _ language: Language) {
        name = directory.name
        title = directory.title[language]
        scope = (directory.kind.map { own.contains($0) } ?? true ? DirectoryText.ownNode : .shared)[language]
        let isWorking = directory.state.problem == nil
        state = Badge((isWorking ? DirectoryText.good : .failing).text, isWorking ? .good : .bad, language)
        problem = directory.state.problem?.description
        facts = Self.facts(directory, language)
    }

    private static func facts(_ directory: NodeDirectory, _ language: Language) -> [DirectoriesView.Fact] {
        let real = directory.state.realPath.flatMap { $0 == directory.path ? nil : $0 }
        let all: [(DirectoryText, String?)] = [
            (.path, directory.path), (.realPath, real), (.next, directory.nextPath),
            (.origin, DirectoryText.origin(directory.origin)[language]), (.space, space(directory.state, language)),
            (.fileSystem, directory.state.fileSystem.nonEmpty),
            (.marker, directory.state.marker.map { DirectoryText.marker($0)[language] }),
        ]
        return all.compactMap { title, value in value.map { DirectoriesView.Fact(title: title[language], value: $0) } }
    }

    private static func space(_ state: FolderState, _ language: Language) -> String? {
        guard let free = state.freeBytes, let total = state.totalBytes, let used = state.usedPercent else { return nil }
        return DirectoryText.spaceFigures.filled(
            language, ShownValue.size(Int(clamping: free), language), ShownValue.size(Int(clamping: total), language), used)
    }
}
