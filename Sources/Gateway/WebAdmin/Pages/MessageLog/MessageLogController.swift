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
            let transcripts = await MessageTranscriptsView.make(details, services.administration, request)
            let nodes = await services.administration.nodeNames(request.caller)
            let view = MessageView(
                details, transcripts, nodes: nodes, isExplained: services.administration.canExplain, request.language)
            return services.renderer.page(.message, view, title: view.title, in: .messages, visitor: request.visitor)
        }
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let form = MessageLogForm(request.query)
        var problems = form.problems
        var found = MessageLogPage(records: [])
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
    let sender: String
    let recipient: String
    let subject: String
    let client: String
    let messageID: String
    /// In KiB.
    let minimumSize: String

    init(_ query: FormValues) {
        text = query.trimmed("text")
        direction = query.trimmed("direction")
        result = query.trimmed("result")
        from = query.trimmed("from")
        until = query.trimmed("until")
        before = query.trimmed("before")
        sender = query.trimmed("sender")
        recipient = query.trimmed("recipient")
        subject = query.trimmed("subject")
        client = query.trimmed("client")
        messageID = query.trimmed("message-id")
        minimumSize = query.trimmed("size")
    }

    var isEmpty: Bool {
        text.isEmpty && direction.isEmpty && result.isEmpty && from.isEmpty && until.isEmpty && !hasMore
    }

    /// Whether one of the conditions is set that are folded away.
    var hasMore: Bool {
        ![sender, recipient, subject, client, messageID, minimumSize].allSatisfy(\.isEmpty)
    }

    var problems: [FieldProblem] {
        [("from", from), ("until", until)].filter { !$0.1.isEmpty && LogTime($0.1) == nil }.map {
            FieldProblem(field: $0.0, message: MessageText.dateProblem.text)
        } + DayRange.problems(from: from, until: until)
            + (minimumSize.isEmpty || kibibytes != nil ? [] : [FieldProblem(field: "size", message: MessageText.sizeProblem.text)])
    }

    private var kibibytes: Int? { Int(minimumSize).flatMap { (0...1_000_000_000).contains($0) ? $0 : nil } }

    /// An unknown direction or result, which no page of ours sends, is no condition.
    var filter: MessageLogFilter {
        var filter = MessageLogFilter()
        filter.text = text
        filter.direction = MailDirection(rawValue: direction)
        filter.result = MessageResult(rawValue: result)
        filter.from = LogTime(from)?.start
        filter.until = LogTime(until)?.end
        filter.sender = CorrespondentCondition(sender)
        filter.recipient = CorrespondentCondition(recipient)
        filter.subject = subject
        filter.clientAddress = client
        filter.messageID = messageID
        filter.minimumBytes = kibibytes.map { $0 * 1024 }
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
            .with("until", until).with("sender", sender).with("recipient", recipient).with("subject", subject).with("client", client)
            .with("message-id", messageID).with("size", minimumSize)
    }

    func link(after last: MessageLogCursor) -> String {
        link.with("before", "\(last.receivedAt.milliseconds).\(last.message)").text
    }
}
