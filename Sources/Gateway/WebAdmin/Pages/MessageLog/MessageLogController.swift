import Administration
import Hummingbird
import MessageLog
import Settings

/// The message log: filtered list, and one message with everything that happened to it.
struct MessageLogController: Sendable {
    let services: SiteServices

    static let pageSize = 50

    func addRoutes(to routes: PageRoutes) {
        routes.page("messages") { request in try await list(request) }
        routes.page("messages/:id") { request in
            guard let identifier = RecordIdentifier(request.parameter("id")) else { throw PageError.notFound }
            let details = try await services.administration.message(identifier, request.caller)
            let view = MessageView(details, request.language)
            return services.renderer.page(.message, view, title: view.title, in: .messages, visitor: request.visitor)
        }
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let form = MessageLogForm(request.query)
        var problems = form.problems
        var found: [MessageLogRecord] = []
        if problems.isEmpty {
            do throws(AdministrationError) {
                found = try await services.administration.messages(
                    form.filter, after: form.cursor, limit: Self.pageSize + 1, request.caller)
            } catch {
                problems = try error.formProblems()
            }
        }
        let view = MessageListView(form, found, FormProblems(problems, request.language), request.language)
        return services.renderer.page(
            .messages, view, title: MessageText.title[request.language], in: .messages, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }
}

/// The filter as the page's address holds it.
struct MessageLogForm: Sendable {
    let text: String
    let direction: String
    let result: String
    let from: String
    let until: String
    let before: String

    init(_ query: FormValues) {
        text = query.trimmed("text")
        direction = query.trimmed("direction")
        result = query.trimmed("result")
        from = query.trimmed("from")
        until = query.trimmed("until")
        before = query.trimmed("before")
    }

    var isEmpty: Bool { text.isEmpty && direction.isEmpty && result.isEmpty && from.isEmpty && until.isEmpty }

    var problems: [FieldProblem] {
        [("from", from), ("until", until)].filter { !$0.1.isEmpty && CalendarDay($0.1) == nil }.map {
            FieldProblem(field: $0.0, message: MessageText.dateProblem.text)
        }
    }

    /// An unknown direction or result, which no page of ours sends, is no condition.
    var filter: MessageLogFilter {
        var filter = MessageLogFilter()
        filter.text = text
        filter.direction = MailDirection(rawValue: direction)
        filter.result = MessageResult(rawValue: result)
        filter.from = CalendarDay(from)?.start
        filter.until = CalendarDay(until)?.end
        return filter
    }

    var cursor: MessageLogCursor? {
        let parts = before.split(separator: ".")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let message = RecordIdentifier(parts[1]) else { return nil }
        return MessageLogCursor(receivedAt: UTCTime(milliseconds: milliseconds), message: message)
    }

    /// The same filter from the newest message on.
    var link: PageLink {
        PageLink(SitePath.messages).with("text", text).with("direction", direction).with("result", result).with("from", from)
            .with("until", until)
    }

    func link(after last: MessageLogRecord) -> String {
        link.with("before", "\(last.entry.receivedAt.milliseconds).\(last.entry.message)").text
    }
}
