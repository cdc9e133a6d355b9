import Administration
import DomainsAndUsers
import HTTPTypes
import Hummingbird
import NIOCore
import Settings

/// The only way a page is put under a path: a page for administrators cannot be reached without a session, and no form acts without
/// the proofs of `FormGuard`.
struct PageRoutes {
    let router: Router<AdminRequestContext>
    let services: SiteServices

    typealias Page = @Sendable (PageRequest) async throws -> Response
    typealias Form = @Sendable (PageRequest, FormValues) async throws -> Response
    typealias AdministratorPage = @Sendable (AdministratorRequest) async throws -> Response
    typealias AdministratorForm = @Sendable (AdministratorRequest, FormValues) async throws -> Response

    /// A page anyone may see.
    func openPage(_ path: RouterPath, _ page: @escaping Page) {
        router.get(path) { request, context in try await page(PageRequest(request, context)) }
    }

    /// A form anyone may send.
    func openForm(_ path: RouterPath, _ form: @escaping Form) {
        router.post(path) { request, context in try await form(PageRequest(request, context), Self.values(request, context)) }
    }

    func page(_ path: RouterPath, _ page: @escaping AdministratorPage) {
        let services = services
        router.get(path) { request, context in
            guard let session = context.visitor.session else { return try await Self.sendToSignIn(request, services) }
            return try await page(AdministratorRequest(PageRequest(request, context), session))
        }
    }

    func form(_ path: RouterPath, _ form: @escaping AdministratorForm) {
        let services = services
        router.post(path) { request, context in
            let values = try await Self.values(request, context)
            guard let session = context.visitor.session else { return try await Self.sendToSignIn(request, services) }
            return try await form(AdministratorRequest(PageRequest(request, context), session), values)
        }
    }

    /// A form with a file.
    func upload(
        _ path: RouterPath, maximumBytes: Int,
        _ form: @escaping @Sendable (AdministratorRequest, MultipartForm) async throws -> Response
    ) {
        let services = services
        router.post(path) { request, context in
            try FormGuard.checkOrigin(request)
            // Nobody without a session makes the node read so much.
            guard let session = context.visitor.session else { return try await Self.sendToSignIn(request, services) }
            let type = request.headers[.contentType] ?? ""
            // Without parts there is no token.
            guard type.lowercased().hasPrefix("multipart/form-data") else { throw PageError.foreignForm }
            let body = try await request.body.collect(upTo: maximumBytes)
            guard let sent = MultipartForm(contentType: type, body: Array(buffer: body)) else {
                throw PageError.malformedForm
            }
            try FormGuard.check(sent.values, visitor: context.visitor)
            return try await form(AdministratorRequest(PageRequest(request, context), session), sent)
        }
    }

    static func values(_ request: Request, _ context: AdminRequestContext) async throws -> FormValues {
        try FormGuard.checkOrigin(request)
        let type = request.headers[.contentType]?.lowercased() ?? ""
        guard type.hasPrefix("application/x-www-form-urlencoded") else { throw PageError.malformedForm }
        let body = try await request.body.collect(upTo: FormValues.maximumBytes)
        let form = FormValues(urlEncoded: String(buffer: body))
        try FormGuard.check(form, visitor: context.visitor)
        return form
    }

    /// After signing in the browser comes back to the page it wanted, unless it was a form.
    private static func sendToSignIn(_ request: Request, _ services: SiteServices) async throws -> Response {
        if try await services.administration.needsFirstAdministrator() { return .seeOther(SitePath.firstStart) }
        let isPage = request.method == .get && request.uri.path != SitePath.dashboard
        return .seeOther(PageLink(SitePath.signIn).with("next", isPage ? request.uri.string : nil).text)
    }
}

/// Paths that several pages name.
enum SitePath {
    static let dashboard = "/"
    static let firstStart = "/first-start"
    static let signIn = "/sign-in"
    static let signOut = "/sign-out"
    static let domains = "/domains"
    static let messages = "/messages"
    static let queue = "/queue"
    static let settings = "/settings"
    static let scoring = "/scoring"
    static let audit = "/audit"
    static let administrators = "/administrators"
    static let account = "/account"
    static let accessLists = "/lists"
    static let contentRules = "/content-rules"
    static let sieve = "/sieve"
    static let sieveEdit = "/sieve/edit"
    static let greylist = "/greylist"
    static let bans = "/bans"
    static let signInRefusals = "/bans/sign-ins"
    static let quarantine = "/quarantine"
    static let reports = "/reports"
    static let aggregateReports = "/dmarc-reports"
    static let apiKeys = "/api-keys"
    static let maintenance = "/maintenance"
    static let digests = "/digests"
    static let attachments = "/attachments"
    static let learning = "/bayes"
    static let learningLedger = "/bayes/ledger"
    static let transcripts = "/transcripts"
    static let directories = "/directories"
    static let cluster = "/cluster"
    static let clusterEvents = "/cluster/events"
    static let settingsHistory = "/settings-history"
    static let settingsTransfer = "/settings-transfer"

    /// A path of this site to go back to, or the dashboard for anything that could lead elsewhere.
    static func local(_ text: String?) -> String {
        guard let text, text.utf8.count <= 2000, text.hasPrefix("/"), !text.hasPrefix("//"),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\\") })
        else { return dashboard }
        return text
    }
}

/// A request for a page.
struct PageRequest: Sendable {
    let query: FormValues
    let visitor: Visitor
    let remoteAddress: String
    /// Path with query, as asked for.
    let target: String
    private let parameters: Parameters

    init(_ request: Request, _ context: AdminRequestContext) {
        query = FormValues(urlEncoded: request.uri.query ?? "")
        visitor = context.visitor
        remoteAddress = context.remoteAddress
        target = request.uri.string
        parameters = context.parameters
    }

    var language: Language { visitor.language }

    /// A part of the path.
    func parameter(_ name: String) -> String { parameters.get(name).map(\.withoutPercentEscapes) ?? "" }
}

/// A request of someone signed in; made by `PageRoutes` alone.
struct AdministratorRequest: Sendable {
    let page: PageRequest
    let administrator: Administrator
    let sessionToken: String

    fileprivate init(_ page: PageRequest, _ session: BrowserSession) {
        self.page = page
        administrator = session.administrator
        sessionToken = session.token
    }

    var caller: AdministrationCaller { .administrator(administrator) }
    var language: Language { page.language }
    var query: FormValues { page.query }
    var visitor: Visitor { page.visitor }
    func parameter(_ name: String) -> String { page.parameter(name) }
}

extension String {
    fileprivate var withoutPercentEscapes: String {
        // A plus sign is a plus sign in a path.
        FormValues(urlEncoded: "v=" + replacing("+", with: "%2B").replacing("&", with: "%26"))["v"] ?? self
    }
}

extension Response {
    /// Shows another page by GET (after a form: a reload does not send it again).
    static func seeOther(_ path: String, notice: Notice? = nil) -> Response {
        var response = Response(status: .seeOther, headers: [.location: path])
        if let notice { response.setCookie(SiteCookie.notice.cookie(notice.cookieText, maximumAgeSeconds: Notice.lifetimeSeconds)) }
        return response
    }
}
