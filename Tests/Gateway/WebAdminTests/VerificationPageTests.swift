import GatewayTestKit
import Hummingbird
import Mail
import Testing
import UserVerification

@testable import WebAdmin

/// User verification of a domain on its page.
struct VerificationPageTests {
    private static let path = "/domains/example.co.jp/verification"
    private static let nobody = ProbeAnswer(
        .refuses, text: "550 5.1.1 <b>nobody</b>", server: "mail1.example.co.jp[192.0.2.25]:25", tls: "TLSv1.3")

    @Test func `the mail servers are asked and their words are shown`() async throws {
        let gateway = try SampleGateway.make()
        gateway.mailServers.say(Self.nobody, of: "nobody@example.co.jp")
        try await withSignedIn(gateway) { browser in
            let page = try await browser.post(Self.path, [("address", "nobody")])
            #expect(page.status == .ok)
            #expect(page.text.contains("550 5.1.1 &lt;b&gt;nobody&lt;/b&gt;") && page.text.contains("mail1.example.co.jp[192.0.2.25]:25"))
            #expect(gateway.mailServers.questions.map(\.description) == ["nobody@example.co.jp"])
            #expect(gateway.auditedActions.contains("recipient.verify"))
        }
    }

    @Test func `an address of another domain is refused at its field`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            for address in ["someone@elsewhere.example", "a b@", ""] {
                let page = try await browser.post(Self.path, [("address", address)])
                #expect(page.status == .unprocessableContent, "\(address)")
            }
            #expect(gateway.mailServers.questions.isEmpty)
        }
    }

    @Test func `a server that accepts everything is warned of, until its answers are forgotten`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            _ = try await browser.post(Self.path, [("address", "someone")])
            let warning = "accept every address, even one made up at random"
            #expect(try await browser.get(Self.path).text.contains(warning))
            let forgotten = try await browser.post(Self.path + "/forget")
            #expect(forgotten.status == .seeOther)
            #expect(try await !browser.get(Self.path).text.contains(warning))
            #expect(gateway.auditedActions.contains("recipient.forget-verification"))
        }
    }
}
