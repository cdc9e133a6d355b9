import Administration
import Cluster
import Foundation
import GatewayTestKit
import Hummingbird
import Settings
import Testing

@testable import AdministrationAPI

struct SettingsHistoryRouteTests {
    /// Revision 1 is what `filled` begins with; each value is a revision more.
    private static func changed(_ values: Int...) async throws -> InMemoryGateway {
        let gateway = try InMemoryGateway.filled()
        for value in values {
            let answer = try await gateway.request(.put, "/settings/delivery/first-hour-retry", #"{"value": \#(value)}"#)
            #expect(answer.status == 200)
        }
        return gateway
    }

    private static func retry(_ gateway: InMemoryGateway) async throws -> SettingValueDocument? {
        try await gateway.request(.get, "/settings/delivery/first-hour-retry").decoded(SettingsFieldDocument.self).value
    }

    @Test func `the history is listed newest first, page by page, with both values`() async throws {
        let gateway = try await Self.changed(7, 8, 9)
        let first = try await gateway.request(.get, "/settings-history?limit=2&section=delivery").decoded(
            PageDocument<SettingsChangeRecordDocument>.self)
        #expect(first.items.map(\.after) == ["9", "8"] && first.items.map(\.before) == ["8", "7"])
        let next = try #require(first.next)
        let second = try await gateway.request(.get, "/settings-history?limit=2&section=delivery&cursor=\(next)").decoded(
            PageDocument<SettingsChangeRecordDocument>.self)
        #expect(second.items.map(\.after) == ["7"] && second.items.map(\.before) == [nil])
        #expect(second.items.first?.actor == "command:uid=42")
        #expect(try await gateway.request(.get, "/settings-history?scope=nothing").status == 400)
        let none = try await gateway.request(.get, "/settings-history?scope=node").decoded(
            PageDocument<SettingsChangeRecordDocument>.self)
        #expect(none.items.isEmpty)
    }

    @Test func `two revisions are compared, and what is not kept is refused`() async throws {
        let gateway = try await Self.changed(7, 8)
        let difference = try await gateway.request(.get, "/settings-history/difference?from=1&to=3").decoded(
            SettingsDifferenceDocument.self)
        #expect(difference.settings.map(\.name) == ["first-hour-retry"])
        #expect(difference.settings.first?.before == nil && difference.settings.first?.after == "8")
        for query in ["from=0", "from=1&to=9"] {
            let answer = try await gateway.request(.get, "/settings-history/difference?\(query)")
            #expect(answer.status == 422)
            #expect(try answer.problem.detail.contains("the history goes from 1 to 3"))
        }
        #expect(try await gateway.request(.get, "/settings-history/difference").status == 400)
    }

    @Test func `a return is planned, then done as a new revision with an audit row`() async throws {
        let gateway = try await Self.changed(7, 8)
        let plan = try await gateway.request(.get, "/settings-history/return?to=2").decoded(SettingsReturnDocument.self)
        #expect(plan.revision == 3 && plan.returned.map(\.after) == ["7"] && plan.obstacles.isEmpty)
        #expect(try await Self.retry(gateway) == .integer(8))
        let done = try await gateway.request(.post, "/settings-history/return", #"{"to": 2, "revision": 3}"#)
        #expect(done.status == 200)
        #expect(try done.decoded(SettingsReturnDocument.self).revision == 4)
        #expect(try await Self.retry(gateway) == .integer(7))
        #expect(gateway.auditedActions.last == "settings.return")
        // Looked at before the return: somebody was faster.
        #expect(try await gateway.request(.post, "/settings-history/return", #"{"to": 1, "revision": 3}"#).status == 409)
        #expect(try await gateway.request(.post, "/settings-history/return", #"{"to": 4}"#).status == 422)
    }

    @Test func `settings of a domain that is gone cannot be put back, and that is said`() async throws {
        let gateway = try await Self.changed(7)
        #expect(
            try await gateway.request(.put, "/settings/domain?domain=example.com", #"{"values": {"recipients": "listed"}}"#).status == 200)
        #expect(
            try await gateway.request(.put, "/settings/domain?domain=example.com", #"{"values": {"recipients": null}}"#).status == 200)
        gateway.change { $0.domains = [] }
        let plan = try await gateway.request(.get, "/settings-history/return?to=3").decoded(SettingsReturnDocument.self)
        #expect(plan.returned.isEmpty && plan.obstacles.map(\.name) == ["recipients"])
        #expect(plan.obstacles.first?.reason?.en == "The domain example.com is no longer there.")
    }

    @Test func `a node that was not there yet keeps its settings`() async throws {
        let gateway = try await Self.changed(7)
        #expect(try await gateway.request(.put, "/settings/node", #"{"values": {"smtp-listeners": "127.0.0.1:25"}}"#).status == 200)
        #expect(try await gateway.request(.put, "/settings/node", #"{"values": {"helo-name": "a.example"}}"#).status == 200)
        let before = try await gateway.request(.get, "/settings-history/return?to=1").decoded(SettingsReturnDocument.self)
        #expect(before.returned.map(\.name) == ["first-hour-retry"])
        #expect(Set(before.obstacles.map(\.name)) == ["smtp-listeners", "helo-name"])
        let after = try await gateway.request(.get, "/settings-history/return?to=3").decoded(SettingsReturnDocument.self)
        #expect(after.returned.map(\.name) == ["helo-name"] && after.obstacles.isEmpty)
    }

    @Test func `who was too late is told both versions of what he wanted to change`() async throws {
        let gateway = try await Self.changed(7)
        let late = try await gateway.request(
            .put, "/settings/delivery", #"{"values": {"first-hour-retry": 9, "later-retry": 240}, "revision": 1}"#)
        #expect(late.status == 409)
        let conflict = try #require(try late.problem.conflict)
        #expect(conflict.revision == 2 && conflict.changedBy == "command:uid=42")
        #expect(conflict.fields.map(\.field) == ["first-hour-retry"])
        #expect(conflict.fields.map(\.yours) == ["9"] && conflict.fields.map(\.theirs) == ["7"])
        // What he left as he had found it is not in question.
        let untouched = try await gateway.request(
            .put, "/settings/delivery", #"{"values": {"first-hour-retry": 5, "later-retry": 300}, "revision": 1}"#)
        #expect(try untouched.problem.conflict?.fields.map(\.field) == ["later-retry"])
        #expect(
            try await gateway.request(.put, "/settings/delivery", #"{"values": {"first-hour-retry": 9}, "revision": 2}"#).status == 200)
    }

    @Test func `another node's settings are seen and changed by its name or identifier`() async throws {
        let gateway = try InMemoryGateway.filled()
        let other = NodeID(RecordIdentifier(high: 7, low: 7))
        gateway.change { state in
            for name in ["mx2", "twin", "Twin"] {
                state.nodes.append(
                    ClusterNode(
                        node: name == "mx2" ? other : NodeID(RecordIdentifier(high: 8, low: UInt64(state.nodes.count))), name: name,
                        version: "1", incarnation: 1, counter: 1, isStopped: false, startedAt: .now(), lastSeenAt: .now(),
                        settingsRevision: SettingsRevision(0)))
            }
        }
        let change = #"{"values": {"helo-name": "mx2.example.com"}}"#
        #expect(try await gateway.request(.put, "/settings/node?node=MX2", change).status == 200)
        let section = try await gateway.request(.get, "/settings/node?node=\(other)").decoded(SettingsSectionDocument.self)
        #expect(section.owner == other.description)
        #expect(section.fields.first { $0.name == "helo-name" }?.value == .text("mx2.example.com"))
        let own = try await gateway.request(.get, "/settings/node").decoded(SettingsSectionDocument.self)
        #expect(own.fields.first { $0.name == "helo-name" }?.value == .text(""))
        #expect(try await gateway.request(.get, "/settings/node?node=nobody").status == 404)
        #expect(try await gateway.request(.get, "/settings/node?node=twin").status == 422)
        #expect(try await gateway.request(.get, "/settings/delivery?node=mx2").status == 422)
        let status = try await gateway.request(.get, "/status").decoded(StatusDocument.self)
        #expect(status.newestSettingsRevision == 2)
        #expect(status.nodes?.first { $0.name == "mx2" }?.behind == 2)
    }
}
