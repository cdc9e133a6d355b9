import Administration
import GatewayTestKit
import Hummingbird
import Settings
import Testing

@testable import WebAdmin

struct SettingsTransferPagesTests {
    /// As a browser sends a form with a file.
    private static func upload(_ path: String, _ fields: [(String, String)], _ browser: Browser) async throws -> Browser.Page {
        let boundary = "----browser1234"
        let all = fields + [("form-token", browser.cookie("__Host-form") ?? "")]
        let parts = all.map { name, value in
            let file = name == "file" ? "; filename=\"settings.json\"\r\nContent-Type: application/json" : ""
            return "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\n\r\n\(value)\r\n"
        }
        return try await browser.postText(
            path, parts.joined() + "--\(boundary)--\r\n", type: "multipart/form-data; boundary=\(boundary)")
    }

    @Test func `a file is uploaded, its difference shown, and imported after a confirmation`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let exported = try await browser.get("/settings-transfer/export")
            #expect(exported.headers[.contentDisposition]?.contains("attachment") == true)
            #expect(try ConfigurationFile(bytes: exported.text.utf8).domains.count > 1)
            let text = #"""
                {"format": "securitygateway-configuration", "version": 1,
                 "settings": [{"section": "delivery", "values": {"maximum-connections": "77"}}],
                 "accessLists": [{"list": "block", "kind": "sender-domain", "value": "spam.example", "note": "\"<&>"}]}
                """#
            let plan = try await Self.upload("/settings-transfer/check", [("file", text)], browser)
            #expect(plan.status == .ok && plan.text.contains("delivery.maximum-connections") && plan.text.contains("spam.example"))
            #expect(try await browser.get("/settings/delivery").text.contains("value=\"100\""))
            let revision = try #require(plan.text.firstMatch(of: /name="revision" value="(\d+)"/)?.1)
            let fields = [("revision", String(revision)), ("file", text)]
            let done = try await Self.upload("/settings-transfer/import", fields, browser)
            #expect(done.location == "/settings-history")
            #expect(try await browser.get("/settings/delivery").text.contains("value=\"77\""))
            #expect(try await Self.upload("/settings-transfer/import", fields, browser).status == .conflict)
        }
    }

    @Test func `a file that is none is refused with what to do`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let newer = #"{"format": "securitygateway-configuration", "version": 2, "future": 1}"#
            for (file, words) in [(newer, "Update this gateway"), ("{}", "not a file of"), ("<script>", "not JSON")] {
                let page = try await Self.upload("/settings-transfer/check", [("file", file)], browser)
                #expect(page.status == .unprocessableContent && page.text.contains(words), "\(file)")
                #expect(!page.text.contains("<script>"))
            }
        }
    }

    @Test func `an upload without the token, without a session or that is no form does nothing`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let token = browser.cookie("__Host-form")
            let bad = try await browser.postText("/settings-transfer/check", "x", type: "multipart/form-data; boundary=a")
            #expect(bad.status == .badRequest)
            browser.setCookie("__Host-form", String(repeating: "A", count: 43))
            #expect(try await Self.upload("/settings-transfer/check", [("form-token", token ?? "")], browser).status != .ok)
        }
        try await withSite(try SampleGateway.make()) { browser in
            try await browser.get("/sign-in")
            let page = try await Self.upload("/settings-transfer/check", [("file", "{}")], browser)
            #expect(page.location?.hasPrefix("/sign-in") == true)
        }
    }

    @Test(arguments: [
        "--b\r\n\r\nx\r\n--b--", "--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n",
        "--b", "--bX\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--b--",
        "--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n2\r\n--b--",
    ])
    func `a body that no browser writes is no form`(body: String) {
        #expect(MultipartForm(contentType: "multipart/form-data; boundary=b", body: Array(body.utf8)) == nil)
    }

    @Test func `a part is kept byte for byte, line ends and dashes too`() {
        let content = "\r\n--a\r\n--\r\n\u{0}é"
        let body = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n\(content)\r\n--b--\r\n"
        let form = MultipartForm(contentType: "multipart/form-data; boundary=\"b\"", body: Array(body.utf8))
        #expect(form?["file"] == Array(content.utf8))
        #expect(form?["other"] == nil)
    }
}
