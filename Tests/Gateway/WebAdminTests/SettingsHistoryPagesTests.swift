import Cluster
import GatewayTestKit
import Hummingbird
import Settings
import Testing

@testable import WebAdmin

struct SettingsHistoryPagesTests {
    private static func save(_ value: String, _ browser: Browser) async throws {
        let revision = try #require(
            try await browser.get("/settings/delivery").text.firstMatch(of: /name="revision" value="(\d+)"/)
        ).1
        let answer = try await browser.post(
            "/settings/delivery", [("revision", String(revision)), ("setting.maximum-connections", value)])
        #expect(answer.location == "/settings/delivery")
    }

    @Test func `changes are listed with both values, compared, and put back after a look at the difference`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            try await Self.save("51", browser)
            try await Self.save("52", browser)
            let list = try await browser.get("/settings-history?section=delivery")
            #expect(list.status == .ok && list.text.contains("<bdi>51</bdi>") && list.text.contains("<bdi>52</bdi>"))
            let compare = try #require(list.text.matches(of: /href="(\/settings-history\/compare[^"]*)"/).last?.1)
            let comparison = try await browser.get(String(compare))
            #expect(comparison.status == .ok && comparison.text.contains("<bdi>51</bdi>"))
            let ask = try #require(comparison.text.firstMatch(of: /href="(\/settings-history\/return[^"]*)"/)?.1)
            let question = try await browser.get(String(ask))
            let to = try #require(question.text.firstMatch(of: /name="to" value="(\d+)"/)?.1)
            let revision = try #require(question.text.firstMatch(of: /name="revision" value="(\d+)"/)?.1)
            #expect(try await browser.get("/settings/delivery").text.contains("value=\"52\""))
            let form = [("to", String(to)), ("revision", String(revision))]
            let done = try await browser.post("/settings-history/return", form)
            #expect(done.location == "/settings-history")
            #expect(try await browser.get("/settings/delivery").text.contains("value=\"51\""))
            // The same question again: settings have changed since it was put.
            #expect(try await browser.post("/settings-history/return", form).status == .conflict)
        }
    }

    @Test func `no return is offered to a revision with the same settings`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            try await Self.save("51", browser)
            let page = try await browser.get("/settings/delivery").text
            let revision = try #require(page.firstMatch(of: /name="revision" value="(\d+)"/)?.1)
            let comparison = try await browser.get("/settings-history/compare?from=\(revision)")
            #expect(comparison.status == .ok && !comparison.text.contains("/settings-history/return"))
        }
    }

    @Test func `a revision that is not kept is refused on a page that says what is kept`() async throws {
        try await withSignedIn(try SampleGateway.make()) { browser in
            let page = try await browser.get("/settings-history/compare?from=999999")
            #expect(page.status == .badRequest && page.text.contains("the history goes from"))
            #expect(try await browser.get("/settings-history/compare?from=x").status == .notFound)
        }
    }
}

struct NodeSettingsPageTests {
    @Test func `another node's settings have a page of their own, and are saved there`() async throws {
        let gateway = try SampleGateway.make()
        let other = NodeID(RecordIdentifier(high: 9, low: 9))
        let names = [gateway.node: "mx1.example", other: "mx9.example"]
        gateway.change { state in
            state.nodes = names.map { node, name in
                ClusterNode(
                    node: node, name: name, version: "1", incarnation: 1, counter: 1, isStopped: false, startedAt: .now(),
                    lastSeenAt: .now(), settingsRevision: SettingsRevision(0))
            }
        }
        try await withSignedIn(gateway) { browser in
            let path = "/settings/node?node=\(other)"
            #expect(try await browser.get("/settings/node").text.contains(path))
            let page = try await browser.get(path)
            #expect(page.text.contains("<h1>Node mx9.example</h1>") && page.text.contains("action=\"\(path)\""))
            let revision = try #require(page.text.firstMatch(of: /name="revision" value="(\d+)"/)?.1)
            let saved = try await browser.post(path, [("revision", String(revision)), ("setting.helo-name", "mx9.example")])
            #expect(saved.location == path)
            #expect(try await browser.get(path).text.contains("value=\"mx9.example\""))
            #expect(!(try await browser.get("/settings/node").text.contains("value=\"mx9.example\"")))
            #expect(try await browser.get("/settings/node?node=nobody").status == .notFound)
            #expect(try await browser.get("/").text.contains("mx9.example"))
        }
    }
}
