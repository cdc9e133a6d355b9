import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// First start, signing in and out, sessions, language.
struct SignInTests {
    private static func firstStart(_ changes: [String: String] = [:]) -> [(String, String)] {
        var fields = [
            "code": SampleGateway.setupCode, "name": "tanaka", "password": "a long enough password",
            "password-again": "a long enough password",
            "language": "ja",
        ]
        fields.merge(changes) { $1 }
        return fields.sorted { $0.key < $1.key }
    }

    @Test func `the first start makes one administrator, signs in, and is then gone`() async throws {
        let gateway = InMemoryGateway()
        try await withSite(gateway) { browser in
            #expect(try await browser.get("/").location == "/first-start")
            #expect(try await browser.get("/sign-in").location == "/first-start")
            #expect(try await browser.get("/first-start").status == .ok)
            let made = try await browser.post("/first-start", Self.firstStart())
            #expect(made.status == .seeOther && made.location == "/")
            let dashboard = try await browser.get("/")
            #expect(dashboard.text.contains("ダッシュボード") && dashboard.text.contains("ようこそ") && dashboard.text.contains("tanaka"))
            #expect(dashboard.text.contains("/domains/add"))
            #expect(try await browser.get("/first-start").location == "/sign-in")
            #expect(try await browser.post("/first-start", Self.firstStart(["name": "second"])).location == "/sign-in")
            #expect(gateway.state.withLock { $0.administrators.count } == 1)
            #expect(!(try await browser.get("/").text.contains("ようこそ")), "a notice is shown once")
        }
    }

    @Test(arguments: [
        ("code", "wrong", "not the set-up code"), ("code", "", "Fill in this field"), ("name", "田中", "letters, digits"),
        ("name", "", "letters, digits"),
        ("password-again", "another", "differ"), ("password", "short", "differ"),
    ])
    func `a bad entry of the first start is shown at its field`(field: String, value: String, message: String) async throws {
        let gateway = InMemoryGateway()
        try await withSite(gateway) { browser in
            try await browser.get("/first-start")
            let page = try await browser.post("/first-start", Self.firstStart([field: value]))
            #expect(page.status == .unprocessableContent)
            #expect(page.text.contains(message) && page.text.contains("is-invalid"))
            #expect(!page.text.contains("a long enough password"), "passwords are never sent back")
            #expect(gateway.state.withLock { $0.administrators.isEmpty })
        }
    }

    @Test func `the set-up code cannot be guessed at speed`() async throws {
        try await withSite(InMemoryGateway()) { browser in
            try await browser.get("/first-start")
            for _ in 0..<10 { try await browser.post("/first-start", Self.firstStart(["code": "guess"])) }
            let page = try await browser.post("/first-start", Self.firstStart())
            #expect(page.status == .unprocessableContent && page.text.contains("Too many"))
        }
    }

    @Test func `a page without a session leads to sign-in and back`() async throws {
        try await withSite(try SampleGateway.make()) { browser in
            for path in PagesTests.pages where path != "/" {
                #expect(try await browser.get(path).location == PageLink("/sign-in").with("next", path).text)
            }
            #expect(try await browser.get("/").location == "/sign-in")
            let form = try await browser.get("/sign-in?next=%2Fqueue%3Ftext%3Da")
            #expect(form.text.contains("name=\"next\" value=\"/queue?text=a\""))
            let page = try await browser.post(
                "/sign-in", [("name", "ADMIN"), ("password", SampleGateway.password), ("next", "/queue?text=a")])
            #expect(page.location == "/queue?text=a")
            #expect(try await browser.get("/queue?text=a").status == .ok)
            #expect(try await browser.get("/sign-in").location == "/")
        }
    }

