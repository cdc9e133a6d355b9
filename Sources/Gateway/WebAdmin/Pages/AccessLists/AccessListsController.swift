import Administration
import DomainsAndUsers
import Filtering
import Hummingbird
import Mail
import Settings

/// The allow and block lists: search, add, note, delete.
struct AccessListsController: Sendable {
    let services: SiteServices

    static let pageSize = 50
    /// Entries named on the page that asks before deleting.
    private static let namedRows = 10

    func addRoutes(to routes: PageRoutes) {
        routes.page("lists") { request in
            try await show(AccessListForm(request.query), AccessListEntryForm(), .none(request.language), request)
        }
        routes.form("lists") { request, values in try await add(values, request) }
        routes.form("lists/delete") { request, values in try await delete(values, request) }
        routes.page("lists/:id") { request in
            let entry = try await entry(request)
            return edit(entry, entry.note, .none(request.language), request)
        }
        routes.form("lists/:id") { request, values in try await save(values, request) }
    }

    private func entry(_ request: AdministratorRequest) async throws -> AccessListEntry {
        guard let identifier = RecordIdentifier(request.parameter("id")) else { throw PageError.notFound }
        return try await services.administration.accessListEntry(identifier, request.caller)
    }

    private func add(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let form = AccessListEntryForm(values)
        guard let input = form.input else { throw PageError.malformedForm }
        do throws(AdministrationError) {
            _ = try await services.administration.addAccessListEntry(input, request.caller)
            return .seeOther(SitePath.accessLists, notice: Notice(.accessListAdded))
        } catch {
            let problems = FormProblems(try error.formProblems(), request.language)
            return try await show(AccessListForm(.empty), form, problems, request)
        }
    }

    /// First asks, then does.
    private func delete(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let entries = values.all("entry").compactMap { RecordIdentifier($0) }
        guard !entries.isEmpty else {
            let problem = FieldProblem(field: nil, message: AccessListText.nothingSelected.text)
            return try await show(AccessListForm(.empty), AccessListEntryForm(), FormProblems([problem], request.language), request)
        }
        guard values.contains("confirmed") else { return try await confirmation(entries, request) }
        let count = try await services.administration.deleteAccessListEntries(entries, request.caller)
        return .seeOther(SitePath.accessLists, notice: Notice(.accessListDeleted, count: count))
    }

    private func confirmation(_ entries: [RecordIdentifier], _ request: AdministratorRequest) async throws -> Response {
        let language = request.language
        var names: [String] = []
        for identifier in entries.prefix(Self.namedRows) {
            // One that is gone by now needs no name.
            guard let entry = try? await services.administration.accessListEntry(identifier, request.caller) else { continue }
            names.append("\(entry.list.title[language]) · \(entry.value)")
        }
        let more = entries.count - Self.namedRows
        let view = ConfirmationView(
            title: AccessListText.deleteTitle.filled(language, entries.count), text: AccessListText.deleteText[language],
            action: SitePath.accessLists + "/delete", button: AccessListText.confirmDelete.filled(language, entries.count),
            cancel: SitePath.accessLists,
            hidden: entries.map { .init(name: "entry", value: $0.description) } + [.init(name: "confirmed", value: "yes")],
            items: names, hasItems: !names.isEmpty, more: more > 0 ? QueueText.andMore.filled(language, more) : nil)
        return services.renderer.page(.confirmation, view, title: view.title, in: .accessLists, visitor: request.visitor)
    }

    private func save(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let entry = try await entry(request)
        let note = values.trimmed("note")
        do throws(AdministrationError) {
            _ = try await services.administration.setAccessListNote(note, of: entry.identifier, request.caller)
            return .seeOther(SitePath.accessLists, notice: Notice(.accessListChanged))
        } catch {
            return edit(entry, note, FormProblems(try error.formProblems(), request.language), request)
        }
    }

    private func edit(
        _ entry: AccessListEntry, _ note: String, _ problems: FormProblems, _ request: AdministratorRequest
    ) -> Response {
        let view = AccessListEntryView(entry, note, problems, request.language)
        return services.renderer.page(
            .accessListEntry, view, title: view.title, in: .accessLists, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }

    private func show(
        _ filter: AccessListForm, _ typed: AccessListEntryForm, _ problems: FormProblems, _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let found = try await services.administration.accessListEntries(
            filter.filter, after: filter.cursor, limit: Self.pageSize + 1, request.caller)
        let domains = try await services.administration.domains(request.caller).map(\.name)
        let view = AccessListsView(filter, found, typed.fields(domains, problems, request.language), problems, request.language)
        return services.renderer.page(
            .accessLists, view, title: AccessListText.title[request.language], in: .accessLists, visitor: request.visitor,
            status: view.alert == nil ? .ok : .unprocessableContent)
    }
}
