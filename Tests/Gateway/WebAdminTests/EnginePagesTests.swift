import GatewayTestKit
import Hummingbird
import OutsideEngines
import Settings
import Testing

@testable import WebAdmin

/// An engine's health on the page of its settings.
struct EnginePagesTests {
    @Test func `the page says how the engine does and tries its connection`() async throws {
        let gateway = try SampleGateway.make()
        gateway.engines.set(.clamAV, .paused(since: UTCTime(milliseconds: 0), .brokenOff), trial: .success("ClamAV <1>"))
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/settings/clamav")
            #expect(page.text.contains("the connection was broken off") && page.text.contains("/settings/clamav/try"))
            let good = try await browser.post("/settings/clamav/try", [])
            #expect(good.text.contains("answers after 7 ms: ClamAV &lt;1&gt;"))
            let bad = try await browser.post("/settings/rspamd/try", [])
            #expect(bad.text.contains("no connection (Connection refused)"))
            #expect(gateway.auditedActions.suffix(2) == ["engine.try", "engine.try"])
        }
    }

    @Test func `other sections have no engine`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/settings/filtering")
            #expect(!page.text.contains("/try"))
            let answer = try await browser.post("/settings/filtering/try", [])
            #expect(answer.status == .notFound)
        }
    }
}
