import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// Forms of other sites, bounds of requests, errors.
struct FormGuardTests {
    @Test func `a form without the browser's token does nothing`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            for fields in [[], [("form-token", "")], [("form-token", String(repeating: "A", count: 43))]] {
                let page = try await browser.postRaw("/domains/example.net/delete", fields)
                #expect(page.status == .forbidden && page.text.contains("reload the page"))
            }
            let token = try #require(browser.cookie("__Host-form"))
            browser.setCookie("__Host-form", nil)
            #expect(try await browser.postRaw("/domains/example.net/delete", [("form-token", token)]).status == .forbidden)
            #expect(gateway.state.withLock { $0.domains.count } == 3)
        }
    }

    @Test func `the form token changes when someone signs in`() async throws {
        try await withSite(try SampleGateway.make()) { browser in
            try await browser.get("/sign-in")
            let before = browser.cookie("__Host-form")
            try await browser.post("/sign-in", [("name", "admin"), ("password", SampleGateway.password)])
            #expect(browser.cookie("__Host-form") != before)
        }
    }

    @Test(arguments: [
        ("Origin", "https://evil.example"), ("Origin", "null"), ("Origin", "https://localhost:99"),
        ("Origin", "https://localhost.evil.example"),
        ("Referer", "https://evil.example/localhost"), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Site", "same-site"),
    ])
    func `a form from another site does nothing`(header: String, value: String) async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.post("/domains/example.net/delete", headers: try Browser.headers([header: value]))
            #expect(page.status == .forbidden)
            #expect(gateway.state.withLock { $0.domains.count } == 3)
        }
    }

    @Test func `a form from this site acts`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let headers = try Browser.headers(["Origin": "https://localhost", "Sec-Fetch-Site": "same-origin"])
            let page = try await browser.post("/domains/example.net/delete", headers: headers)
            #expect(page.location == "/domains")
            #expect(gateway.state.withLock { $0.domains.count } == 2)
        }
    }

    @Test func `a form without a session does nothing`() async throws {
        let gateway = try SampleGateway.make()
        try await withSite(gateway) { browser in
            try await browser.get("/sign-in")
            #expect(try await browser.post("/domains/example.net/delete").location == "/sign-in")
            #expect(gateway.state.withLock { $0.domains.count } == 3)
        }
    }

    @Test func `requests beyond the bounds are refused with a page`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let long = try await browser.get("/queue?text=" + String(repeating: "x", count: 9000))
            #expect(long.status == .contentTooLarge && long.text.contains("too much at once"))
            let large = try await browser.post(
                "/domains/example.net/recipients", [("recipients", String(repeating: "x", count: 1_100_000))])
            #expect(large.status == .contentTooLarge && large.text.contains("too much at once"))
            let kind = try await browser.post("/queue", headers: [.contentType: "multipart/form-data"])
            #expect(kind.status == .badRequest)
        }
    }

    @Test(arguments: [
        "/nowhere", "/messages/zz", "/messages/00000000000000000000000000000000", "/domains/unknown.example", "/domains/%00",
        "/settings/none",
        "/settings/domain", "/administrators/nobody/delete", "/assets/../site.css", "/%ff%fe", "/domains/unknown.example/recipients",
    ])
    func `what is not there has a page that says so`(path: String) async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let page = try await browser.get(path)
            #expect(page.status == .notFound || page.status == .badRequest, "\(page.status)")
            #expect(page.text.contains("<html lang=\"en\">") && page.text.contains("href=\"/queue\""), "with the menu")
        }
    }

    @Test(arguments: [("/sign-in", Language.english), ("/queue", .japanese)])
    func `without the database a page says what to do`(path: String, language: Language) async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            gateway.change { $0.isUnavailable = true }
            let page = try await browser.get(path, headers: [.acceptLanguage: language.rawValue])
            #expect(page.status == .serviceUnavailable)
            #expect(page.text.contains(language == .english ? "The database does not answer" : "データベースが応答していません"))
            #expect(page.text.contains("/assets/site.css") && !page.text.contains("secret-host"))
            #expect(try await browser.get("/assets/site.css").status == .ok)
            #expect(try await browser.get("/health").status == .serviceUnavailable)
        }
    }

    @Test func `health and metrics answer without a session`() async throws {
        let gateway = try SampleGateway.make()
        try await withSite(gateway) { browser in
            let good = try await browser.get("/health")
            #expect(good.status == .ok && good.text == "{\"status\":\"ok\",\"parts\":{\"database\":true}}\n")
            gateway.change { $0.isWorking = false }
            let bad = try await browser.get("/health")
            #expect(bad.status == .serviceUnavailable && bad.text.contains("\"database\":false"))
            #expect(try await browser.get("/metrics").text == "sessions 3\n")
            #expect(try await browser.get("/metrics").headers[.setCookie] == nil)
        }
    }

    @Test(arguments: [
        ("a=1&b=2&a=3", "a", ["1", "3"]), ("a", "a", [""]), ("a=%E3%81%82+b", "a", ["あ b"]), ("a=%", "a", ["%"]), ("a=%4", "a", ["%4"]),
        ("a=%zz", "a", ["%zz"]),
        ("a=%FF", "a", ["\u{FFFD}"]), ("&&&=x", "", ["x"]), ("a==b", "a", ["=b"]), ("%61=1", "a", ["1"]), ("", "a", []),
    ])
    func `a form's body is read`(body: String, name: String, values: [String]) {
        #expect(FormValues(urlEncoded: body).all(name) == values)
    }

    @Test(
        arguments: [
            ("2026-11-23", 1_795_392_000_000), ("1970-01-01", 0), ("2024-02-29", 1_709_164_800_000), ("2000-03-01", 951_868_800_000),
            ("2026-02-29", nil), ("2026-13-01", nil), ("26-11-23", nil), ("2026-11-23T10:00", nil), ("2026-11-00", nil), ("x", nil),
            ("", nil),
            ("9999-12-31", 253_402_214_400_000),
        ] as [(String, Int64?)])
    func `a day is read`(text: String, milliseconds: Int64?) {
        #expect(CalendarDay(text)?.start.milliseconds == milliseconds)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")])
    func `numbers are grouped`(number: Int, text: String) { #expect(ShownValue.number(number) == text) }

    @Test(
        arguments: [
            (5, "5 bytes"), (1024, "1.0 KiB"), (10_300, "10.0 KiB"), (1_048_576, "1.0 MiB"), (157_286_400, "150 MiB"), (Int.max, nil),
        ] as [(Int, String?)])
    func `sizes are short`(bytes: Int, text: String?) {
        let shown = ShownValue.size(bytes, .english)
        if let text { #expect(shown == text) } else { #expect(!shown.isEmpty) }
    }

    @Test func `a missing style sheet refuses to start and names the package`() throws {
        let error = #expect(throws: AdminSiteError.self) { try SiteAssets(bootstrapPath: "/nonexistent/bootstrap.min.css") }
        #expect("\(try #require(error))".contains("libjs-bootstrap5"))
    }
}
