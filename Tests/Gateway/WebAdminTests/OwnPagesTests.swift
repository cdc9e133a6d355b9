import Administration
import DomainsAndUsers
import Filtering
import GatewayTestKit
import Hummingbird
import HummingbirdTesting
import Logging
import Mail
import Quarantine
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// Users' own pages: who sees and does what there, and what a user cannot reach.
struct OwnPagesTests {
    private static let address = "taro@example.co.jp"
    private static let password = "a password of taro"

    private static func kept(
        _ number: UInt64, to recipients: [String], kind: QuarantineKind = .user
    ) -> QuarantinedMessage {
        QuarantinedMessage(
            message: RecordIdentifier(high: number, low: 7),
            mark: QuarantinedMessage.Mark(
                kind: kind, quarantinedAt: UTCTime(milliseconds: 1_800_000_000_000 + Int64(number)),
                reason: LocalizedText("too suspicious", ja: "疑わしい"), score: FilterScore(tenths: 65)),
            reversePath: "someone@example.net", subject: "subject \(number)", sizeBytes: 100, recipients: recipients,
            recipientCount: recipients.count)
    }

    /// Message 1 is Taro's and Hanako's, 2 is Hanako's, 3 is Taro's and dangerous, 4 came to an alias of Taro's.
    private static func gateway() async throws -> InMemoryGateway {
        let gateway = try SampleGateway.make()
        let audit = AuditEntry(actor: .node, node: gateway.node, action: "test", target: "")
        for (name, aliases) in [("taro", ["info@example.co.jp"]), ("hanako", [])] {
            let user = User(
                identifier: RecordIdentifier(milliseconds: 1_790_000_000_000), address: try EmailAddress("\(name)@example.co.jp"),
                hasPassword: true, aliases: try aliases.map { try EmailAddress($0) }, createdAt: UTCTime(milliseconds: 1_790_000_000_000))
            let verifier = try SCRAMVerifier.compute("a password of \(name)", iterations: 4096)
            try await gateway.users.insert(user, verifier: verifier, audit: audit)
        }
        gateway.change { state in
            state.quarantine = [
                kept(1, to: [address, "hanako@example.co.jp"]), kept(2, to: ["hanako@example.co.jp"]),
                kept(3, to: [address], kind: .administrator), kept(4, to: ["info@example.co.jp"]),
            ]
        }
        return gateway
    }

    private static func signIn(_ browser: Browser, password: String = OwnPagesTests.password) async throws -> Browser.Page {
        try await browser.get("/my/sign-in")
        return try await browser.post("/my/sign-in", [("address", address), ("password", password)])
    }

    private static func withUser(_ test: @escaping @Sendable (InMemoryGateway, Browser) async throws -> Void) async throws {
        let gateway = try await gateway()
        try await withSite(gateway) { browser async throws -> Void in
            try #require(try await signIn(browser).location == "/my/quarantine")
            try await test(gateway, browser)
        }
    }

    private static func path(_ number: UInt64) -> String { "/my/quarantine/\(RecordIdentifier(high: number, low: 7))" }

    @Test func `a user sees what is kept back for his addresses, and no other recipient`() async throws {
        try await Self.withUser { _, browser async throws -> Void in
            let list = try await browser.get("/my/quarantine").text
            #expect(list.contains("subject 1") && list.contains("subject 4"))
            #expect(!list.contains("subject 2") && !list.contains("subject 3"))
            #expect(!list.contains("hanako"))
            #expect(try await browser.get("/my/quarantine?text=subject+4").text.contains("subject 1") == false)
            let page = try await browser.get(Self.path(1))
            #expect(page.status == .ok && page.text.contains(Self.address) && !page.text.contains("hanako"))
        }
    }

    @Test(arguments: [UInt64(2), 3]) func `a message of others, or of the administrators' quarantine, is not there for him`(
        _ number: UInt64
    ) async throws {
        try await Self.withUser { gateway, browser async throws -> Void in
            #expect(try await browser.get(Self.path(number)).status == .notFound)
            let entry = RecordIdentifier(high: number, low: 7).description
            for action in ["release", "delete"] {
                try await browser.post("/my/quarantine", [("entry", entry), ("action", action), ("confirmed", "yes")])
            }
            #expect(gateway.state.withLock { $0.quarantine.count } == 4)
            #expect(gateway.state.withLock { $0.queueWakings } == 0)
        }
    }

    @Test func `he releases his own copy after a question, and the other recipient's stays`() async throws {
        try await Self.withUser { gateway, browser async throws -> Void in
            let fields = [("entry", RecordIdentifier(high: 1, low: 7).description), ("action", "release")]
            let question = try await browser.post("/my/quarantine", fields)
            #expect(question.status == .ok && question.text.contains("subject 1"))
            #expect(gateway.state.withLock { $0.queueWakings } == 0)
            #expect(try await browser.post("/my/quarantine", fields + [("confirmed", "yes")]).location == "/my/quarantine")
            #expect(try await browser.get("/my/quarantine").text.contains("Messages released: 1"))
            let left = gateway.state.withLock { $0.quarantine.first { $0.subject == "subject 1" }?.recipients }
            #expect(left == ["hanako@example.co.jp"])
            #expect(gateway.state.withLock { $0.queueWakings } == 1 && gateway.state.withLock { $0.removedContent.isEmpty })
            let row = try #require(gateway.state.withLock { $0.audit.last })
            #expect(row.action == "user.quarantine.release" && row.actor.description == "user:\(Self.address)")
        }
    }

