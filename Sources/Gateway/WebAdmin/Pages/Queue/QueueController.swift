import Administration
import Delivery
import Hummingbird
import MessageLog
import Settings

/// The delivery queue: list, and actions on selected rows.
struct QueueController: Sendable {
    let services: SiteServices

    static let pageSize = 50
    /// Rows named on the page that asks before deleting.
    private static let namedRows = 10

    func addRoutes(to routes: PageRoutes) {
        routes.page("queue") { request in try await show(request, request.query, problem: nil) }
        routes.form("queue") { request, values in try await act(values, request) }
    }

    private func act(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        guard let action = QueueAction(rawValue: values.trimmed("action")) else { throw PageError.malformedForm }
        let entries = values.all("entry").compactMap(QueueRow.identifier)
        guard !entries.isEmpty else { return try await show(request, values, problem: QueueText.nothingSelected.text) }
        if action == .delete, !values.contains("confirmed") { return await confirmation(entries, values, request) }
        do throws(AdministrationError) {
            let done = try await services.administration.performOnQueue(action, entries, request.caller)
            return .seeOther(Self.link(values).text, notice: Self.notice(action, done.count))
        } catch {
            guard case .invalid = error else { throw error }
            return try await show(request, values, problem: error.message)
        }
    }

    private static func notice(_ action: QueueAction, _ count: Int) -> Notice {
        guard count > 0 else { return Notice(.queueUntouched) }
        switch action {
        case .retry: return Notice(.queueRetried, count: count)
        case .hold: return Notice(.queueHeld, count: count)
        case .release: return Notice(.queueReleased, count: count)
        case .delete: return Notice(.queueDeleted, count: count)
        }
    }

    private func confirmation(_ entries: [QueueEntryID], _ values: FormValues, _ request: AdministratorRequest) async -> Response {
        let language = request.language
        let view = ConfirmationView(
            title: QueueText.deleteTitle.filled(language, entries.count), text: QueueText.deleteText[language], action: SitePath.queue,
            button: QueueText.confirmDelete.filled(language, entries.count), cancel: Self.link(values).text,
            hidden: entries.map { .init(name: "entry", value: QueueRow.text($0)) } + [
                .init(name: "action", value: QueueAction.delete.rawValue), .init(name: "confirmed", value: "yes"),
                .init(name: "text", value: values.trimmed("text")),
            ], items: await names(entries.prefix(Self.namedRows), request),
            hasItems: true, more: entries.count > Self.namedRows ? QueueText.andMore.filled(language, entries.count - Self.namedRows) : nil)
        return services.renderer.page(.confirmation, view, title: view.title, in: .queue, visitor: request.visitor)
    }

    /// Recipient and subject of rows, from the message log; a row it does not know is named by its identifier.
    private func names(_ entries: some Sequence<QueueEntryID>, _ request: AdministratorRequest) async -> [String] {
        var names: [String] = []
        for entry in entries {
            // The page asks about the rows all the same when the log does not answer.
            let details = try? await services.administration.message(entry.message, request.caller)
            let recipient = details?.record.recipients.first { $0.ordinal == entry.ordinal }?.address
            let parts = [recipient ?? QueueRow.text(entry), details?.record.entry.subject ?? ""]
            names.append(parts.filter { !$0.isEmpty }.joined(separator: " · "))
        }
        return names
    }

    private func show(
        _ request: AdministratorRequest, _ values: FormValues, problem: LocalizedText?
    ) async throws(AdministrationError) -> Response {
        let text = values.trimmed("text")
        let cursor = QueueRow.identifier(values.trimmed("after"))
        let found = try await services.administration.queue(containing: text, after: cursor, limit: Self.pageSize + 1, request.caller)
        let language = request.language
        let shown = found.prefix(Self.pageSize)
        let last = found.count > Self.pageSize ? shown.last.map { QueueEntryID(message: $0.message, ordinal: $0.ordinal) } : nil
        let isAllSelected = values["select"] == "all"
        let here = Self.link(values).with("after", cursor.map(QueueRow.text))
        let view = QueueView(
            problem: problem?[language], text: text, isSearch: !text.isEmpty, notFound: QueueText.emptySearch.filled(language, text),
            rows: shown.map { QueueRow($0, language, isSelected: isAllSelected) }, hasRows: !shown.isEmpty,
            after: cursor.map(QueueRow.text) ?? "",
            selectLink: (isAllSelected ? here : here.with("select", "all")).text, isAllSelected: isAllSelected,
            pager: PagerView(
                next: last.map { Self.link(values).with("after", QueueRow.text($0)).text },
                first: cursor == nil ? nil : Self.link(values).text, isTimeOrdered: false))
        return services.renderer.page(
            .queue, view, title: QueueText.title[language], in: .queue, visitor: request.visitor,
            status: problem == nil ? .ok : .unprocessableContent)
    }

    /// The first page of the same search.
    private static func link(_ values: FormValues) -> PageLink { PageLink(SitePath.queue).with("text", values.trimmed("text")) }
}

/// The page of the queue.
struct QueueView: Sendable {
    let problem: String?
    let text: String
    let isSearch: Bool
    let notFound: String
    let rows: [QueueRow]
    let hasRows: Bool
    let after: String
    let selectLink: String
    let isAllSelected: Bool
    let pager: PagerView
}

/// One row of the queue's page.
struct QueueRow: Sendable {
    let value: String
    let selectLabel: String
    let isSelected: Bool
    let path: String
    let recipient: String
    let sender: String?
    let subject: String?
    let received: String
    let next: String
    let attempts: Int
    let state: Badge
    let lastReply: String?
    let size: String

    init(_ entry: QueueEntry, _ language: Language, isSelected: Bool, now: UTCTime = .now()) {
        value = Self.text(QueueEntryID(message: entry.message, ordinal: entry.ordinal))
        selectLabel = QueueText.select.filled(language, entry.recipient)
        self.isSelected = isSelected
        path = "\(SitePath.messages)/\(entry.message)"
        recipient = entry.recipient
        sender = entry.reversePath.nonEmpty
        subject = entry.subject.nonEmpty
        received = ShownValue.time(entry.receivedAt)
        next = entry.isHeldByAdministrator ? "–" : ShownValue.time(entry.nextAttemptAt)
        attempts = entry.attempts
        state = entry.badge(language, now: now)
        lastReply = entry.lastReply.nonEmpty.map { StoredSentence.text($0, language) }
        size = ShownValue.size(entry.sizeBytes, language)
    }

    static func text(_ entry: QueueEntryID) -> String { "\(entry.message).\(entry.ordinal)" }

    static func identifier(_ text: String) -> QueueEntryID? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let message = RecordIdentifier(parts[0]), let ordinal = Int(parts[1]), ordinal >= 0 else { return nil }
        return QueueEntryID(message: message, ordinal: ordinal)
    }
}
