import Administration
import Hummingbird
import MessageLog
import Quarantine
import SampleLearning
import Settings

/// The quarantine: list with actions on selected rows, and a safe view of one message.
struct QuarantineController: Sendable {
    let services: SiteServices

    static let pageSize = 50
    /// Messages named on the page that asks before deleting.
    private static let namedRows = 10

    func addRoutes(to routes: PageRoutes) {
        routes.page("quarantine") { request in
            try await show(request, QuarantineForm(request.query, path: SitePath.quarantine), problem: nil)
        }
        routes.form("quarantine") { request, values in try await act(values, request) }
        routes.page("quarantine/:id") { request in
            guard let identifier = RecordIdentifier(request.parameter("id")) else { throw PageError.notFound }
            let message = try await services.administration.quarantinedMessage(identifier, request.caller)
            let content = await services.administration.quarantinedContent(of: message, request.caller)
            let view = QuarantinedMessageView(
                message, content, .administration, isExplained: services.administration.canExplain,
                showsImages: request.query["images"] == "yes", request.language)
            return services.renderer.page(.quarantinedMessage, view, title: view.title, in: .quarantine, visitor: request.visitor)
        }
        routes.page("quarantine/:id/images/:number") { request in
            guard let identifier = RecordIdentifier(request.parameter("id")) else { throw PageError.notFound }
            let message = try await services.administration.quarantinedMessage(identifier, request.caller)
            let content = await services.administration.quarantinedContent(of: message, request.caller)
            return try .image(request.parameter("number"), of: content)
        }
    }

    private func act(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let form = QuarantineForm(values, path: SitePath.quarantine)
        let messages = values.all("entry").compactMap { RecordIdentifier($0) }
        guard !messages.isEmpty else { return try await show(request, form, problem: QuarantineText.nothingSelected.text) }
        switch values.trimmed("action") {
        case "release":
            guard values.contains("confirmed") else { return await confirmation(.release, messages, form, request) }
            let done = try await services.administration.releaseFromQuarantine(messages, request.caller)
            return .seeOther(
                form.link.text, notice: done.isEmpty ? Notice(.quarantineUntouched) : Notice(.quarantineReleased, count: done.count))
        case "spam", "ham":
            let kind: SampleKind = values.trimmed("action") == "spam" ? .spam : .ham
            let taught = try await services.administration.teach(messages, as: kind, from: .quarantine, request.caller)
            return .seeOther(form.link.text, notice: LearningController.notice(taught))
        case "release-ham":
            guard values.contains("confirmed") else { return await confirmation(.releaseHam, messages, form, request) }
            // First taught: once it is released its content may go at any moment.
            let taught = try await services.administration.teach(messages, as: .ham, from: .quarantine, request.caller)
            let done = try await services.administration.releaseFromQuarantine(messages, request.caller)
            if !done.isEmpty, !taught.refused.isEmpty {
                return .seeOther(form.link.text, notice: Notice(.quarantineReleasedTaughtNot, count: taught.refused.count))
            }
            return .seeOther(
                form.link.text, notice: done.isEmpty ? Notice(.quarantineUntouched) : Notice(.quarantineReleased, count: done.count))
        case "delete":
            guard values.contains("confirmed") else { return await confirmation(.delete, messages, form, request) }
            let done = try await services.administration.deleteFromQuarantine(messages, request.caller)
            return .seeOther(
                form.link.text, notice: done.isEmpty ? Notice(.quarantineUntouched) : Notice(.quarantineDeleted, count: done.count))
        default: throw PageError.malformedForm
        }
    }

    private func confirmation(
        _ question: QuarantineQuestion, _ messages: [RecordIdentifier], _ form: QuarantineForm, _ request: AdministratorRequest
    ) async -> Response {
        let language = request.language
        var names: [String] = []
        for message in messages.prefix(Self.namedRows) {
            // One that is gone by now needs no name.
            guard let found = try? await services.administration.quarantinedMessage(message, request.caller) else { continue }
            names.append([found.reversePath, found.subject].filter { !$0.isEmpty }.joined(separator: " · "))
        }
        let view = ConfirmationView(question, messages, form, text: question.text[language], names: names, language)
        return services.renderer.page(.confirmation, view, title: view.title, in: .quarantine, visitor: request.visitor)
    }

