import Administration
import DomainsAndUsers
import Hummingbird
import Settings

/// Looks the session of the cookie up. Which pages need one is the routes' affair (`PageRoutes`).
struct SignedInVisitor: RouterMiddleware {
    typealias Context = AdminRequestContext

    let administration: Administration

    @concurrent func handle(
        _ request: Request, context: AdminRequestContext, next: @concurrent (Request, AdminRequestContext) async throws -> Response
    ) async throws -> Response {
        guard let token = request.cookies[SiteCookie.session.rawValue]?.value,
            let administrator = try await administration.session(token: token)
        else { return try await next(request, context) }
        var context = context
        context.visitor.session = BrowserSession(administrator: administrator, token: token)
        context.visitor.language = administrator.language
        return try await next(request, context)
    }
}
