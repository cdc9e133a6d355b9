import Administration
import Hummingbird
import Quarantine
import Settings

/// A user's own quarantine: list with actions on selected messages, and a safe view of one.
struct OwnQuarantineController: Sendable {
    let services: SiteServices

    /// Messages named on the page that asks before anything is done.
    private static let namedRows = 10

    func addRoutes(to routes: PageRoutes) {
        routes.ownPage("quarantine") { request in
            try await show(request, QuarantineForm(request.query, path: OwnPath.quarantine), problem: nil)
        }
        routes.ownForm("quarantine") { request, values in try await act(values, request) }
        routes.ownPage("quarantine/:id") { request in
            guard let identifier = RecordIdentifier(request.parameter("id")) else { throw PageError.notFound }
            let (message, content) = try await services.administration.quarantinedContent(identifier, request.principal)
            let view = QuarantinedMessageView(message, content, use, showsImages: request.query["images"] == "yes", request.language)
            return services.renderer.page(.quarantinedMessage, view, title: view.title, inOwn: .quarantine, visitor: request.visitor)
        }
        routes.ownPage("quarantine/:id/images/:number") { request in
            guard let identifier = RecordIdentifier(request.parameter("id")) else { throw PageError.notFound }
            let (_, content) = try await services.administration.quarantinedContent(identifier, request.principal)
            return try .image(request.parameter("number"), of: content)
        }
    }

    private var use: QuarantineUse { .own(mayRelease: services.administration.usersMayRelease) }

    private func act(_ values: FormValues, _ request: UserRequest) async throws -> Response {
        let form = QuarantineForm(values, path: OwnPath.quarantine)
        let messages = values.all("entry").compactMap { RecordIdentifier($0) }
        guard let action = QuarantineQuestion(rawValue: values.trimmed("action")) else { throw PageError.malformedForm }
        guard !messages.isEmpty else { return try await show(request, form, problem: QuarantineText.nothingSelected.text) }
        guard values.contains("confirmed") else { return await confirmation(action, messages, form, request) }
        let done: [RecordIdentifier]
        let notice: NoticeText
        switch action {
        case .release:
            done = try await services.administration.releaseFromQuarantine(messages, request.principal)
            notice = .quarantineReleased
        // Teaching is for administrators.
        case .releaseHam: throw PageError.malformedForm
        case .delete:
            done = try await services.administration.deleteFromQuarantine(messages, request.principal)
            notice = .quarantineDeleted
        }
        return .seeOther(form.link.text, notice: done.isEmpty ? Notice(.quarantineUntouched) : Notice(notice, count: done.count))
    }

    private func confirmation(
        _ question: QuarantineQuestion, _ messages: [RecordIdentifier], _ form: QuarantineForm, _ request: UserRequest
    ) async -> Response {
        let language = request.language
        var names: [String] = []
        for message in messages.prefix(Self.namedRows) {
            // One that is gone by now, or is not his, needs no name.
            guard let found = try? await services.administration.quarantinedMessage(message, request.principal) else { continue }
            names.append([found.reversePath, found.subject].filter { !$0.isEmpty }.joined(separator: " · "))
        }
        let text: OwnPagesText =
            switch question {
            case .release, .releaseHam: .releaseText
            case .delete: .deleteText
            }
        let view = ConfirmationView(question, messages, form, text: text[language], names: names, language)
        return services.renderer.page(.confirmation, view, title: view.title, inOwn: .quarantine, visitor: request.visitor)
    }

    private func show(
        _ request: UserRequest, _ form: QuarantineForm, problem: LocalizedText?
    ) async throws(AdministrationError) -> Response {
        let found = try await services.administration.quarantine(
            form.filter, after: form.cursor, limit: QuarantineController.pageSize + 1, request.principal)
        let view = QuarantineView(form, found, use, problem: problem, isAllSelected: request.query["select"] == "all", request.language)
        return services.renderer.page(
            .quarantine, view, title: view.title, inOwn: .quarantine, visitor: request.visitor,
            status: problem == nil ? .ok : .unprocessableContent)
    }
}
