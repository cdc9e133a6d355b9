import Filtering
import GatewayTestKit
import Hummingbird
import Screening
import Settings
import Synchronization
import Testing

@testable import WebAdmin

/// The pages of the greylist, of bans, and of refused sign-ins.
struct AbusePagesTests {
    private static let hostile = "<script>alert(1)</script>\"'&"

    private func entry(_ number: Int, sender: String = "someone@example.net", isPassed: Bool = false) -> GreylistEntry {
        let time = UTCTime(milliseconds: 1_800_000_000_000 + Int64(number))
        return GreylistEntry(
            identifier: RecordIdentifier(high: UInt64(number), low: 1),
            triplet: GreylistTriplet(network: "192.0.2.0/24", sender: sender, recipient: "you@example.com"),
            record: GreylistRecord(firstSeenAt: time, lastSeenAt: time, passedAt: isPassed ? time : nil), expiresAt: time)
    }

    @Test func `triplets are shown, searched, paged and deleted`() async throws {
        let gateway = try SampleGateway.make()
        gateway.change {
            $0.greylist = (0..<60).map { entry($0, sender: $0 == 3 ? Self.hostile : "sender\($0)@example.net", isPassed: $0 == 5) }
        }
        try await withSignedIn(gateway) { browser in
            let first = try await browser.get("/greylist").text
            #expect(first.contains("sender59@example.net") && !first.contains("sender5@example.net"))
            #expect(try await browser.get("/greylist?state=passed").text.contains("sender5@example.net"))
            let hostile = try await browser.get("/greylist?text=script").text
            #expect(!hostile.contains("<script>alert") && hostile.contains("&lt;script&gt;"))
            let identifier = entry(59).identifier.description
            #expect(try await browser.post("/greylist/delete", [("entry", identifier)]).location == "/greylist")
            #expect(gateway.state.withLock { $0.greylist.count } == 59)
            #expect(gateway.auditedActions.last == "greylist.delete")
            #expect(try await browser.post("/greylist/delete", []).status == .unprocessableContent)
        }
    }

    @Test func `a ban is added by hand, shown and lifted`() async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let form = [("subject", "192.0.2.77/24"), ("minutes", "30"), ("note", Self.hostile)]
            #expect(try await browser.post("/bans", form).location == "/bans")
            let ban = try #require(gateway.state.withLock { $0.bans.first })
            #expect(ban.subject.description == "192.0.2.0/24" && ban.until == ban.begunAt.advanced(by: .seconds(1_800)))
            let page = try await browser.get("/bans").text
            #expect(page.contains("192.0.2.0/24") && !page.contains("<script>alert"))
            #expect(
                try await browser.post("/bans", [("subject", "Someone@example.com"), ("minutes", ""), ("note", "")]).location == "/bans")
            #expect(gateway.state.withLock { $0.bans.last?.subject } == .user("someone@example.com"))
            #expect(try await browser.post("/bans/lift", [("entry", ban.identifier.description)]).location == "/bans")
            #expect(gateway.state.withLock { $0.bans.count } == 1)
            #expect(gateway.auditedActions.suffix(3) == ["ban.add", "ban.add", "ban.lift"])
        }
    }

    @Test(arguments: [
        ("0.0.0.0/0", "", "large part of the Internet"), ("nowhere", "", "not an address or network"), ("127.0.0.1", "", "never banned"),
        ("a b@c", "", "is not a user"), ("192.0.2.9", "soon", "number of minutes"), ("192.0.2.9", "0", "minutes are expected"),
    ])
    func `a bad ban is shown again with its error`(subject: String, minutes: String, message: String) async throws {
        let gateway = try SampleGateway.make()
        try await withSignedIn(gateway) { browser in
            let page = try await browser.post("/bans", [("subject", subject), ("minutes", minutes), ("note", "kept")])
            let text = page.text.replacing("&#39;", with: "’").replacing("'", with: "’")
            #expect(page.status == .unprocessableContent && text.contains(message) && text.contains("kept"), "\(text)")
        }
        #expect(gateway.state.withLock { $0.bans.isEmpty })
    }

    @Test func `refused sign-ins are shown and searched`() async throws {
        let gateway = try SampleGateway.make()
        gateway.change { state in
            state.signInRefusals = [("admin", SignInRefusal.Way.administrator), (Self.hostile, .smtp)].enumerated().map { number, row in
                SignInRefusal(
                    identifier: RecordIdentifier(high: UInt64(number), low: 1), time: UTCTime(milliseconds: 1_800_000_000_000), way: row.1,
                    name: row.0, address: "192.0.2.9", tries: 7, node: gateway.node)
            }
        }
        try await withSignedIn(gateway) { browser in
            let all = try await browser.get("/bans/sign-ins").text
            #expect(all.contains("admin") && !all.contains("<script>alert"))
            let some = try await browser.get("/bans/sign-ins?way=smtp").text
            #expect(some.contains("&lt;script&gt;"))
        }
    }
}
