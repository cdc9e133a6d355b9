import Administration
import Hummingbird
import MessageLog
import Settings

/// Attachments that were taken out of messages: list, deletion, a later end.
struct AttachmentsController: Sendable {
    let services: SiteServices

    static let pageSize = 50

    func addRoutes(to routes: PageRoutes) {
        routes.page("attachments") { request in try await show(AttachmentForm(request.query), problem: nil, request) }
        routes.form("attachments") { request, values in
            let form = AttachmentForm(values)
            let chosen = values.all("entry").compactMap { RecordIdentifier($0) }
            guard !chosen.isEmpty else { return try await show(form, problem: AttachmentText.nothingSelected.text, request) }
            switch values.trimmed("action") {
            case "delete":
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
    let after: String

    init(_ query: FormValues) {
        text = query.trimmed("text")
        after = query["after"] ?? ""
    }

    var filter: StrippedAttachmentFilter {
        var filter = StrippedAttachmentFilter()
        filter.text = String(text.prefix(50))
        return filter
    }

    /// `<milliseconds>.<identifier>`.
    var cursor: StrippedAttachmentCursor? {
        let parts = after.split(separator: ".").map(String.init)
        guard parts.count == 2, let time = Int64(parts[0]), let identifier = RecordIdentifier(parts[1]) else { return nil }
        return StrippedAttachmentCursor(createdAt: UTCTime(milliseconds: time), identifier: identifier)
    }

    var link: PageLink { PageLink(SitePath.attachments).with("text", text) }

    func link(after last: StrippedAttachment) -> String {
        link.with("after", "\(last.createdAt.milliseconds).\(last.identifier)").text
    }
}

struct AttachmentsView: Sendable {
    let problem: String?
    let text: String
    let isFiltered: Bool
    let rows: [Row]
    let hasRows: Bool
    let pager: PagerView

    struct Row: Sendable {
        let identifier: String
        let selectLabel: String
        let name: String
        let size: String
        let people: String
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
        isFiltered = !form.text.isEmpty
        hasRows = !shown.isEmpty
        rows = shown.map { attachment in
            let name = attachment.name.nonEmpty ?? AttachmentText.unnamed[language]
            return Row(
                identifier: attachment.identifier.description, selectLabel: AttachmentText.select.filled(language, name), name: name,
                size: ShownValue.size(attachment.sizeBytes, language), people: "\(attachment.sender) → \(attachment.recipients)",
                subject: attachment.subject, messagePath: "\(SitePath.messages)/\(attachment.message)",
                created: ShownValue.time(attachment.createdAt),
                expires: attachment.expiresAt > now ? ShownValue.time(attachment.expiresAt) : AttachmentText.expired[language],
                downloads: ShownValue.number(attachment.downloads))
        }
        let isLast = found.count <= AttachmentsController.pageSize
        pager = PagerView(
            next: isLast ? nil : shown.last.map(form.link(after:)), first: form.cursor == nil ? nil : form.link.text, isTimeOrdered: true)
    }
}