    private func show(
        _ request: AdministratorRequest, _ form: QuarantineForm, problem: LocalizedText?
    ) async throws(AdministrationError) -> Response {
        let found = try await services.administration.quarantine(
            form.filter, after: form.cursor, limit: Self.pageSize + 1, request.caller)
        let view = QuarantineView(
            form, found, .administration, problem: problem, isAllSelected: request.query["select"] == "all", request.language)
        return services.renderer.page(
            .quarantine, view, title: QuarantineText.title[request.language], in: .quarantine, visitor: request.visitor,
            status: problem == nil ? .ok : .unprocessableContent)
    }
}

extension Response {
    /// A picture of a message. The headers of every answer keep it from being anything else than that.
    static func image(_ number: String?, of content: SafeMessageView?) throws(PageError) -> Response {
        guard let images = content?.images, let index = number.flatMap({ Int($0) }), images.indices.contains(index) else {
            throw PageError.notFound
        }
        return Response(
            status: .ok, headers: [.contentType: images[index].mediaType, .contentDisposition: "inline"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: images[index].bytes)))
    }
}

extension ConfirmationView {
    /// - Parameter names: of the first messages.
    init(
        _ question: QuarantineQuestion, _ messages: [RecordIdentifier], _ form: QuarantineForm, text: String, names: [String],
        _ language: Language
    ) {
        let more = messages.count - names.count
        let hidden = messages.map { Hidden(name: "entry", value: $0.description) }
        self.init(
            title: question.title.filled(language, messages.count), text: text, action: form.path,
            button: question.button.filled(language, messages.count), cancel: form.link.text,
            hidden: hidden + [
                Hidden(name: "action", value: question.rawValue), Hidden(name: "confirmed", value: "yes"),
                Hidden(name: "text", value: form.text), Hidden(name: "kind", value: form.kind),
            ], items: names, hasItems: !names.isEmpty, more: more > 0 ? QueueText.andMore.filled(language, more) : nil)
    }
}

/// What is asked before it is done.
enum QuarantineQuestion: String, Sendable {
    case release, delete
    case releaseHam = "release-ham"

    var title: QuarantineText {
        switch self {
        case .release, .releaseHam: .releaseTitle
        case .delete: .deleteTitle
        }
    }

    var text: QuarantineText {
        switch self {
        case .release, .releaseHam: .releaseText
        case .delete: .deleteText
        }
    }

    var button: QuarantineText {
        switch self {
        case .release, .releaseHam: .confirmRelease
        case .delete: .confirmDelete
        }
    }
}

/// The filter as the page's address and its form hold it.
struct QuarantineForm: Sendable {
    let path: String
    let text: String
    let kind: String
    let before: String

    /// - Parameter path: of the list.
    init(_ values: FormValues, path: String) {
        self.path = path
        text = String(values.trimmed("text").prefix(50))
        kind = values.trimmed("kind")
        before = values.trimmed("before")
    }

    var isEmpty: Bool { text.isEmpty && kind.isEmpty }

    /// An unknown kind, which no page of ours sends, is no condition.
    var filter: QuarantineFilter {
        var filter = QuarantineFilter()
        filter.text = text
        filter.kind = QuarantineKind(rawValue: kind)
        return filter
    }

    var cursor: QuarantineCursor? {
        let parts = before.split(separator: ".")
        guard parts.count == 2, let milliseconds = Int64(parts[0]), let message = RecordIdentifier(parts[1]) else { return nil }
        return QuarantineCursor(quarantinedAt: UTCTime(milliseconds: milliseconds), message: message)
    }

    var link: PageLink { PageLink(path).with("text", text).with("kind", kind) }

    func link(after last: QuarantinedMessage) -> String {
        link.with("before", "\(last.quarantinedAt.milliseconds).\(last.message)").text
    }
}
