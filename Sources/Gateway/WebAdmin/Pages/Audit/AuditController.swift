import Administration
import Hummingbird
import Settings

/// The audit log: who changed what, and when.
struct AuditController: Sendable {
    let services: SiteServices

    static let pageSize = 50

    func addRoutes(to routes: PageRoutes) {
        routes.page("audit") { request in try await list(request) }
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let language = request.language
        let form = AuditForm(request.query)
        let problems = FormProblems(form.problems, language)
        let cursor = Self.cursor(request.query.trimmed("before"))
        let isRight = form.problems.isEmpty
        let found =
            isRight
            ? try await services.administration.auditLog(form.filter, before: cursor, limit: Self.pageSize + 1, request.caller) : []
        let shown = found.prefix(Self.pageSize)
        let next = found.count > Self.pageSize ? shown.last : nil
        let view = AuditView(
            alert: problems.summary(fields: ["from", "until"]), text: form.text,
            from: AuditForm.day("from", MessageText.from, form.from, problems, language),
            until: AuditForm.day("until", MessageText.until, form.until, problems, language), isSearch: !form.isEmpty,
            rows: shown.map { AuditView.Row($0, language) }, hasRows: !shown.isEmpty,
            pager: PagerView(
                next: next.map { form.link.with("before", "\($0.time.milliseconds).\($0.identifier)").text },
                first: cursor == nil ? nil : form.link.text, isTimeOrdered: true))
        return services.renderer.page(
            .audit, view, title: AuditText.title[language], in: .audit, visitor: request.visitor,
            status: isRight ? .ok : .unprocessableContent)
    }

    static func cursor(_ text: String) -> AuditCursor? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let identifier = RecordIdentifier(parts[1]) else { return nil }
        return AuditCursor(time: UTCTime(milliseconds: milliseconds), identifier: identifier)
    }
}

/// The filter as the page's address holds it.
struct AuditForm: Sendable {
    let text: String
    let from: String
    let until: String

    init(_ query: FormValues) {
        text = query.trimmed("text")
        from = query.trimmed("from")
        until = query.trimmed("until")
    }

    var isEmpty: Bool { text.isEmpty && from.isEmpty && until.isEmpty }

    var problems: [FieldProblem] {
        [("from", from), ("until", until)].filter { !$0.1.isEmpty && LogTime($0.1) == nil }.map {
            FieldProblem(field: $0.0, message: MessageText.dateProblem.text)
        } + DayRange.problems(from: from, until: until)
    }

    var filter: AuditFilter { AuditFilter(text: text, from: LogTime(from)?.start, until: LogTime(until)?.end) }

    var link: PageLink { PageLink(SitePath.audit).with("text", text).with("from", from).with("until", until) }

    static func day(
        _ name: String, _ label: MessageText, _ value: String, _ problems: FormProblems, _ language: Language
    ) -> FieldView {
        var field = FieldView(name, label[language], .input(value.contains("T") ? "datetime-local" : "date"), value: value)
        field.problem = problems.at(name)
        return field
    }
}

struct AuditView: Sendable {
    let alert: AlertView?
    let text: String
    let from: FieldView
    let until: FieldView
    let isSearch: Bool
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView

    struct Row: Sendable {
        let time: String
        let actor: String
        let action: String
        /// As commands and the API name the action.
        let code: String
        let target: String
        let detail: String?

        init(_ record: AuditRecord, _ language: Language) {
            time = ShownValue.time(record.time)
            actor = ActorWords.text(record.actor, language)
            action = AuditWords.action(record.action, language)
            code = record.action
            target = AuditWords.target(record.target, of: record.action, language)
            detail = AuditWords.detail(record.detail, of: record.action, language).nonEmpty
        }
    }
}
