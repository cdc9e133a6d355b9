import Filtering
import GatewayTestKit
import HTTPTypes
import Screening
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

struct AbuseRouteTests {
    @Test func `bans are added, listed and lifted`() async throws {
        let gateway = InMemoryGateway()
        let added = try await gateway.request(.post, "/bans", #"{"subject": "192.0.2.0/24", "minutes": 5, "note": "n"}"#)
        #expect(added.status == 201, "\(added.text)")
        let ban = try #require(gateway.state.withLock { $0.bans.first })
        #expect(try await gateway.request(.get, "/bans?kind=network&text=192").text.contains(ban.identifier.description))
        let lifted = try await gateway.request(.post, "/bans/lift", #"{"entries": ["\#(ban.identifier)"]}"#)
        #expect(lifted.status == 200 && lifted.text.contains("\"count\":1"), "\(lifted.text)")
        #expect(try await gateway.request(.post, "/bans", #"{"subject": "0.0.0.0/0"}"#).status == 422)
        #expect(try await gateway.request(.post, "/bans", #"{"subject": "192.0.2.9", "minutes": 0}"#).status == 400)
        #expect(try await gateway.request(.get, "/bans?kind=planet").status == 400)
    }

    @Test func `the greylist and refused sign-ins are listed`() async throws {
        let gateway = InMemoryGateway()
        let time = UTCTime(milliseconds: 1_800_000_000_000)
        gateway.change { state in
            state.greylist = [
                GreylistEntry(
                    identifier: RecordIdentifier(high: 1, low: 1),
                    triplet: GreylistTriplet(network: "192.0.2.0/24", sender: "", recipient: "you@example.com"),
                    record: GreylistRecord(firstSeenAt: time, lastSeenAt: time, passedAt: nil), expiresAt: time)
            ]
            state.signInRefusals = [
                SignInRefusal(
                    identifier: RecordIdentifier(high: 2, low: 1), time: time, way: .apiKey, name: "key", address: "192.0.2.9", tries: 2,
                    node: gateway.node)
            ]
        }
        #expect(try await gateway.request(.get, "/greylist?state=waiting").text.contains("you@example.com"))
        #expect(try await gateway.request(.get, "/sign-in-refusals?way=api-key").text.contains("\"tries\":2"))
        let deleted = try await gateway.request(.post, "/greylist/delete", #"{"entries": ["\#(RecordIdentifier(high: 1, low: 1))"]}"#)
        #expect(deleted.status == 200 && gateway.state.withLock { $0.greylist.isEmpty })
    }
}
