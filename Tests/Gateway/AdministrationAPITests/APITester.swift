import Administration
import Foundation
import GatewayTestKit
import Hummingbird
import HummingbirdTesting
import Logging

@testable import AdministrationAPI

/// What the API answered.
struct APIAnswer {
    let status: Int
    let headers: HTTPFields
    let text: String

    func decoded<Document: Decodable>(_ type: Document.Type) throws -> Document { try JSONDecoder().decode(type, from: Data(text.utf8)) }

    var problem: ProblemDocument { get throws { try decoded(ProblemDocument.self) } }
    /// Names of the refused fields.
    var fields: [String?] { get throws { try problem.errors.map(\.field) } }
}

extension InMemoryGateway {
    static let caller = AdministrationCaller.localCommand(userID: 42)

    var api: AdministrationAPI {
        AdministrationAPI(administration: administration, nodes: self, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Sends one request, below the API's prefix, through its router.
    func request(
        _ method: HTTPRequest.Method, _ path: String, _ body: String? = nil, contentType: String? = "application/json"
    ) async throws -> APIAnswer {
        let application = Application(router: api.buildRouter(caller: Self.caller))
        var headers = HTTPFields()
        if body != nil, let contentType { headers[.contentType] = contentType }
        return try await application.test(.router) { [headers] client in
            try await client.execute(
                uri: AdministrationAPI.prefix + path, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) }
            ) { response in
                APIAnswer(status: response.status.code, headers: response.headers, text: String(buffer: response.body))
            }
        }
    }
}
