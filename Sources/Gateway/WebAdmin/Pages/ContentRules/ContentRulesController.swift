import Administration
import DomainsAndUsers
import Filtering
import Hummingbird
import Mail
import Settings

/// The content rules: list, order, builder, trial.
struct ContentRulesController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("content-rules") { request in
            let rules = try await services.administration.contentRules(request.caller)
            let view = ContentRulesView(rules, request.language)
            return services.renderer.page(
                .contentRules, view, title: ContentRuleText.title[request.language], in: .contentRules, visitor: request.visitor)
        }
        routes.form("content-rules/leaks") { request, _ in
            let added = try await services.administration.addLeakRules(request.caller)
            return .seeOther(SitePath.contentRules, notice: Notice(.leakRulesAdded, count: added.count))
        }
        routes.page("content-rules/new") { request in try await show(ContentRuleForm(), nil, request) }
        routes.form("content-rules/new") { request, values in try await send(values, nil, request) }
        routes.page("content-rules/:id") { request in
            let rule = try await rule(request)
            return try await show(ContentRuleForm(rule), rule, request)
        }
        routes.form("content-rules/:id") { request, values in try await send(values, try await rule(request), request) }
        routes.form("content-rules/:id/move") { request, values in
            _ = try await services.administration.moveContentRule(
                try await rule(request).identifier, up: values.trimmed("to") == "up", request.caller)
            return .seeOther(SitePath.contentRules)
        }
    }

    private func rule(_ request: AdministratorRequest) async throws -> ContentRule {
        guard let identifier = RecordIdentifier(request.parameter("id")) else { throw PageError.notFound }
        return try await services.administration.contentRule(identifier, request.caller)
    }

    /// Save, try, more rows or delete, by the button that was pressed.
    private func send(_ values: FormValues, _ rule: ContentRule?, _ request: AdministratorRequest) async throws -> Response {
        var form = ContentRuleForm(values)
        switch values.trimmed("do") {
        case "rows":
            form.conditions += Array(repeating: ContentRuleForm.ConditionRow(), count: 3)
            form.actions.append(ContentRuleForm.ActionRow())
            return try await show(form, rule, request)
        case "try": return try await attempt(form, rule, request)
        case "delete":
            guard let rule else { throw PageError.malformedForm }
            return try await delete(rule, isConfirmed: values.contains("confirmed"), request)
        default: return try await save(form, rule, request)
        }
    }

    private func save(_ form: ContentRuleForm, _ rule: ContentRule?, _ request: AdministratorRequest) async throws -> Response {
        do throws(AdministrationError) {
            if let rule {
                _ = try await services.administration.changeContentRule(rule.identifier, form.input, request.caller)
            } else {
                _ = try await services.administration.addContentRule(form.input, request.caller)
            }
            return .seeOther(SitePath.contentRules, notice: Notice(.contentRuleSaved))
        } catch {
            return try await show(form, rule, problems: try error.formProblems(), request)
        }
    }

    private func attempt(_ form: ContentRuleForm, _ rule: ContentRule?, _ request: AdministratorRequest) async throws -> Response {
        let trial: RuleTrial
        do throws(AdministrationError) {
            trial = try await services.administration.tryContentRules(form.trial(replacing: rule?.identifier), request.caller)
        } catch {
            return try await show(form, rule, problems: try error.formProblems(), request)
        }
        return try await show(form, rule, trial: trial, request)
    }

    /// First asks, then does.
    private func delete(_ rule: ContentRule, isConfirmed: Bool, _ request: AdministratorRequest) async throws -> Response {
        if isConfirmed {
            try await services.administration.deleteContentRule(rule.identifier, request.caller)
            return .seeOther(SitePath.contentRules, notice: Notice(.contentRuleDeleted))
        }
        let language = request.language
        let view = ConfirmationView(
            title: ContentRuleText.deleteTitle.filled(language, rule.name), text: ContentRuleText.deleteText[language],
            action: "\(SitePath.contentRules)/\(rule.identifier)", button: ContentRuleText.delete[language], cancel: SitePath.contentRules,
            hidden: [.init(name: "do", value: "delete"), .init(name: "confirmed", value: "yes")], items: [], hasItems: false, more: nil)
        return services.renderer.page(.confirmation, view, title: view.title, in: .contentRules, visitor: request.visitor)
    }

    private func show(
        _ form: ContentRuleForm, _ rule: ContentRule?, problems: [FieldProblem] = [], trial: RuleTrial? = nil,
        _ request: AdministratorRequest
    ) async throws -> Response {
        let domains = try await services.administration.domains(request.caller).map(\.name)
        let view = ContentRuleView(form, rule, domains, problems, trial, request.language)
        return services.renderer.page(
            .contentRule, view, title: view.title, in: .contentRules, visitor: request.visitor,
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }
}
