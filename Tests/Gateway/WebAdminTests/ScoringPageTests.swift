import GatewayTestKit
import Hummingbird
import Settings
import Testing

@testable import WebAdmin

/// The Scoring page.
struct ScoringPageTests {
    @Test func `thresholds are saved from the page, and a crossed pair is shown with its error`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/scoring")
            #expect(page.text.contains("setting.quarantine-score") && page.text.contains("value=\"12.0\""))
            #expect(!page.text.contains("setting.time-limit"), "the rest stands on the section's page")
            let saved = try await browser.post("/scoring", [("setting.quarantine-score", "4.0"), ("setting.mode", "record")])
            #expect(saved.location == "/scoring")
            let after = try await browser.get("/scoring")
            #expect(after.text.contains("value=\"4.0\"") && after.text.contains("Record only: what would be done"))
            let crossed = try await browser.post("/scoring", [("setting.quarantine-score", "50.0")])
            #expect(crossed.status == .unprocessableContent && crossed.text.contains("must not be above"))
        }
    }

    @Test func `every check's scores are listed with a way to their settings`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            _ = try await browser.post("/settings/sender-checks", [("setting.missing-name-score", "2.5")])
            let page = try await browser.get("/scoring")
            for section in ["sender-checks", "dns-block-lists", "sender-authentication", "attachments", "clamav", "spamassassin", "rspamd"]
            {
                #expect(page.text.contains("href=\"/settings/\(section)\""))
            }
            #expect(page.text.contains("Changed; default: 1.5") && page.text.contains("href=\"/lists\""))
        }
    }

    @Test func `domains with an exception are listed with what it is`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            #expect(try await browser.get("/scoring").text.contains("No domain has an exception."))
            let form = [("setting.scoring", "own"), ("setting.quarantine-score", "2.0"), ("setting.reject-score", "3.5")]
            _ = try await browser.post("/domains/example.com/settings", form)
            let page = try await browser.get("/scoring")
            #expect(page.text.contains("/domains/example.com/settings") && page.text.contains("Quarantine from 2.0, refuse from 3.5"))
        }
    }
}
