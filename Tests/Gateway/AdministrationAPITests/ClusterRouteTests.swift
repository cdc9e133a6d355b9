import Cluster
import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

/// The cluster over the API.
struct ClusterRouteTests {
    private static func pair() throws -> InMemoryGateway {
        let gateway = try InMemoryGateway.filled()
        gateway.change { state in
            state.nodes.append(
                ClusterNode(
                    node: NodeID(RecordIdentifier(high: 8, low: 8)), name: "mx2", version: "1.2.3", incarnation: 2, counter: 5,
                    isStopped: true, startedAt: UTCTime(milliseconds: 1000), lastSeenAt: UTCTime(milliseconds: 2000),
                    settingsRevision: SettingsRevision(1), isEndedByOthers: true, changedAt: UTCTime(milliseconds: 3000)))
        }
        return gateway
    }

    @Test func `a node is designated by its name, and by none again`() async throws {
        let gateway = try Self.pair()
        #expect(try await gateway.request(.put, "/cluster/designated", #"{"node": "MX2"}"#).status == 204)
        let status = try await gateway.request(.get, "/cluster").decoded(ClusterDocument.self)
        #expect(status.designated == "mx2" && status.primary == "mx1" && status.automaticTakeover)
        #expect(status.history.map(\.action) == ["primary.designate"])
        #expect(try await gateway.request(.put, "/cluster/designated", "{}").status == 204)
        #expect(try await gateway.request(.get, "/cluster").decoded(ClusterDocument.self).designated == nil)
    }

    @Test func `a node declared dead is shown as dead since then`() async throws {
        let status = try await Self.pair().request(.get, "/cluster").decoded(ClusterDocument.self)
        #expect(status.nodes.map(\.state) == ["up", "dead"])
        #expect(status.nodes.map(\.since) == ["1970-01-01T00:00:01.000Z", "1970-01-01T00:00:03.000Z"])
    }

    @Test func `a node that is not there is not designated`() async throws {
        let gateway = try Self.pair()
        #expect(try await gateway.request(.put, "/cluster/designated", #"{"node": "mx9"}"#).status == 404)
        #expect(gateway.auditedActions.isEmpty)
    }

    @Test func `a node is drained by its name, once, and brought back`() async throws {
        let gateway = try Self.pair()
        for _ in 0..<2 { #expect(try await gateway.request(.put, "/cluster/nodes/mx1/drain", "{}").status == 204) }
        let node = try #require(try await gateway.request(.get, "/cluster").decoded(ClusterDocument.self).nodes.first)
        #expect(node.drain == "announced" || node.drain == "draining")
        #expect(node.drainAskedAt != nil && !node.isRemovable)
        #expect(try await gateway.request(.delete, "/cluster/nodes/mx1/drain").status == 204)
        #expect(gateway.auditedActions == ["node.drain", "node.undrain"])
        #expect(try await gateway.request(.put, "/cluster/nodes/mx9/drain", "{}").status == 404)
    }

    @Test func `only a node that is gone is removed`() async throws {
        let gateway = try Self.pair()
        let refused = try await gateway.request(.delete, "/cluster/nodes/mx1")
        #expect(refused.status == 409 && refused.text.contains("Drain it first"))
        let removed = try await gateway.request(.delete, "/cluster/nodes/mx2")
        #expect(removed.status == 200)
        #expect(try removed.decoded(NodeRemovalDocument.self).freedRecipients == 3)
        let events = try await gateway.request(.get, "/cluster/events").decoded(PageDocument<ClusterDocument.Event>.self)
        #expect(events.items.map(\.action) == ["node.remove"])
    }

    @Test func `maintenance is refused on a secondary, with the primary's name`() async throws {
        let gateway = try Self.pair()
        gateway.change { $0.primary = NodeID(RecordIdentifier(high: 8, low: 8)) }
        let answer = try await gateway.request(.post, "/maintenance/run", "{}")
        #expect(answer.status == 409 && answer.text.contains("mx2"))
        #expect(gateway.state.withLock(\.maintenanceRequests) == 0)
    }
}
