import Administration
import HTTPTypes
import Hummingbird
import Settings
import SharedFolders

/// Trying and moving shared folders: forms, confirmations, and what they do.
struct FolderMoveController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.form("directories/probe") { request, values in
            _ = try await services.administration.requestFolderProbes(request.caller)
            let page = values.trimmed("page") == SitePath.cluster ? SitePath.cluster : SitePath.directories
            return .seeOther(page, notice: Notice(.foldersProbed))
        }
        routes.page("directories/:folder/move") { request in formPage(try folder(request), nil, .none(request.language), request) }
        routes.form("directories/:folder/move") { request, values in try await answer(values, request) }
        routes.page("directories/:folder/cancel-move") { request in try await confirmCancel(request) }
        routes.form("directories/:folder/cancel-move") { request, _ in
            try await services.administration.cancelFolderMove(try folder(request), request.caller)
            return .seeOther(SitePath.directories, notice: Notice(.folderMoveCancelled))
        }
        routes.page("directories/:folder/forget-old") { request in try await confirmEndReading(request) }
        routes.form("directories/:folder/forget-old") { request, _ in
            try await services.administration.endReadingOldFolder(try folder(request), request.caller)
            return .seeOther(SitePath.directories, notice: Notice(.folderReadingEnded))
        }
    }

    private func folder(_ request: AdministratorRequest) throws(AdministrationError) -> SharedFolderKind {
        guard let folder = SharedFolderKind(rawValue: request.parameter("folder")) else {
            throw .notFound(ErrorText.notFoundAdvice.text)
        }
        return folder
    }

    /// What is done with the files.
    private enum Files: String, CaseIterable {
        case copy, leave, forget

        var text: FolderText {
            switch self {
            case .copy: .copyFiles
            case .leave: .leaveFiles
            case .forget: .forgetFiles
            }
        }

        var confirmation: FolderText {
            switch self {
            case .copy: .confirmText
            case .leave: .confirmLeave
            case .forget: .confirmForget
            }
        }
    }

    /// First the confirmation, with what was typed; the second time it is done.
    private func answer(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let folder = try folder(request)
        let path = values.trimmed("path")
        let files = Files(rawValue: values.trimmed("files")) ?? .copy
        guard values.trimmed("confirmed") == "yes" else {
            return path.isEmpty
                ? formPage(folder, values, .none(request.language), request) : confirmation(folder, path, files, request)
        }
        do throws(AdministrationError) {
            _ = try await services.administration.moveFolder(
                folder, to: path, leavesFiles: files != .copy, forgetsOld: files == .forget, request.caller)
            return .seeOther(SitePath.directories, notice: Notice(.folderMoveBegun))
        } catch {
            return formPage(folder, values, FormProblems(try error.formProblems(), request.language), request)
        }
    }

    private func confirmation(_ folder: SharedFolderKind, _ path: String, _ files: Files, _ request: AdministratorRequest) -> Response {
        let language = request.language
        var view = ConfirmationView(
            title: FolderText.confirmTitle[language], text: files.confirmation.filled(language, folder.title[language], path),
            action: FolderTableView.movePath(folder), button: FolderText.moveTitle.filled(language, folder.title[language]),
            cancel: SitePath.directories)
        view.hidden = [("path", path), ("files", files.rawValue), ("confirmed", "yes")].map { .init(name: $0.0, value: $0.1) }
        view.isReversible = true
        return services.renderer.page(.confirmation, view, title: view.title, in: .directories, visitor: request.visitor)
    }

    private func formPage(
        _ folder: SharedFolderKind, _ values: FormValues?, _ problems: FormProblems, _ request: AdministratorRequest
    ) -> Response {
        let language = request.language
        var path = FieldView("path", FolderText.newPath[language], value: values?.trimmed("path") ?? "")
        path.help = FolderText.newPathHelp[language]
        path.maximumLength = DirectorySettings.maximumPathBytes
        path.isRequired = true
        path.problem = problems.at("path")
        let chosen = values?.trimmed("files") ?? Files.copy.rawValue
        var files = FieldView(
            "files", FolderText.files[language],
            .choice(Files.allCases.map { .init(value: $0.rawValue, text: $0.text[language], isChosen: $0.rawValue == chosen) }))
        files.help = FolderText.filesHelp[language]
        let alert = problems.summary(fields: ["path"])
        let view = FolderMoveFormView(
            title: FolderText.moveTitle.filled(language, folder.title[language]), action: FolderTableView.movePath(folder), alert: alert,
            fields: [path, files])
        return services.renderer.page(
            .directoryMove, view, title: view.title, in: .directories, visitor: request.visitor,
            status: alert == nil ? .ok : .unprocessableContent)
    }

    private func move(of folder: SharedFolderKind, _ request: AdministratorRequest) async throws(AdministrationError) -> FolderMove {
        let moves = try await services.administration.folderMoves(request.caller)
        guard let found = moves.first(where: { $0.move.folder == folder && !$0.move.state.isOver }) else {
            throw .notFound(ErrorText.notFoundAdvice.text)
        }
        return found.move
    }

    private func confirmCancel(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let move = try await move(of: try folder(request), request)
        return confirm(
            FolderText.cancelTitle.filled(language, move.folder.title[language]), FolderText.cancelText.filled(language, move.newPath),
            "\(SitePath.directories)/\(move.folder.rawValue)/cancel-move", FolderText.cancelMove[language], request)
    }

    private func confirmEndReading(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let move = try await move(of: try folder(request), request)
        let old = move.oldPath.nonEmpty ?? FolderText.homes[language]
        return confirm(
            FolderText.endReadingTitle.filled(language, move.folder.title[language]), FolderText.endReadingText.filled(language, old),
            "\(SitePath.directories)/\(move.folder.rawValue)/forget-old", FolderText.endReading[language], request)
    }

    private func confirm(
        _ title: String, _ text: String, _ action: String, _ button: String, _ request: AdministratorRequest
    ) -> Response {
        let view = ConfirmationView(title: title, text: text, action: action, button: button, cancel: SitePath.directories)
        return services.renderer.page(.confirmation, view, title: title, in: .directories, visitor: request.visitor)
    }
}

struct FolderMoveFormView: Sendable {
    let title: String
    let action: String
    let alert: AlertView?
    let fields: [FieldView]
}
