import Administration
import Hummingbird
import Settings

/// The only way a page of users is put under a path: all lie below `/my`, where the cookie of a user is looked at and that of an
/// administrator is not, and a request there carries a `UserPrincipal` and never an administrator.
extension PageRoutes {
    typealias OwnPage = @Sendable (UserRequest) async throws -> Response
    typealias OwnForm = @Sendable (UserRequest, FormValues) async throws -> Response

    func ownPage(_ path: RouterPath, _ page: @escaping OwnPage) {
        router.get("my/\(path)") { request, context in
            guard let session = context.visitor.userSession else { return Self.sendToOwnSignIn(request) }
            return try await page(UserRequest(PageRequest(request, context), session))
        }
    }

    func ownForm(_ path: RouterPath, _ form: @escaping OwnForm) {
        router.post("my/\(path)") { request, context in
            let values = try await Self.values(request, context)
            guard let session = context.visitor.userSession else { return Self.sendToOwnSignIn(request) }
            return try await form(UserRequest(PageRequest(request, context), session), values)
        }
    }

    private static func sendToOwnSignIn(_ request: Request) -> Response {
        let isPage = request.method == .get && request.uri.path != OwnPath.quarantine
        return .seeOther(PageLink(OwnPath.signIn).with("next", isPage ? request.uri.string : nil).text)
    }
}

/// Paths of users' pages.
enum OwnPath {
    static let root = "/my"
    static let signIn = "/my/sign-in"
    static let signOut = "/my/sign-out"
    static let quarantine = "/my/quarantine"
    static let account = "/my/account"
    static let rules = "/my/rules"

    static func isOwn(_ path: String) -> Bool { path == root || path.hasPrefix(root + "/") }

    /// A page of users to go back to, or their quarantine for anything that leads elsewhere.
    static func local(_ text: String?) -> String {
        let path = SitePath.local(text)
        return path.hasPrefix(root + "/") ? path : quarantine
    }
}

/// A request of a signed-in user; made by `PageRoutes` alone.
struct UserRequest: Sendable {
    let page: PageRequest
    let principal: UserPrincipal
    let sessionToken: String

    fileprivate init(_ page: PageRequest, _ session: UserBrowserSession) {
        self.page = page
        principal = session.principal
        sessionToken = session.token
    }

    var language: Language { page.language }
    var query: FormValues { page.query }
    var visitor: Visitor { page.visitor }
    func parameter(_ name: String) -> String { page.parameter(name) }
}
