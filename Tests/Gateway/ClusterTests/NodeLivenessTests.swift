import Settings
import Testing

@testable import Cluster

/// Who is alive is seen by counters.
struct NodeLivenessTests {
    private static let one = NodeID(RecordIdentifier(high: 1, low: 1))

    private static func node(_ node: NodeID = one, incarnation: Int64 = 1, counter: Int64 = 5, isStopped: Bool = false) -> ClusterNode {
        ClusterNode(
            node: node, name: "mx", version: "1", incarnation: incarnation, counter: counter, isStopped: isStopped,
            startedAt: UTCTime(milliseconds: 0), lastSeenAt: UTCTime(milliseconds: 0), settingsRevision: .none)
    }

    @Test func `a counter that moved is a sign of life, one that stood is none`() {
        let liveness = NodeLiveness(before: [Self.node()])
        #expect(liveness.alive(in: [Self.node()]).isEmpty)
        #expect(liveness.alive(in: [Self.node(counter: 6)]).count == 1)
        #expect(liveness.alive(in: [Self.node(incarnation: 2)]).count == 1)
        #expect(liveness.alive(in: [Self.node(NodeID(RecordIdentifier(high: 1, low: 2)))]).count == 1)
    }

    @Test func `a node that said goodbye is not alive`() {
        #expect(NodeLiveness(before: [Self.node()]).alive(in: [Self.node(counter: 6, isStopped: true)]).isEmpty)
    }
}
