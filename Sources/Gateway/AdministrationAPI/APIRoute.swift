import Administration
import HTTPTypes
import Hummingbird

/// One operation of the API: method, path below the prefix, and what it does.
struct APIRoute: Sendable {
    let method: HTTPRequest.Method
    /// With `{name}` for parameters, as in the OpenAPI document.
    let path: String
    let hasBody: Bool
    /// A body that the route reads itself, of at most so many bytes; `nil`: a JSON body as all others.
    var fileBytes: Int?
    let handler: @Sendable (APICall) async throws(APIError) -> APIResponse

    private init(
        _ method: HTTPRequest.Method, _ path: String, hasBody: Bool,
        _ handler: @escaping @Sendable (APICall) async throws(APIError) -> APIResponse
    ) {
        self.method = method
        self.path = path
        self.hasBody = hasBody
        self.handler = handler
    }

    static func get(_ path: String, _ handler: @escaping @Sendable (APICall) async throws(APIError) -> APIResponse) -> Self {
        Self(.get, path, hasBody: false, handler)
    }

    static func post(_ path: String, _ handler: @escaping @Sendable (APICall) async throws(APIError) -> APIResponse) -> Self {
        Self(.post, path, hasBody: true, handler)
    }

    /// The body is a file, handed on unread in `APICall.file`.
    static func upload(
        _ path: String, maximumBytes: Int, _ handler: @escaping @Sendable (APICall) async throws(APIError) -> APIResponse
    ) -> Self {
        var route = post(path, handler)
        route.fileBytes = maximumBytes
        return route
    }

    static func put(_ path: String, _ handler: @escaping @Sendable (APICall) async throws(APIError) -> APIResponse) -> Self {
        Self(.put, path, hasBody: true, handler)
    }

    static func delete(_ path: String, _ handler: @escaping @Sendable (APICall) async throws(APIError) -> APIResponse) -> Self {
        Self(.delete, path, hasBody: false, handler)
    }
}

/// A request as a route sees it: decoded, bounded, its caller known.
struct APICall: Sendable {
    let caller: AdministrationCaller
    private let parameters: [String: String]
    let query: QueryReader
    /// `.null` for operations without a body.
    var body = JSONValue.null
    /// Of an upload.
    var file = ByteBuffer()

    init(caller: AdministrationCaller, parameters: [String: String], query: QueryReader) {
        self.caller = caller
        self.parameters = parameters
        self.query = query
    }

    /// A parameter of the path, percent-decoded; empty (and so unknown to Administration) when the route has none of this name.
    func parameter(_ name: String) -> String { parameters[name] ?? "" }
}

/// What a route answers.
struct APIResponse: Sendable {
    let status: HTTPResponse.Status
    var headers: HTTPFields
    let body: ByteBuffer?

    static let noContent = APIResponse(status: .noContent, headers: [:], body: nil)

    static func json(_ document: some Encodable, status: HTTPResponse.Status = .ok, type: String = "application/json") -> APIResponse {
        APIResponse(status: status, headers: [.contentType: type], body: ByteBuffer(bytes: JSONText.bytes(of: document)))
    }

    /// 201 with the place of what was made.
    static func created(_ document: some Encodable, at path: String) -> APIResponse {
        var response = json(document, status: .created)
        response.headers[.location] = AdministrationAPI.prefix + path
        return response
    }

    var response: Response {
        var headers = headers
        // Answers hold addresses and settings; no cache between here and the caller keeps them.
        headers[.cacheControl] = "no-store"
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status: status, headers: headers, body: body.map(ResponseBody.init(byteBuffer:)) ?? ResponseBody())
    }
}
