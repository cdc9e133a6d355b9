import Administration
import HTTPTypes
import Hummingbird
import Settings
import SharedFolders

/// SMTP dialogues: found by address and time, shown as plain text, downloaded.
struct TranscriptsController: Sendable {
    let services: SiteServices

    static let pageSize = 50
    /// Of one transcript on its page; the download has all of it.
    private static let shownBytes = 256 << 10

    func addRoutes(to routes: PageRoutes) {
        routes.page("transcripts") { request in try await list(request) }
        routes.page("transcripts/:id") { request in
            let transcript = try await transcript(request, upTo: Self.shownBytes)
            let view = TranscriptView(
                title: transcript.identifier.description, transcript, isOpen: true, request.language)
            return services.renderer.page(
                .transcript, view, title: TranscriptText.title[request.language], in: .transcripts, visitor: request.visitor,
                status: transcript.text == nil ? .notFound : .ok)
        }
        routes.page("transcripts/:id/text") { request in
            let transcript = try await transcript(request, upTo: nil)
            guard let text = transcript.text else { throw PageError.notFound }
            return Self.download(text, named: "transcript-\(transcript.identifier).txt")
        }
    }

    /// Always saved and never shown: what others have said must not be taken for a page of ours.
    private static func download(_ text: String, named name: String) -> Response {
        Response(
            status: .ok,
            headers: [
                .contentType: "text/plain; charset=utf-8", .contentDisposition: "attachment; filename=\"\(name)\"",
                .xContentTypeOptions: "nosniff",
            ], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    private func transcript(_ request: AdministratorRequest, upTo bytes: Int?) async throws -> ShownTranscript {
        guard let identifier = RecordIdentifier(request.parameter("id")) else { throw PageError.notFound }
        return try await services.administration.transcript(identifier, upTo: bytes, request.caller)
    }

    private func list(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let form = TranscriptForm(request.query)
        var page = TranscriptPage(entries: [])
        if form.problems.isEmpty {
            page = try await services.administration.transcripts(
                form.filter, before: form.cursor, limit: Self.pageSize, request.caller)
        }
        let view = TranscriptListView(form, page, request.language)
        return services.renderer.page(
            .transcripts, view, title: TranscriptText.title[request.language], in: .transcripts, visitor: request.visitor,
            status: form.problems.isEmpty ? .ok : .unprocessableContent)
    }
}

/// The conditions as the page's address holds them.
struct TranscriptForm: Sendable {
    let address: String
    let way: String
    let isTroubledOnly: Bool
    let before: String

    /// The choice of the control `troubled`.
    static let only = "only"

    init(_ query: FormValues) {
        address = query.trimmed("address")
        way = query.trimmed("way")
        isTroubledOnly = query.trimmed("troubled") == Self.only
        before = query.trimmed("before")
    }

    var isFiltered: Bool { !address.isEmpty || !way.isEmpty || isTroubledOnly }

    var problems: [FieldProblem] {
        address.isEmpty || NetworkAddress(address) != nil
            ? [] : [FieldProblem(field: "address", message: TranscriptText.addressProblem.text)]
    }

    /// An unknown way, which no page of ours sends, is no condition.
    var filter: TranscriptFilter {
        var filter = TranscriptFilter()
        filter.address = NetworkAddress(address)
        filter.way = TranscriptWay(rawValue: way)
        filter.isTroubledOnly = isTroubledOnly
        return filter
    }

    var cursor: RecordIdentifier? { RecordIdentifier(before) }

    /// The same conditions from the newest on.
    var link: PageLink {
        PageLink(SitePath.transcripts).with("address", address).with("way", way).with("troubled", isTroubledOnly ? Self.only : nil)
    }
}
