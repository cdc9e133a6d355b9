import Settings

/// Two readings of the nodes' counters, some heartbeats apart: who moved is alive. No wall clock is asked.
package struct NodeLiveness: Sendable {
    private let before: [NodeID: Reading]

    private struct Reading: Equatable {
        let incarnation: Int64
        let counter: Int64

        init(_ node: ClusterNode) {
            incarnation = node.incarnation
            counter = node.counter
        }
    }

    /// A living node raises its counter every two seconds; a machine that is busy needs longer.
    package static let patience = Duration.seconds(6)

    package init(before: [ClusterNode]) {
        self.before = Dictionary(before.map { ($0.node, Reading($0)) }, uniquingKeysWith: { first, _ in first })
    }

    /// Those of `after` that gave a sign of life since, new ones too.
    package func alive(in after: [ClusterNode]) -> [ClusterNode] {
        after.filter { !$0.isStopped && before[$0.node] != Reading($0) }
    }
}
