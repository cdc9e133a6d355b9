package import Administration
package import Cluster
import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore

/// The REST face of `Administration`: JSON over HTTP, described by `docs/openapi.yaml`. It holds no rules of its own; it reads
/// requests strictly, asks `Administration`, and writes answers and RFC 9457 problems. Who the caller is, the mount says.
package struct AdministrationAPI: Sendable {
    let administration: Administration
    let nodes: any NodeRegistry
    let logger: Logger

    /// Where the routes are mounted on the local socket and over HTTPS.
    package static let prefix = "/api/v1"
    /// Larger request bodies are refused with 413: ten thousand recipients of a hundred bytes fit.
    package static let maximumBodyBytes = 1_048_576

    package init(administration: Administration, nodes: any NodeRegistry, logger: Logger) {
        self.administration = administration
        self.nodes = nodes
        self.logger = logger
    }

    /// A router of the API alone, under `prefix`, for a listener whose every caller is the same (the local socket).
    package func buildRouter(caller: AdministrationCaller) -> Router<BasicRequestContext> {
        let router = Router(context: BasicRequestContext.self)
        addRoutes(to: router.group(RouterPath(Self.prefix))) { (_, _) throws(AdministrationError) in caller }
        return router
    }

    /// Adds every route to a group that is mounted at `prefix`, and answers for all other paths and methods below it (404, 405).
    /// - Parameter caller: who asks; `.denied` becomes a 403. Called for each request before its body is read.
    package func addRoutes<Context: RequestContext>(
        to group: RouterGroup<Context>,
        caller: @escaping @Sendable (Request, Context) async throws(AdministrationError) -> AdministrationCaller
    ) {
        var methods: [String: [HTTPRequest.Method]] = [:]
        for route in routes {
            methods[route.path, default: []].append(route.method)
            group.on(RouterPath(route.path), method: route.method) { request, context in
                await respond(to: request) { () async throws(APIError) in
                    try await perform(
                        route, request, parameters: context.parameters,
                        caller: { () throws(AdministrationError) in
                            try await caller(request, context)
                        })
                }
            }
        }
        addRefusals(to: group, methods: methods)
    }

    /// Adds the API to a group that is mounted at `prefix` on a door open to the network: every request needs a valid key, but for the
    /// document that describes the API.
    /// - Parameter address: of the peer, without port; wrong keys are counted by it.
    package func addRoutesForKeys<Context: RequestContext>(
        to group: RouterGroup<Context>, address: @escaping @Sendable (Context) -> String
    ) {
        let administration = administration
        group.get(RouterPath(OpenAPIDocument.path)) { _, _ in OpenAPIDocument.response }
        addRoutes(to: group) { (request, context) throws(AdministrationError) in
            try await administration.caller(
                authorization: request.headers[.authorization], address: address(context), isChange: request.method != .get)
        }
    }

    /// Every route, in the order of the document.
    var routes: [APIRoute] {
        statusRoutes + domainRoutes + recipientRoutes + userRoutes + settingsRoutes + queueRoutes + messageRoutes + administratorRoutes
            + accessListRoutes + contentRuleRoutes + sieveRoutes + greylistRoutes + banRoutes + quarantineRoutes + statisticsRoutes
            + apiKeyRoutes
            + maintenanceRoutes + verificationRoutes + callbackRoutes + countryRoutes + aggregateReportRoutes
            + transcriptRoutes + directoryRoutes + folderRoutes + registrationKeyRoutes + settingsHistoryRoutes + configurationRoutes
            + signingKeyRoutes + engineRoutes + scoringRoutes + clusterRoutes + nodeDepartureRoutes + learningRoutes + digestRoutes
            + attachmentRoutes
    }

    /// Those of RFC 9110, RFC 5789 and the QUERY method; a request with yet another one gets the pages' 404.
    private static let allMethods: [HTTPRequest.Method] =
        [.get, .put, .post, .delete, .patch, .head, .options, .trace, .connect] + [HTTPRequest.Method("QUERY")].compactMap { $0 }

    private func addRefusals<Context: RequestContext>(to group: RouterGroup<Context>, methods: [String: [HTTPRequest.Method]]) {
        for (path, known) in methods {
            for method in Self.allMethods where !known.contains(method) {
                group.on(RouterPath(path), method: method) { request, _ in
                    await respond(to: request) { () throws(APIError) in throw .methodNotAllowed(known) }
                }
            }
        }
        for path in ["", "**"] {
            for method in Self.allMethods {
                group.on(RouterPath(path), method: method) { request, _ in
                    await respond(to: request) { () throws(APIError) in throw .unknownPath }
                }
            }
        }
    }

    private func perform(
        _ route: APIRoute, _ request: Request, parameters: Parameters, caller: () async throws(AdministrationError) -> AdministrationCaller
    ) async throws(APIError) -> APIResponse {
        let known = try await ask(caller)
        var call = APICall(caller: known, parameters: try Self.decoded(parameters), query: try QueryReader(request.uri.query ?? ""))
        if let bytes = route.fileBytes {
            call.file = try await Self.bytes(of: request, maximum: bytes)
        } else {
            call.body = try await Self.body(of: request, isExpected: route.hasBody)
        }
        return try await route.handler(call)
    }

    /// Runs an action of Administration.
    func ask<Value>(_ action: () async throws(AdministrationError) -> Value) async throws(APIError) -> Value {
        do throws(AdministrationError) {
            return try await action()
        } catch {
            throw .administration(error)
        }
    }

    private func respond(to request: Request, _ action: () async throws(APIError) -> APIResponse) async -> Response {
        do throws(APIError) {
            return try await action().response
        } catch {
            if case .administration(.unavailable(let cause)) = error {
                logger.error("request of the administration API failed", metadata: ["path": "\(request.uri.path)", "cause": "\(cause)"])
            }
            return error.response
        }
    }

    private static func decoded(_ parameters: Parameters) throws(APIError) -> [String: String] {
        var texts: [String: String] = [:]
        for (name, value) in parameters {
            guard let text = String(value).removingPercentEscapes, !text.utf8.contains(0) else { throw .unknownPath }
            texts[String(name)] = text
        }
        return texts
    }

    private static func body(of request: Request, isExpected: Bool) async throws(APIError) -> JSONValue {
        guard isExpected else { return .null }
        let buffer = try await bytes(of: request, maximum: maximumBodyBytes)
        do throws(JSONSyntaxError) {
            return try JSONParser.parse(buffer.readableBytesView)
        } catch {
            throw .malformed([.malformedBody("\(error)", ja: "JSON の \(error.offset) バイト目に誤りがあります")])
        }
    }

    private static func bytes(of request: Request, maximum: Int) async throws(APIError) -> ByteBuffer {
        guard let type = request.headers[.contentType], type.isJSONMediaType else { throw .unsupportedMediaType }
        do {
            return try await request.body.collect(upTo: maximum)
        } catch is NIOTooManyBytesError {
            throw .tooLarge(maximum)
        } catch {
            // The client went away or broke the transfer coding: nobody reads this answer.
            throw .malformed([.malformedBody("the body could not be read", ja: "本文を読み取れません")])
        }
    }
}
