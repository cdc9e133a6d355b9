import Administration
import Foundation
import GatewayTestKit
import Hummingbird
import HummingbirdTesting
import Logging
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// A browser without JavaScript: keeps cookies, sends the forms' token, does not follow redirects by itself.
final class Browser: Sendable {
    private let client: any TestClientProtocol
    private let cookies = Mutex<[String: String]>([:])

    init(_ client: any TestClientProtocol) { self.client = client }

    struct Page: Sendable {
        let path: String
        let status: HTTPResponse.Status
        let headers: HTTPFields
        let text: String

        var location: String? { headers[.location] }

        /// Paths of this site in links and style sheets.
        var links: [String] {
            text.matches(of: /(?:href|src)="([^"]*)"/).map { String($0.1).replacing("&amp;", with: "&") }
        }
    }

    func cookie(_ name: String) -> String? { cookies.withLock { $0[name] } }
    func setCookie(_ name: String, _ value: String?) { cookies.withLock { $0[name] = value } }

    @discardableResult
    func get(_ path: String, headers: HTTPFields = [:]) async throws -> Page {
        try await send(path, .get, headers, body: nil)
    }

    /// Sends a form with the token of the cookie.
    @discardableResult
    func post(_ path: String, _ fields: [(String, String)] = [], headers: HTTPFields = [:]) async throws -> Page {
        try await postRaw(path, fields + [("form-token", cookie("__Host-form") ?? "")], headers: headers)
    }

    func postRaw(_ path: String, _ fields: [(String, String)], headers: HTTPFields = [:]) async throws -> Page {
        var headers = headers
        if headers[.contentType] == nil { headers[.contentType] = "application/x-www-form-urlencoded" }
        let body = fields.map { "\(PageLink.escape($0.0))=\(PageLink.escape($0.1))" }.joined(separator: "&")
        return try await send(path, .post, headers, body: ByteBuffer(string: body))
    }

    /// A body of another kind than a form's usual one.
    func postText(_ path: String, _ body: String, type: String) async throws -> Page {
        try await send(path, .post, [.contentType: type], body: ByteBuffer(string: body))
    }

    func signIn(_ name: String = SampleGateway.administratorName, password: String = SampleGateway.password) async throws {
        try await get("/sign-in")
        let page = try await post("/sign-in", [("name", name), ("password", password)])
        try #require(page.status == .seeOther, "signed in")
    }

    private func send(_ path: String, _ method: HTTPRequest.Method, _ headers: HTTPFields, body: ByteBuffer?) async throws -> Page {
        var headers = headers
        let sent = cookies.withLock { $0.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: "; ") }
        if !sent.isEmpty { headers[.cookie] = sent }
        let response = try await client.executeRequest(uri: path, method: method, headers: headers, body: body)
        for line in response.headers[values: .setCookie] { keep(line) }
        return Page(path: path, status: response.status, headers: response.headers, text: String(buffer: response.body))
    }

    static func headers(_ values: [String: String]) throws -> HTTPFields {
        var headers = HTTPFields()
        for (name, value) in values { headers[try #require(HTTPFields.Element.Name(name))] = value }
        return headers
    }

    private func keep(_ line: String) {
        let parts = line.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
        let pair = parts[0].split(separator: "=", maxSplits: 1).map(String.init)
        let isRemoval = parts.contains("Max-Age=0")
        cookies.withLock { $0[pair[0]] = isRemoval || pair.count < 2 ? nil : pair[1] }
    }
}

/// Runs a test against the whole site over in-memory ports.
func withSite(_ gateway: InMemoryGateway, _ test: @escaping @Sendable (Browser) async throws -> Void) async throws {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let site = try AdminSite(
        administration: gateway.administration, nodeName: "mx1", setupCode: SampleGateway.setupCode,
        probes: AdminSite.Probes(health: { await gateway.health() }, metrics: { "sessions 3\n" }), logger: logger)
    let application = Application(responder: site.buildResponder(), logger: logger)
    try await application.test(.router) { client in try await test(Browser(client)) }
}

/// The same, signed in as the sample's administrator.
func withSignedIn(
    _ gateway: InMemoryGateway, _ test: @escaping @Sendable (Browser) async throws -> Void
) async throws {
    try await withSite(gateway) { browser in
        try await browser.signIn()
        try await test(browser)
    }
}
