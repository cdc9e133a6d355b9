import Hummingbird

/// Refuses requests larger than any page of ours asks for.
struct RequestBounds: RouterMiddleware {
    typealias Context = AdminRequestContext

    /// The longest honest one is a message log filter with 200 characters of Japanese, below 3 KiB.
    static let maximumTargetBytes = 8192

    @concurrent func handle(
        _ request: Request, context: AdminRequestContext, next: @concurrent (Request, AdminRequestContext) async throws -> Response
    ) async throws -> Response {
        guard request.uri.string.utf8.count <= Self.maximumTargetBytes else { throw PageError.requestTooLarge }
        return try await next(request, context)
    }
}
