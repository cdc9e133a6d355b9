import Administration
import Hummingbird
import MessageLog
import Settings

/// Attachments that were taken out of messages: list, deletion, a later end.
struct AttachmentsController: Sendable {
    let services: SiteServices

    static let pageSize = 50
    /// Named where deletion is asked about.
    private static let namedRows = 10

    func addRoutes(to routes: PageRoutes) {
        routes.page("attachments") { request in try await show(AttachmentForm(request.query), problem: nil, request) }
        routes.form("attachments") { request, values in
            let form = AttachmentForm(values)
            let chosen = values.all("entry").compactMap { RecordIdentifier($0) }
            guard !chosen.isEmpty else { return try await show(form, problem: AttachmentText.nothingSelected.text, request) }
            switch values.trimmed("action") {
            case "delete":
                // First asks, then does.
                guard values.contains("confirmed") else { return try await confirmation(chosen, form, request) }
                let count = try await services.administration.deleteStripped(chosen, request.caller)
                return .seeOther(form.link.text, notice: Notice(.attachmentsDeleted, count: count))
            case "extend":
                do throws(AdministrationError) {
                    let days = Int(values.trimmed("days")) ?? 0
                    let count = try await services.administration.extendStripped(chosen, days: days, request.caller)
                    return .seeOther(form.link.text, notice: Notice(.attachmentsExtended, count: count))
                } catch {
                    guard case .invalid = error else { throw error }
                    return try await show(form, problem: error.message, request)
                }
            default: throw PageError.malformedForm
            }
        }
    }

    private func confirmation(
        _ chosen: [RecordIdentifier], _ form: AttachmentForm, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let language = request.language
        var names: [String] = []
        for identifier in chosen.prefix(Self.namedRows) {
            // One that is gone by now needs no name.
            guard let found = try await services.administration.strippedAttachment(identifier, request.caller) else { continue }
            names.append("\(found.name.nonEmpty ?? AttachmentText.unnamed[language]) · \(found.recipients)")
        }
        let more = chosen.count - Self.namedRows
        let view = ConfirmationView(
            title: AttachmentText.deleteTitle.filled(language, chosen.count), text: AttachmentText.deleteText[language],
            action: SitePath.attachments, button: AttachmentText.confirmDelete.filled(language, chosen.count), cancel: form.link.text,
            hidden: chosen.map { .init(name: "entry", value: $0.description) } + [
                .init(name: "action", value: "delete"), .init(name: "confirmed", value: "yes"), .init(name: "text", value: form.text),
                .init(name: "message", value: form.message),
            ], items: names, hasItems: !names.isEmpty, more: more > 0 ? QueueText.andMore.filled(language, more) : nil)
        return services.renderer.page(.confirmation, view, title: view.title, in: .messages, visitor: request.visitor)
    }

    private func show(
        _ form: AttachmentForm, problem: LocalizedText?, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let found = try await services.administration.strippedAttachments(
            form.filter, after: form.cursor, limit: Self.pageSize + 1, request.caller)
        let view = AttachmentsView(form, found, problem: problem?[request.language], now: .now(), request.language)
        return services.renderer.page(
            .attachments, view, title: AttachmentText.title[request.language], in: .messages, visitor: request.visitor,
            status: problem == nil ? .ok : .unprocessableContent)
    }
}

/// The filter as the page's address holds it.
struct AttachmentForm: Sendable {
    let text: String
    /// Of one message; empty for all.
    let message: String
    let after: String

    init(_ query: FormValues) {
        text = query.trimmed("text")
        message = query.trimmed("message")
        after = query["after"] ?? ""
    }

    var filter: StrippedAttachmentFilter {
        var filter = StrippedAttachmentFilter()
        filter.text = String(text.prefix(50))
        filter.message = RecordIdentifier(message)
        return filter
    }

    /// `<milliseconds>.<identifier>`.
    var cursor: StrippedAttachmentCursor? {
        let parts = after.split(separator: ".").map(String.init)
        guard parts.count == 2, let time = Int64(parts[0]), let identifier = RecordIdentifier(parts[1]) else { return nil }
        return StrippedAttachmentCursor(createdAt: UTCTime(milliseconds: time), identifier: identifier)
    }

    var link: PageLink { PageLink(SitePath.attachments).with("text", text).with("message", message) }

    func link(after last: StrippedAttachment) -> String {
        link.with("after", "\(last.createdAt.milliseconds).\(last.identifier)").text
    }
}

struct AttachmentsView: Sendable {
    let problem: String?
    let text: String
    let message: String
    let isFiltered: Bool
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView

    struct Row: Sendable {
        let identifier: String
        let selectLabel: String
        let name: String
        let size: String
        let sender: String
        let recipients: String
        let subject: String
        let messagePath: String
        let created: String
        let expires: String
        let downloads: String
    }

    init(_ form: AttachmentForm, _ found: [StrippedAttachment], problem: String?, now: UTCTime, _ language: Language) {
        let shown = found.prefix(AttachmentsController.pageSize)
        self.problem = problem
        text = form.text
        message = form.message
        isFiltered = !form.text.isEmpty || form.filter.message != nil
        hasRows = !shown.isEmpty
        rows = shown.map { attachment in
            let name = attachment.name.nonEmpty ?? AttachmentText.unnamed[language]
            return Row(
                identifier: attachment.identifier.description, selectLabel: AttachmentText.select.filled(language, name), name: name,
                size: ShownValue.size(attachment.sizeBytes, language),
                sender: attachment.sender.nonEmpty ?? MessageText.nullSender[language], recipients: attachment.recipients,
                subject: attachment.subject.nonEmpty ?? AttachmentText.noSubject[language],
                messagePath: "\(SitePath.messages)/\(attachment.message)",
                created: ShownValue.time(attachment.createdAt),
                expires: attachment.expiresAt > now ? ShownValue.time(attachment.expiresAt) : AttachmentText.expired[language],
                downloads: ShownValue.number(attachment.downloads))
        }
        let isLast = found.count <= AttachmentsController.pageSize
        pager = PagerView(
            next: isLast ? nil : shown.last.map(form.link(after:)), first: form.cursor == nil ? nil : form.link.text, isTimeOrdered: true)
    }
}