    @Test(arguments: ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/a\r\nSet-Cookie: x=1", ""])
    func `signing in never leads to another site`(next: String) async throws {
        try await withSite(try SampleGateway.make()) { browser in
            try await browser.get("/sign-in")
            let page = try await browser.post("/sign-in", [("name", "admin"), ("password", SampleGateway.password), ("next", next)])
            #expect(page.location == "/")
        }
    }

    @Test func `a wrong password is refused, and after ten tries the right one too`() async throws {
        try await withSite(try SampleGateway.make()) { browser in
            try await browser.get("/sign-in")
            for _ in 0..<10 {
                let page = try await browser.post("/sign-in", [("name", "admin"), ("password", "wrong")])
                #expect(page.status == .forbidden && page.text.contains("Name or password is wrong"))
                #expect(browser.cookie("__Host-session") == nil)
            }
            let page = try await browser.post("/sign-in", [("name", "admin"), ("password", SampleGateway.password)])
            #expect(page.status == .tooManyRequests && page.text.contains("15 minutes"))
        }
    }

    @Test func `the session cookie is bound to this host and hidden from scripts`() async throws {
        try await withSite(try SampleGateway.make()) { browser in
            try await browser.get("/sign-in")
            let page = try await browser.post("/sign-in", [("name", "admin"), ("password", SampleGateway.password)])
            let cookies = page.headers[values: .setCookie]
            let session = try #require(cookies.first { $0.hasPrefix("__Host-session=") })
            for attribute in ["Secure", "HttpOnly", "Path=/", "SameSite=Lax"] { #expect(session.contains("; \(attribute)")) }
            #expect(!session.contains("Domain"))
            #expect(cookies.contains { $0.hasPrefix("__Host-form=") }, "a form token known before is worth nothing afterwards")
        }
    }

    @Test func `signing out ends the session in the database`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let token = browser.cookie("__Host-session")
            let page = try await browser.post("/sign-out")
            #expect(page.location == "/sign-in" && browser.cookie("__Host-session") == nil)
            #expect(try await browser.get("/sign-in").text.contains("You are signed out"))
            browser.setCookie("__Host-session", token)
            #expect(try await browser.get("/queue").status == .seeOther)
        }
    }

    @Test(arguments: ["x", String(repeating: "A", count: 43), "\"><script>"])
    func `a made-up session is none`(token: String) async throws {
        try await withSite(try SampleGateway.make()) { browser in
            browser.setCookie("__Host-session", token)
            let page = try await browser.get("/queue")
            #expect(page.status == .seeOther)
        }
    }

    @Test func `before signing in the language is that of the link, then of the browser`() async throws {
        try await withSite(try SampleGateway.make()) { browser in
            let japanese = try await browser.get("/sign-in", headers: [.acceptLanguage: "fr, ja-JP;q=0.9, en;q=0.8"])
            #expect(japanese.text.contains("<html lang=\"ja\">") && japanese.links.contains("/sign-in?lang=en"))
            let english = try await browser.get("/sign-in?next=%2Fqueue&lang=en", headers: [.acceptLanguage: "ja"])
            #expect(english.text.contains("<html lang=\"en\">") && english.links.contains("/sign-in?next=%2Fqueue&lang=ja"))
            #expect(
                try await browser.get("/sign-in", headers: [.acceptLanguage: "ja"]).text.contains("<html lang=\"en\">"), "kept in a cookie")
        }
    }

    @Test(arguments: [
        ("ja", Language.japanese), ("en-GB,ja;q=0.5", .english), ("ja;q=0.3,en;q=0.4", .english), ("ja;q=0", nil), ("de,fr", nil),
        ("", nil), ("JA-jp", .japanese),
        (";;;=,,,q=", nil), (String(repeating: "x,", count: 5000), nil),
    ])
    func `the language is chosen by weight`(header: String, language: Language?) {
        #expect(LanguageChoice.preferred(header) == language)
    }

    @Test func `the language of the account is kept and the pages change at once`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let page = try await browser.post("/account/language", [("language", "ja"), ("return", "/queue")])
            #expect(page.location == "/queue")
            let queue = try await browser.get("/queue").text
            #expect(queue.contains("<html lang=\"ja\">") && queue.contains("言語を保存しました"))
            #expect(try await browser.post("/account/language", [("language", "xx")]).status == .badRequest)
        }
    }

    @Test func `changing the own password asks for the present one and keeps this browser signed in`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let wrong = try await browser.post(
                "/account/password",
                [("current-password", "no"), ("password", "another long password"), ("password-again", "another long password")])
            #expect(wrong.status == .unprocessableContent && wrong.text.contains("Name or password is wrong"))
            let short = try await browser.post(
                "/account/password", [("current-password", SampleGateway.password), ("password", "short"), ("password-again", "short")])
            #expect(short.status == .unprocessableContent && short.text.contains("at least 12"))
            let differ = try await browser.post(
                "/account/password",
                [("current-password", SampleGateway.password), ("password", "one long password"), ("password-again", "other")])
            #expect(differ.text.contains("differ"))
            let before = browser.cookie("__Host-session")
            let done = try await browser.post(
                "/account/password",
                [
                    ("current-password", SampleGateway.password), ("password", "another long password"),
                    ("password-again", "another long password"),
                ])
            #expect(done.location == "/account")
            #expect(try await browser.get("/account").text.contains("The password was set"))
            browser.setCookie("__Host-session", before)
            #expect(try await browser.get("/account").status == .seeOther, "other sessions end")
        }
    }
}
