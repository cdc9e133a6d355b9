import Administration
import DomainsAndUsers
import Hummingbird
import Settings

/// Looks the session of the cookie up: below `/my` that of a user, anywhere else that of an administrator, so that no page ever sees the
/// other's. Which pages need one is the routes' affair (`PageRoutes`).
struct SignedInVisitor: RouterMiddleware {
    typealias Context = AdminRequestContext

    let administration: Administration

    @concurrent func handle(
        _ request: Request, context: AdminRequestContext, next: @concurrent (Request, AdminRequestContext) async throws -> Response
    ) async throws -> Response {
        var context = context
        if OwnPath.isOwn(request.uri.path) {
            context.visitor.userSession = try await userSession(request)
            if let language = context.visitor.userSession?.principal.user.language { context.visitor.language = language }
        } else {
            context.visitor.session = try await session(request)
            if let language = context.visitor.session?.administrator.language { context.visitor.language = language }
        }
        return try await next(request, context)
    }

    private func session(_ request: Request) async throws(AdministrationError) -> BrowserSession? {
        guard let token = request.cookies[SiteCookie.session.rawValue]?.value,
            let administrator = try await administration.session(token: token)
        else { return nil }
        return BrowserSession(administrator: administrator, token: token)
    }

    private func userSession(_ request: Request) async throws(AdministrationError) -> UserBrowserSession? {
        guard let token = request.cookies[SiteCookie.userSession.rawValue]?.value,
            let principal = try await administration.userSession(token: token)
        else { return nil }
        return UserBrowserSession(principal: principal, token: token)
    }
}