    @Test func `he deletes his own copy, and the content goes with the last one`() async throws {
        try await Self.withUser { gateway, browser async throws -> Void in
            for number in [UInt64(1), 4] {
                let entry = RecordIdentifier(high: number, low: 7).description
                try await browser.post("/my/quarantine", [("entry", entry), ("action", "delete"), ("confirmed", "yes")])
            }
            #expect(gateway.state.withLock { $0.removedContent } == [RecordIdentifier(high: 4, low: 7)])
            #expect(gateway.state.withLock { $0.quarantine.map(\.subject) } == ["subject 1", "subject 2", "subject 3"])
        }
    }

    @Test func `a wrong password, an unknown user and an administrator's name are refused alike`() async throws {
        let gateway = try await Self.gateway()
        try await withSite(gateway) { browser async throws -> Void in
            try await browser.get("/my/sign-in")
            var texts: Set<String> = []
            for (address, password) in [
                (Self.address, "wrong"), ("nobody@example.co.jp", Self.password), ("admin", SampleGateway.password),
                ("info@example.co.jp", Self.password),
            ] {
                let page = try await browser.post("/my/sign-in", [("address", address), ("password", password)])
                #expect(page.status == .forbidden && browser.cookie("__Host-user-session") == nil)
                texts.insert(page.text.replacing("value=\"\(address)\"", with: ""))
            }
            #expect(texts.count == 1, "nothing tells them apart")
        }
    }

    @Test func `many wrong passwords from one address are refused without a look`() async throws {
        let gateway = try await Self.gateway()
        try await withSite(gateway) { browser async throws -> Void in
            for _ in 0..<WebSettings().maximumFailedSignIns {
                #expect(try await Self.signIn(browser, password: "wrong").status == .forbidden)
            }
            #expect(try await Self.signIn(browser).status == .tooManyRequests)
        }
    }

    @Test func `an administrator's session opens no page of users, and the other way round`() async throws {
        let gateway = try await Self.gateway()
        try await withSignedIn(gateway) { browser async throws -> Void in
            #expect(try await browser.get("/my/quarantine").location == "/my/sign-in")
            browser.setCookie("__Host-user-session", browser.cookie("__Host-session"))
            #expect(try await browser.get("/my/quarantine").location == "/my/sign-in")
        }
        try await Self.withUser { _, browser async throws -> Void in
            browser.setCookie("__Host-session", browser.cookie("__Host-user-session"))
            #expect(try await browser.get("/quarantine").location == "/sign-in?next=%2Fquarantine")
        }
    }

    @Test func `his password is changed with the present one, which ends his sessions`() async throws {
        try await Self.withUser { gateway, browser async throws -> Void in
            let new = [("password", "another long password"), ("password-again", "another long password")]
            let wrong = try await browser.post("/my/account/password", [("current-password", "no")] + new)
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("The current password is wrong"))
            let old = browser.cookie("__Host-user-session")
            let done = try await browser.post("/my/account/password", [("current-password", Self.password)] + new)
            #expect(done.location == "/my/account")
            #expect(try await browser.get("/my/quarantine").status == .ok)
            browser.setCookie("__Host-user-session", old)
            #expect(try await browser.get("/my/quarantine").location == "/my/sign-in")
            #expect(gateway.users.audited.contains { $0.hasPrefix("user.password.change \(Self.address)") })
        }
    }

    @Test func `his language is kept with him and outlives his session`() async throws {
        try await Self.withUser { _, browser async throws -> Void in
            try await browser.post("/my/account/language", [("language", "ja"), ("return", "/my/quarantine")])
            #expect(try await browser.get("/my/quarantine").text.contains("<html lang=\"ja\">"))
            #expect(try await browser.post("/my/sign-out").location == "/my/sign-in")
            #expect(try await browser.get("/my/quarantine").location == "/my/sign-in")
            _ = try await Self.signIn(browser)
            #expect(try await browser.get("/my/quarantine").text.contains("隔離されたメール"))
        }
    }

    @Test func `signing in leads to no page outside the users' own`() async throws {
        let gateway = try await Self.gateway()
        try await withSite(gateway) { browser async throws -> Void in
            for next in ["/settings", "//evil.example/my/", "https://evil.example", "/my", "/myself"] {
                try await browser.get("/my/sign-in")
                let page = try await browser.post(
                    "/my/sign-in", [("address", Self.address), ("password", Self.password), ("next", next)])
                #expect(page.location == "/my/quarantine", "\(next)")
            }
        }
    }
}
