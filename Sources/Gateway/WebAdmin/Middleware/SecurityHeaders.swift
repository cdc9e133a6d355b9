import HTTPTypes
import Hummingbird

/// Puts the same protective headers on every answer, whoever made it.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = AdminRequestContext

    /// No script at all, styles only from the node, forms only to the node, never in a frame of others. `data:` images are those of
    /// Bootstrap's own style sheet.
    static let contentSecurityPolicy = [
        "default-src 'none'", "style-src 'self'", "img-src 'self' data:", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'",
    ].joined(separator: "; ")

    @concurrent func handle(
        _ request: Request, context: AdminRequestContext, next: @concurrent (Request, AdminRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            // Only requests outside the pages come here (a wrong method on /health): pages have the error page.
            response = Response(status: error.status)
        }
        // A download has a stricter one of its own.
        if response.headers[.contentSecurityPolicy] == nil { response.headers[.contentSecurityPolicy] = Self.contentSecurityPolicy }
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        for (name, value) in Self.others { response.headers[name] = value }
        return response
    }

    private static let others: [(HTTPField.Name, String)] = [
        ("Referrer-Policy", "same-origin"), ("X-Frame-Options", "DENY"), ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"), ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
    ].compactMap { name, value in HTTPField.Name(name).map { ($0, value) } }
}
