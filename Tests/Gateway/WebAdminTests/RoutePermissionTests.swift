import DomainsAndUsers
import GatewayTestKit
import Hummingbird
import HummingbirdTesting
import Logging
import Mail
import Settings
import Testing

@testable import WebAdmin

/// A table over every route of the site: what a signed-in user gets from it.
struct RoutePermissionTests {
    /// What anybody may ask for. Everything else below `/my` needs a user, and everything else at all an administrator.
    private static let open: Set<String> = [
        "/health", "/metrics", "/favicon.ico", "/assets/site.css", "/assets/icon.svg", "/assets/bootstrap.min.css", "/first-start",
        "/sign-in",
        "/my", "/my/sign-in",
        // What asks for a signed link; the sample of one is refused.
        "/link/0123456789abcdef0123456789abcdef", "/attachment/0123456789abcdef0123456789abcdef",
    ]

    private struct Route: Sendable {
        let isForm: Bool
        /// With something in the place of each parameter.
        let path: String
    }

    private static func gateway() async throws -> InMemoryGateway {
        let gateway = try SampleGateway.make()
        let user = User(
            identifier: RecordIdentifier(milliseconds: 1), address: try EmailAddress("taro@example.co.jp"), hasPassword: true,
            createdAt: UTCTime(milliseconds: 1))
        try await gateway.users.insert(
            user, verifier: try SCRAMVerifier.compute("a password of taro", iterations: 4096),
            audit: AuditEntry(actor: .node, node: gateway.node, action: "test", target: ""))
        return gateway
    }

    private static func site(_ gateway: InMemoryGateway) throws -> Router<AdminRequestContext> {
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let site = try AdminSite(
            administration: gateway.administration, nodeName: "mx1", setupCode: SampleGateway.setupCode,
            probes: AdminSite.Probes(health: { await gateway.health() }, metrics: { "" }), logger: logger)
        return site.router()
    }

    private static func sample(_ path: RouterPath) -> String {
        let parts = path.description.split(separator: "/").map { part in
            part.hasPrefix(":") || part.hasPrefix("{") ? "0123456789abcdef0123456789abcdef" : String(part)
        }
        return "/" + parts.joined(separator: "/")
    }

    @Test func `a user is sent to the administrators' sign-in from every route that is not his own`() async throws {
        let gateway = try await Self.gateway()
        let router = try Self.site(gateway)
        let routes = router.routes.map { Route(isForm: $0.method == .post, path: Self.sample($0.path)) }
        let application = Application(responder: router.buildResponder(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await application.test(.router) { client in
            let browser = Browser(client)
            try await browser.get("/my/sign-in")
            let page = try await browser.post("/my/sign-in", [("address", "taro@example.co.jp"), ("password", "a password of taro")])
            try #require(page.status == .seeOther)
            // Even in the place of an administrator's.
            browser.setCookie("__Host-session", browser.cookie("__Host-user-session"))
            var checked = 0
            for route in routes {
                let path = route.path
                guard !Self.open.contains(path), !path.hasPrefix("/my/") else { continue }
                let answer = route.isForm ? try await browser.post(path) : try await browser.get(path)
                #expect(answer.status == .seeOther, "\(route)")
                #expect(answer.location?.hasPrefix("/sign-in") == true, "\(route): \(answer.location ?? "")")
                checked += 1
            }
            #expect(checked > 50, "the table has all pages: \(checked)")
            #expect(gateway.auditedActions.allSatisfy { $0 != "domain.delete" && $0 != "quarantine.release" })
        }
    }

    @Test func `without a session every page of users leads to their sign-in`() async throws {
        let router = try Self.site(try await Self.gateway())
        let routes = router.routes.map { Route(isForm: $0.method == .post, path: Self.sample($0.path)) }
        let application = Application(responder: router.buildResponder(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        try await application.test(.router) { client in
            let browser = Browser(client)
            try await browser.get("/my/sign-in")
            let own = routes.filter { $0.path.hasPrefix("/my/") && !Self.open.contains($0.path) }
            for route in own {
                let path = route.path
                let answer = route.isForm ? try await browser.post(path) : try await browser.get(path)
                #expect(answer.location?.hasPrefix("/my/sign-in") == true, "\(route)")
            }
            #expect(own.count >= 6)
        }
    }
}
