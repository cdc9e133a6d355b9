import Administration
import DomainsAndUsers
import Filtering
import Hummingbird
import Mail
import Settings
import Sieve

/// A user's own Sieve script, where the settings let users have one.
struct OwnSieveController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.ownPage("rules") { request in
            let script = try await services.administration.sieveScript(request.principal)
            return show(script.map(SieveForm.init) ?? SieveForm(), isNew: script == nil, request)
        }
        routes.ownForm("rules") { request, values in try await send(values, request) }
    }

    private func send(_ values: FormValues, _ request: UserRequest) async throws -> Response {
        let form = SieveForm(values)
        let administration = services.administration
        let isNew = try await administration.sieveScript(request.principal) == nil
        if values.trimmed("do") == "delete" { return try await delete(isConfirmed: values.contains("confirmed"), request) }
        let faults = try administration.checkSieveScript(form.script, request.principal)
        do throws(AdministrationError) {
            switch values.trimmed("do") {
            case "check": return show(form, isNew: isNew, faults: faults, request)
            case "try":
                guard faults.isEmpty else { return show(form, isNew: isNew, faults: faults, request) }
                let trial = try await administration.trySieve(try form.trial(of: .cluster), request.principal)
                return show(form, isNew: isNew, faults: faults, trial: trial, request)
            default:
                try await administration.putSieveScript(form.input, request.principal)
                return .seeOther(OwnPath.rules, notice: Notice(.sieveScriptSaved))
            }
        } catch {
            return show(form, isNew: isNew, faults: faults, problems: try error.formProblems(), request)
        }
    }

    /// First asks, then does.
    private func delete(isConfirmed: Bool, _ request: UserRequest) async throws -> Response {
        if isConfirmed {
            try await services.administration.deleteSieveScript(request.principal)
            return .seeOther(OwnPath.rules, notice: Notice(.sieveScriptDeleted))
        }
        let language = request.language
        let view = ConfirmationView(
            title: SieveText.deleteTitle.filled(language, request.principal.user.address), text: SieveText.deleteText[language],
            action: OwnPath.rules, button: SieveText.delete[language], cancel: OwnPath.rules,
            hidden: [.init(name: "do", value: "delete"), .init(name: "confirmed", value: "yes")], items: [], hasItems: false, more: nil)
        return services.renderer.page(.confirmation, view, title: view.title, inOwn: .account, visitor: request.visitor)
    }

    private func show(
        _ form: SieveForm, isNew: Bool, faults: [SieveFault]? = nil, problems: [FieldProblem] = [], trial: SieveTrial? = nil,
        _ request: UserRequest
    ) -> Response {
        // The faults stand at their lines.
        let others = problems.filter { $0.field != "script" }
        let place = SieveScriptView.Place(
            owner: .user(request.principal.user.address.lookupKey), path: OwnPath.rules, isNew: isNew, isOwn: true,
            note: services.administration.usersMayRedirect ? nil : SieveText.ownRedirectsOff.text)
        let view = SieveScriptView(form, place, faults: faults, problems: others, trial: trial, request.language)
        let isRefused = !problems.isEmpty || faults?.isEmpty == false
        return services.renderer.page(
            .sieveScript, view, title: view.title, inOwn: .account, visitor: request.visitor,
            status: isRefused ? .unprocessableContent : .ok)
    }
}
