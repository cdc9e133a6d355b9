import GatewayTestKit
import Settings
import Testing

@testable import WebAdmin

struct MenuTests {
    @Test func `every page of the menu stands in one group`() {
        let items = NavigationGroup.allCases.flatMap(\.items)
        #expect(items.count == NavigationItem.allCases.count && Set(items) == Set(NavigationItem.allCases))
    }

    @Test func `every page of the menu has a picture of its own`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let style = try await browser.get("/assets/site.css").text
            for item in NavigationItem.allCases { #expect(style.contains(".icon-\(item.rawValue) {"), "\(item)") }
        }
    }

    @Test(arguments: [(Language.english, ["Mail", "Set-up", "System"]), (.japanese, ["メール", "構成", "システム"])])
    func `groups have headings in the reader's language`(language: Language, headings: [String]) async throws {
        try await withSignedIn(try SampleGateway.make(language: language)) { browser in
            let page = try await browser.get("/transcripts").text
            let found = page.matches(of: /<p class="menu-title" aria-hidden="true">([^<]*)</).map { String($0.1) }
            // Twice: beside the page, and in the menu of small screens.
            #expect(found == headings + headings)
        }
    }

    @Test func `the transcripts are an entry of their own`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let page = try await browser.get("/transcripts").text
            #expect(page.contains("<a href=\"/transcripts\" class=\"active\" aria-current=\"page\">"))
            #expect(!page.contains("<a href=\"/messages\" class=\"active\""))
        }
    }
}
