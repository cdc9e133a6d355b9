import GatewayTestKit
import Hummingbird
import MessageLog
import Settings
import Testing

@testable import WebAdmin

/// The search form of the message log.
struct LogSearchPageTests {
    @Test func `further conditions are folded away until one is set, and stay in the form`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let plain = try await browser.get("/messages")
            #expect(plain.text.contains("<details class=\"more-conditions\"><summary>"))
            let searched = try await browser.get("/messages?sender=nobody%40example.org&size=7")
            #expect(searched.text.contains("<details class=\"more-conditions\" open><summary>"))
            #expect(searched.text.contains("value=\"nobody@example.org\"") && searched.text.contains("value=\"7\""))
        }
    }

    @Test func `a size that is none is said at its field`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let page = try await browser.get("/messages?size=big")
            #expect(page.status == .unprocessableContent && page.text.contains(MessageText.sizeProblem[.english]))
        }
    }

    @Test(arguments: Language.allCases) func `a search that was broken off says so and goes on with all its conditions`(language: Language)
        async throws
    {
        let gateway = try SampleGateway.make(language: language)
        let position = MessageLogCursor(receivedAt: UTCTime(milliseconds: 1_700_000_000_000), message: RecordIdentifier(high: 1, low: 2))
        gateway.change { $0.searchedBackTo = position }
        try await withSignedIn(gateway) { browser in
            let page = try await browser.get("/messages?subject=rare&client=192.0.2.1")
            #expect(page.text.contains("2023-11-14 22:13:20 UTC") && page.text.contains(MessageText.continueSearch[language]))
            let link = "/messages?subject=rare&amp;client=192.0.2.1&amp;before=1700000000000.\(position.message)"
            #expect(page.text.contains("href=\"\(link)\""))
        }
    }
}
