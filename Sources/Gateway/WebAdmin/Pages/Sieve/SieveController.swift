import Administration
import DomainsAndUsers
import Filtering
import Hummingbird
import Mail
import Settings
import Sieve

/// Sieve scripts: list, editor, trial.
struct SieveController: Sendable {
    let services: SiteServices

    private static let pageSize = 100

    func addRoutes(to routes: PageRoutes) {
        routes.page("sieve") { request in
            let found = try await services.administration.sieveScripts(
                after: request.query["after"].flatMap { SieveOwner(key: $0) }, limit: Self.pageSize + 1, request.caller)
            let scripts = Array(found.prefix(Self.pageSize))
            let next = found.count > scripts.count ? scripts.last.map { PageLink(SitePath.sieve).with("after", $0.owner.key).text } : nil
            return list(scripts, problem: nil, next: next, request)
        }
        routes.page("sieve/edit") { request in
            guard let owner = SieveOwner(key: (request.query["owner"] ?? "").trimmingWhiteSpace) else {
                let scripts = try await services.administration.sieveScripts(limit: Self.pageSize, request.caller)
                return list(scripts, problem: SieveText.ownerHelp.text, next: nil, request)
            }
            let script = try await script(of: owner, request)
            return show(script.map(SieveForm.init) ?? SieveForm(), owner, isNew: script == nil, request)
        }
        routes.form("sieve/edit") { request, values in
            guard let owner = SieveOwner(key: values.trimmed("owner")) else { throw PageError.malformedForm }
            return try await send(values, owner, request)
        }
    }

    private func script(of owner: SieveOwner, _ request: AdministratorRequest) async throws(AdministrationError) -> SieveScript? {
        do throws(AdministrationError) {
            return try await services.administration.sieveScript(of: owner, request.caller)
        } catch {
            if case .notFound = error { return nil }
            throw error
        }
    }

    private func list(_ scripts: [SieveScript], problem: LocalizedText?, next: String?, _ request: AdministratorRequest) -> Response {
        let view = SieveScriptsView(
            scripts, areUsersOff: !services.administration.usersMayWriteScripts, problem: problem, next: next, request.language)
        return services.renderer.page(
            .sieveScripts, view, title: SieveText.title[request.language], in: .sieve, visitor: request.visitor,
            status: problem == nil ? .ok : .unprocessableContent)
    }

    /// Save, check, try or delete, by the button that was pressed.
    private func send(_ values: FormValues, _ owner: SieveOwner, _ request: AdministratorRequest) async throws -> Response {
        let form = SieveForm(values)
        let isNew = try await script(of: owner, request) == nil
        let faults = services.administration.checkSieveScript(form.script, request.caller)
        if values.trimmed("do") == "delete" { return try await delete(owner, isConfirmed: values.contains("confirmed"), request) }
        do throws(AdministrationError) {
            switch values.trimmed("do") {
            case "check": return show(form, owner, isNew: isNew, faults: faults, request)
            case "try":
                guard faults.isEmpty else { return show(form, owner, isNew: isNew, faults: faults, request) }
                let trial = try await services.administration.trySieve(try form.trial(of: owner), request.caller)
                return show(form, owner, isNew: isNew, faults: faults, trial: trial, request)
            default:
                _ = try await services.administration.putSieveScript(form.input, of: owner, request.caller)
                return .seeOther(SitePath.sieve, notice: Notice(.sieveScriptSaved))
            }
        } catch {
            let problems: [FieldProblem]
            if case .notFound(let message) = error {
                // Of the domain, or of the message in quarantine: what was typed stays.
                problems = [FieldProblem(field: nil, message: message)]
            } else {
                problems = try error.formProblems()
            }
            return show(form, owner, isNew: isNew, faults: faults, problems: problems, request)
        }
    }

    /// First asks, then does.
    private func delete(_ owner: SieveOwner, isConfirmed: Bool, _ request: AdministratorRequest) async throws -> Response {
        if isConfirmed {
            try await services.administration.deleteSieveScript(of: owner, request.caller)
            return .seeOther(SitePath.sieve, notice: Notice(.sieveScriptDeleted))
        }
        let language = request.language
        let view = ConfirmationView(
            title: SieveText.deleteTitle.filled(language, SieveWords.owner(owner, language)), text: SieveText.deleteText[language],
            action: SitePath.sieveEdit, button: SieveText.delete[language], cancel: SieveWords.path(owner),
            hidden: [
                .init(name: "do", value: "delete"), .init(name: "confirmed", value: "yes"), .init(name: "owner", value: owner.key),
            ], items: [], hasItems: false, more: nil)
        return services.renderer.page(.confirmation, view, title: view.title, in: .sieve, visitor: request.visitor)
    }

    private func show(
        _ form: SieveForm, _ owner: SieveOwner, isNew: Bool, faults: [SieveFault]? = nil, problems: [FieldProblem] = [],
        trial: SieveTrial? = nil, _ request: AdministratorRequest
    ) -> Response {
        // The faults stand at their lines.
        let others = problems.filter { $0.field != "script" }
        let place = SieveScriptView.Place(owner: owner, path: SitePath.sieveEdit, isNew: isNew)
        let view = SieveScriptView(form, place, faults: faults, problems: others, trial: trial, request.language)
        let isRefused = !problems.isEmpty || faults?.isEmpty == false
        return services.renderer.page(
            .sieveScript, view, title: view.title, in: .sieve, visitor: request.visitor, status: isRefused ? .unprocessableContent : .ok)
    }
}
