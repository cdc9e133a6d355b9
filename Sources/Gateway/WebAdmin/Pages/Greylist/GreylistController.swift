import Administration
import Filtering
import Hummingbird
import Settings

/// The greylist: search, delete.
struct GreylistController: Sendable {
    let services: SiteServices

    static let pageSize = 50

    func addRoutes(to routes: PageRoutes) {
        routes.page("greylist") { request in try await show(GreylistForm(request.query), [], request) }
        routes.form("greylist/delete") { request, values in try await delete(values, request) }
    }

    /// Nothing is lost: who is deleted has to wait once more.
    private func delete(_ values: FormValues, _ request: AdministratorRequest) async throws -> Response {
        let entries = values.all("entry").compactMap { RecordIdentifier($0) }
        guard !entries.isEmpty else {
            return try await show(
                GreylistForm(.empty), [FieldProblem(field: nil, message: GreylistText.nothingSelected.text)], request)
        }
        let count = try await services.administration.deleteGreylistEntries(entries, request.caller)
        return .seeOther(SitePath.greylist, notice: Notice(.greylistDeleted, count: count))
    }

    private func show(
        _ form: GreylistForm, _ problems: [FieldProblem], _ request: AdministratorRequest
    ) async throws(AdministrationError) -> Response {
        let found = try await services.administration.greylistEntries(
            form.filter, after: form.cursor, limit: Self.pageSize + 1, request.caller)
        let view = GreylistView(
            form, found, isOn: services.administration.isGreylisting, FormProblems(problems, request.language),
            request.language)
        return services.renderer.page(
            .greylist, view, title: GreylistText.title[request.language], in: .greylist, visitor: request.visitor,
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }
}

/// The conditions as the page's address holds them.
struct GreylistForm: Sendable {
    let state: String
    let text: String
    let after: String

    init(_ query: FormValues) {
        state = query.trimmed("state")
        text = query.trimmed("text")
        after = query["after"] ?? ""
    }

    var isEmpty: Bool { state.isEmpty && text.isEmpty }

    /// An unknown state, which no page of ours sends, is no condition.
    var filter: GreylistFilter {
        var filter = GreylistFilter()
        filter.state = GreylistEntry.State(rawValue: state)
        filter.text = String(text.prefix(50))
        return filter
    }

    /// `<identifier>.<milliseconds>`.
    var cursor: GreylistCursor? {
        let parts = after.split(separator: ".")
        guard parts.count == 2, let identifier = RecordIdentifier(parts[0]), let time = Int64(parts[1]) else { return nil }
        return GreylistCursor(firstSeenAt: UTCTime(milliseconds: time), identifier: identifier)
    }

    var link: PageLink { PageLink(SitePath.greylist).with("state", state).with("text", text) }

    func link(after last: GreylistEntry) -> String {
        link.with("after", "\(last.identifier).\(last.record.firstSeenAt.milliseconds)").text
    }
}

/// The list of triplets.
struct GreylistView: Sendable {
    let alert: AlertView?
    let isOff: Bool
    let text: FieldView
    let state: FieldView
    let isFiltered: Bool
    let isEmpty: Bool
    let rows: [Row]
    let pager: PagerView

    struct Row: Sendable {
        let identifier: String
        let selectLabel: String
        let state: Badge
        let network: String
        let sender: String
        let recipient: String
        let firstSeen: String
        let lastSeen: String
        let expires: String
    }

    init(_ form: GreylistForm, _ found: [GreylistEntry], isOn: Bool, _ problems: FormProblems, _ language: Language) {
        let shown = found.prefix(GreylistController.pageSize)
        alert = problems.summary(fields: [])
        isOff = !isOn
        var text = FieldView("text", GreylistText.searchText[language], .input("search"), value: form.text)
        text.maximumLength = 50
        self.text = text
        state = FieldView(
            "state", GreylistText.state[language],
            .choice(
                [FieldView.Choice(value: "", text: GreylistText.any[language], isChosen: form.filter.state == nil)]
                    + GreylistEntry.State.allCases.map {
                        FieldView.Choice(value: $0.rawValue, text: $0.title[language], isChosen: form.filter.state == $0)
                    }))
        isFiltered = !form.isEmpty
        isEmpty = shown.isEmpty
        rows = shown.map { entry in
            Row(
                identifier: entry.identifier.description, selectLabel: GreylistText.select.filled(language, entry.triplet.recipient),
                state: Badge(entry.state.title, entry.state == .passed ? .good : .warning, language), network: entry.triplet.network,
                sender: entry.triplet.sender.isEmpty ? "<>" : entry.triplet.sender, recipient: entry.triplet.recipient,
                firstSeen: ShownValue.time(entry.record.firstSeenAt), lastSeen: ShownValue.time(entry.record.lastSeenAt),
                expires: ShownValue.time(entry.expiresAt))
        }
        let isLast = found.count <= GreylistController.pageSize
        pager = PagerView(
            next: isLast ? nil : shown.last.map(form.link(after:)), first: form.cursor == nil ? nil : form.link.text, isTimeOrdered: true)
    }
}
