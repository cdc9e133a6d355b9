import GatewayTestKit
import Hummingbird
import Settings
import Testing

@testable import WebAdmin

/// A form that is wrong in several places says so in all of them at once.
struct FormProblemsTests {
    private static func invalidFields(_ page: Browser.Page) -> Set<String> {
        Set(
            page.text.matches(of: /<(?:input|textarea|select) class="[^"]*is-invalid[^"]*"[^>]*?name="([^"]*)"/).map {
                String($0.1)
            })
    }

    @Test func `a domain's name, host and ports are told together`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser async throws -> Void in
            let page = try await browser.post(
                "/domains/add",
                [
                    ("name", "not a domain"), ("note", ""), ("host", "mail host"), ("port", "25"), ("priority", "x"), ("security", "none"),
                    ("host", "mail.example.com"), ("port", "99999"), ("priority", "10"), ("security", "none"),
                ])
            #expect(page.status == .unprocessableContent)
            #expect(Self.invalidFields(page) == ["name", "host", "port", "priority"])
            #expect(page.text.contains("is not a host such as"))
        }
    }

    @Test func `what is wrong with a mail server stands at its row`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser async throws -> Void in
            let page = try await browser.post(
                "/domains/add",
                [
                    ("name", "new.example"), ("note", ""), ("host", ""), ("port", ""), ("priority", ""), ("security", "none"),
                    ("host", "bad host"), ("port", "25"), ("priority", "10"), ("security", "none"),
                ])
            let rows = page.text.split(separator: "class=\"server-row\"").dropFirst()
            #expect(rows.map { $0.contains("is-invalid") }.prefix(2) == [false, true])
        }
    }

    @Test func `a user's address, alias and both passwords are told together`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser async throws -> Void in
            let page = try await browser.post(
                "/domains/example.co.jp/users/add",
                [
                    ("address", "someone@elsewhere.example"), ("display-name", ""), ("aliases", "x@elsewhere.example"),
                    ("state", "enabled"),
                    ("password", "short"), ("password-again", "other"),
                ])
            #expect(page.status == .unprocessableContent)
            #expect(Self.invalidFields(page) == ["address", "aliases", "password", "password-again"])
        }
    }

    @Test(arguments: ["/account/password", "/administrators/add"]) func `a short password that differs is told as both`(
        _ path: String
    ) async throws {
        try await withSignedIn(try SampleGateway.make()) { browser async throws -> Void in
            let page = try await browser.post(
                path, [("name", "new"), ("current-password", "x"), ("password", "short"), ("password-again", "other")])
            #expect(Self.invalidFields(page) == ["password", "password-again"])
            #expect(page.text.contains("At least 12 characters."))
        }
    }

    @Test(arguments: ["/reports?by=day", "/messages?", "/audit?"]) func `an end before the beginning is said so`(_ path: String)
        async throws
    {
        try await withSignedIn(try SampleGateway.make()) { browser async throws -> Void in
            let page = try await browser.get("\(path)&from=2026-11-24&until=2026-11-23")
            #expect(page.status == .unprocessableContent && page.text.contains("The end is before the beginning."))
            #expect(try await browser.get("\(path)&from=2026-11-24&until=2026-11-24").status == .ok, "one day is a range")
        }
    }

    @Test func `the only administrator is not offered to be deleted`() async throws {
        let gateway = try SampleGateway.make()
        gateway.change { $0.administrators.removeLast() }
        try await withSignedIn(gateway) { browser async throws -> Void in
            let list = try await browser.get("/administrators").text
            #expect(!list.contains("/delete\""))
            #expect(try await browser.get("/administrators/admin/delete").status == .conflict)
        }
    }

    @Test func `a dashboard tile leads to the messages that it counts`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser async throws -> Void in
            let links = try await browser.get("/").links.filter { $0.hasPrefix("/messages?result=") }
            #expect(links.count == 4)
            for link in links {
                #expect(link.contains("&from=20") && link.hasSuffix("%3A00"), "\(link)")
                let page = try await browser.get(link)
                #expect(page.status == .ok && page.text.contains("type=\"datetime-local\""))
            }
        }
    }

    @Test(arguments: [
        ("2026-11-23", "2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"),
        ("2026-11-23T10:30", "2026-11-23T10:30:00Z", "2026-11-23T10:30:00Z"),
    ]) func `a day is whole and a time is exact`(_ text: String, _ start: String, _ end: String) throws {
        let time = try #require(LogTime(text))
        #expect(time.start.description == start && time.end.description == end)
    }

    @Test(arguments: ["", "T10:00", "2026-11-23T", "2026-11-23T24:00", "2026-11-23T1:00", "2026-11-23T10:00T10:00", "2026-02-30"])
    func `anything else is no time`(_ text: String) { #expect(LogTime(text) == nil) }
}
