import DomainsAndUsers
import GatewayTestKit
import Hummingbird
import HummingbirdTesting
import Logging
import MessageLog
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// The list of stripped attachments, and what a link leads to.
struct AttachmentPagesTests {
    private static let hostile = "<script>alert(1)</script>.html"
    private static let later = UTCTime.now().advanced(by: .seconds(86_400))

    @Test func `the list finds, pages and asks before it deletes, and names are only text`() async throws {
        let gateway = try SampleGateway.make()
        for number in 0..<60 {
            _ = gateway.attachments.add("f\(number).pdf", [1], createdAt: UTCTime(milliseconds: Int64(number)), expiresAt: Self.later)
        }
        let (row, _) = gateway.attachments.add(Self.hostile, [1], expiresAt: Self.later)
        try await withSignedIn(gateway) { browser in
            let first = try await browser.get("/attachments").text
            #expect(first.contains("f59.pdf") && !first.contains("f5.pdf") && first.contains("after="))
            #expect(first.contains("&lt;script&gt;") && !first.contains("<script>alert"))
            let found = try await browser.get("/attachments?text=f7.pdf").text
            #expect(found.contains("f7.pdf") && !found.contains("f59.pdf"))
            let asked = try await browser.post("/attachments", [("action", "delete"), ("entry", "\(row.identifier)")])
            #expect(asked.text.contains("confirmed") && asked.text.contains("&lt;script&gt;"))
            #expect(gateway.attachments.state.withLock(\.audit).isEmpty)
            let deleted = try await browser.post(
                "/attachments", [("action", "delete"), ("entry", "\(row.identifier)"), ("confirmed", "yes")])
            #expect(deleted.status == .seeOther)
            #expect(gateway.attachments.state.withLock(\.audit).map(\.action) == ["attachment.delete"])
            #expect(try await browser.post("/attachments", [("action", "delete")]).status == .unprocessableContent)
        }
    }

    @Test func `whoever has a link may download, and a button does it`() async throws {
        let gateway = try SampleGateway.make()
        let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let (_, path) = gateway.attachments.add(Self.hostile, content, expiresAt: Self.later)
        try await withSite(gateway) { browser in
            let page = try await browser.get(path)
            #expect(page.status == .ok && page.text.contains("&lt;script&gt;") && !page.text.contains("<script>alert"))
            #expect(gateway.attachments.state.withLock(\.downloads) == 0)
            #expect(try await browser.postRaw(path, []).status == .forbidden, "another site's form does nothing")
            let download = try await browser.post(path)
            #expect(download.status == .ok && download.headers[.contentType] == "application/octet-stream")
            #expect(download.headers[.contentLength] == "700000" && download.headers[.xContentTypeOptions] == "nosniff")
            #expect(download.headers[.contentDisposition]?.hasPrefix("attachment; ") == true)
            #expect(download.headers[.contentSecurityPolicy] == "sandbox; default-src 'none'")
            #expect(gateway.attachments.state.withLock(\.downloads) == 1)
        }
    }

    @Test func `a link that is forged, over, of another purpose or of another key leads to a page that says so, in both languages`()
        async throws
    {
        let gateway = try SampleGateway.make()
        let (row, path) = gateway.attachments.add("a.pdf", [1], expiresAt: Self.later)
        let (_, over) = gateway.attachments.add("b.pdf", [1], expiresAt: UTCTime.now().advanced(by: .seconds(-1)))
        @Sendable func link(_ purpose: SignedLink.Purpose, _ key: LinkKey, seconds: Int = 60) -> String {
            let link = SignedLink(
                purpose: purpose, subject: row.identifier, owner: "", expiresAt: UTCTime.now().advanced(by: .seconds(seconds)))
            return "/attachment/\(link.token(key))"
        }
        let key = gateway.attachments.key
        try await withSite(gateway) { browser in
            _ = try await browser.get("/sign-in")
            for forged in [String(path.dropLast(2)) + "zz", link(.attachment, .fresh(at: .now())), link(.release, key), "/attachment/x"] {
                #expect(try await browser.get(forged).status == .forbidden)
                #expect(try await browser.post(forged).status == .forbidden)
            }
            for gone in [over, link(.attachment, key, seconds: -60)] {
                #expect(try await browser.get(gone).status == .gone)
                #expect(try await browser.post(gone).status == .gone)
                #expect(try await browser.get(gone + "?lang=en").text.contains("not kept any more"))
                #expect(try await browser.get(gone + "?lang=ja").text.contains("保存期間が過ぎています"))
            }
            #expect(try await browser.get("/link" + path.dropFirst("/attachment".count)).status == .forbidden)
            #expect(gateway.attachments.state.withLock(\.downloads) == 0)
        }
    }

    @Test(arguments: [
        ("a.pdf", "attachment; filename=\"a.pdf\"; filename*=UTF-8''a.pdf"),
        ("見.txt", "attachment; filename=\"_.txt\"; filename*=UTF-8''%E8%A6%8B.txt"),
        ("a\"\r\nX: y;.exe", "attachment; filename=\"a__X__y_.exe\"; filename*=UTF-8''a%22%0D%0AX%3A%20y%3B.exe"),
        ("", "attachment; filename=\"attachment\"; filename*=UTF-8''attachment"),
    ])
    func `a name becomes one field of the download, whatever it holds`(name: String, field: String) {
        #expect(AttachmentLinkController.disposition(name) == field)
    }
}
