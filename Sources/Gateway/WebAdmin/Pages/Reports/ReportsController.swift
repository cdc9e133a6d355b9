import Administration
import Hummingbird
import MessageLog
import Settings

/// Reports: mail by time as a picture and a table, and who sends and gets the most.
struct ReportsController: Sendable {
    let services: SiteServices

    /// Addresses shown on each side.
    private static let correspondents = 20

    func addRoutes(to routes: PageRoutes) {
        routes.page("reports") { request in try await show(request) }
    }

    private func show(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let form = ReportForm(request.query)
        var problems = form.problems
        var found = ReportFindings()
        if problems.isEmpty {
            do throws(AdministrationError) {
                found = try await read(form, request)
            } catch {
                problems = try error.formProblems()
            }
        }
        let view = ReportView(form, found, FormProblems(problems, request.language), request.language)
        return services.renderer.page(
            .reports, view, title: ReportText.title[request.language], in: .reports, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }

    private func read(_ form: ReportForm, _ request: AdministratorRequest) async throws(AdministrationError) -> ReportFindings {
        let administration = services.administration
        var found = ReportFindings()
        let report = try await administration.mailReport(form.query, request.caller)
        found.report = report
        guard let first = report.starts.first, let last = report.starts.last else { return found }
        // Of a longer range the newest part: the addresses of long ago are of no use beside it.
        let until = report.period.start(1, after: last)
        let from = max(first, StatisticsPeriod.day.start(-30, after: until))
        found.senders = try await administration.correspondents(
            .sender, direction: form.query.direction, from: from, until: until, limit: Self.correspondents, request.caller)
        found.recipients = try await administration.correspondents(
            .recipient, direction: form.query.direction, from: from, until: until, limit: Self.correspondents, request.caller)
        return found
    }
}

/// What a report found.
struct ReportFindings: Sendable {
    var report: MailReport?
    var senders: [Correspondent] = []
    var recipients: [Correspondent] = []
}

/// The report's question as the page's address holds it.
struct ReportForm: Sendable {
    let period: StatisticsPeriod
    let direction: String
    let from: String
    let until: String

    /// An unknown period, which no page of ours sends, is the hour.
    init(_ query: FormValues) {
        period = StatisticsPeriod(rawValue: query.trimmed("by")) ?? .hour
        direction = query.trimmed("direction")
        from = query.trimmed("from")
        until = query.trimmed("until")
    }

    var problems: [FieldProblem] {
        [("from", from), ("until", until)].filter { !$0.1.isEmpty && CalendarDay($0.1) == nil }.map {
            FieldProblem(field: $0.0, message: MessageText.dateProblem.text)
        } + DayRange.problems(from: from, until: until)
    }

    var query: MailReportQuery {
        var query = MailReportQuery()
        query.period = period
        query.direction = MailDirection(rawValue: direction)
        query.from = CalendarDay(from)?.start
        query.until = CalendarDay(until)?.end
        return query
    }
}
