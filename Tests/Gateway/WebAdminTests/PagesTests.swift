import GatewayTestKit
import Hummingbird
import MessageLog
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// Every page: language, escaping, protective headers, links.
struct PagesTests {
    static let pages = [
        "/", "/messages", "/messages?result=refused", "/queue", "/queue?select=all", "/queue?text=nobody", "/domains", "/domains/add",
        "/domains/example.co.jp", "/domains/xn--r8jz45g.jp", "/domains/example.co.jp/recipients", "/domains/example.co.jp/settings",
        "/domains/example.co.jp/delete", "/domains/example.co.jp/verification", "/settings", "/settings/reception", "/settings/delivery",
        "/settings/node", "/audit",
        "/audit?text=nothing", "/administrators", "/administrators/add", "/administrators/suzuki/password", "/administrators/suzuki/delete",
        "/account", "/lists", "/lists?list=allow", "/content-rules", "/content-rules/new", "/sieve", "/sieve/edit?owner=cluster",
        "/lists?text=nobody", "/quarantine",
        "/quarantine?select=all", "/quarantine?text=nobody",
        "/api-keys", "/api-keys/create", "/maintenance", "/directories", "/directories/message-data/move", "/transcripts",
        "/settings/transcripts", "/settings/retention",
        "/reports", "/reports?by=month&direction=inbound",
        "/reports?by=day&from=2026-01-01&until=2026-02-01", "/settings-history", "/settings-transfer",
        "/settings-history?scope=node&actor=nobody&since=2026-01-01",
    ]

    @Test(arguments: Language.allCases)
    func `every page is shown in the administrator's language without a gap`(language: Language) async throws {
        try await withSignedIn(try SampleGateway.make(language: language)) { browser in
            for path in Self.pages {
                let page = try await browser.get(path)
                #expect(page.status == .ok, "\(path)")
                #expect(page.text.contains("<html lang=\"\(language.rawValue)\">"), "\(path)")
                #expect(page.headers[.contentLanguage] == language.rawValue)
                #expect(page.text.contains(language == .japanese ? "サインアウト" : "Sign out"), "\(path)")
                let ours = page.text.replacing("{{layout.formToken}}", with: "")
                #expect(!ours.contains("{{") && !ours.contains("{}"), "\(path)")
                #expect(!page.text.contains("Optional("), "\(path)")
            }
        }
    }

    @Test func `what comes from outside is escaped on every page`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            var seen = 0
            let message = try #require(gateway.messageIdentifiers.dropFirst(2).first)
            for path in Self.pages + ["/messages/\(message)"] {
                let page = try await browser.get(path)
                #expect(!page.text.contains("<script"), "\(path)")
                #expect(!page.text.contains("onmouseover='"), "\(path)")
                #expect(!page.text.unicodeScalars.contains("\u{301}") || page.text.contains("&quot;\u{301}"), "\(path)")
                if page.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;&quot;\u{301} onmouseover=&#39;x&#39; &amp;amp;") { seen += 1 }
            }
            #expect(seen >= 5)
        }
    }

    @Test func `hostile search words are escaped in the page and in its links`() async throws {
        let word = PageLink.escape("\"'><script>&x=1#")
        try await withSignedIn(try SampleGateway.make(messages: 200)) { browser in
            for path in [
                "/messages?text=", "/queue?text=", "/audit?text=", "/domains/example.co.jp/recipients?text=", "/queue?after=",
                "/messages?before=",
            ] {
                let page = try await browser.get(path + word)
                #expect(page.status == .ok)
                #expect(!page.text.contains("<script"), "\(path)")
            }
        }
    }

    @Test func `every answer carries the protective headers`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            for path in Self.pages + ["/nowhere", "/health", "/metrics", "/assets/site.css", "/sign-in", "/messages/zz"] {
                let page = try await browser.get(path)
                let policy = try #require(page.headers[.contentSecurityPolicy], "\(path)")
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"))
                #expect(page.headers[.xContentTypeOptions] == "nosniff")
                #expect(page.headers[.strictTransportSecurity] == nil)
                let isAsset = path.hasPrefix("/assets")
                #expect(page.headers[.cacheControl] == (isAsset ? "public, max-age=31536000, immutable" : "no-store"), "\(path)")
            }
            let form = try await browser.postRaw("/queue", [])
            #expect(form.headers[.contentSecurityPolicy] != nil)
        }
    }

    @Test func `no page needs a script or a style of its own`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            for path in Self.pages {
                let page = try await browser.get(path)
                #expect(!page.text.contains(/\sstyle="|<style|\son[a-z]+="|javascript:|https?:\/\//), "\(path)")
            }
        }
    }

    @Test(arguments: Language.allCases)
    func `every link in a page leads to a page`(language: Language) async throws {
        try await withSignedIn(try SampleGateway.make(messages: 120, language: language)) { browser in
            var waiting = ["/"]
            var seen: Set<String> = ["/"]
            while let path = waiting.popLast(), seen.count < 1500 {
                let page = try await browser.get(path)
                #expect(page.status == .ok || page.status == .seeOther, "\(path): \(page.status)")
                for link in page.links where link.hasPrefix("/") && seen.insert(link).inserted { waiting.append(link) }
                for link in page.links { #expect(link.hasPrefix("/") || link.hasPrefix("#"), "\(link) in \(path)") }
            }
            #expect(seen.count > 150)
        }
    }

    @Test func `every form of a page has the token and a path that answers`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            for path in Self.pages {
                let page = try await browser.get(path)
                let token = try #require(browser.cookie("__Host-form"))
                for form in page.text.matches(of: /(?s)<form method="post" action="([^"]*)"(.*?)<\/form>/) {
                    #expect(form.2.contains("name=\"form-token\" value=\"\(token)\""), "\(path)")
                    let refused = try await browser.postRaw(String(form.1), [])
                    #expect(refused.status == .forbidden, "\(form.1) is a form")
                }
            }
        }
    }

    @Test func `times say that they are UTC`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            for path in ["/", "/messages", "/queue", "/audit", "/administrators", "/account"] {
                let page = try await browser.get(path)
                #expect(page.text.contains("UTC"), "\(path)")
            }
        }
    }
}

extension InMemoryGateway {
    var messageIdentifiers: [RecordIdentifier] { state.withLock { $0.messages.map(\.record.entry.message) } }
}
