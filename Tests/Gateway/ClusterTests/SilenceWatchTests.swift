import Settings
import Testing

@testable import Cluster

/// Who may be declared dead.
struct SilenceWatchTests {
    private static let own = NodeID(RecordIdentifier(high: 1, low: 1))
    private static let other = NodeID(RecordIdentifier(high: 1, low: 2))
    private let start = ContinuousClock.now

    private static func node(_ node: NodeID = other, counter: Int64 = 5, incarnation: Int64 = 1, isStopped: Bool = false) -> ClusterNode {
        ClusterNode(
            node: node, name: "mx", version: "1", incarnation: incarnation, counter: counter, isStopped: isStopped,
            startedAt: UTCTime(milliseconds: 0), lastSeenAt: UTCTime(milliseconds: 0), settingsRevision: .none)
    }

    /// Readings every two seconds, the last one after `seconds`.
    private func dead(_ watch: inout SilenceWatch, from: Int = 0, until seconds: Int, _ node: ClusterNode = Self.node()) -> [ClusterNode] {
        var found: [ClusterNode] = []
        for second in stride(from: from, through: seconds, by: 2) { found = watch.observe([node], at: start + .seconds(second)) }
        return found
    }

    @Test func `a node is dead after thirty seconds of silence and not before`() {
        var watch = SilenceWatch(own: Self.own)
        #expect(dead(&watch, until: 28).isEmpty)
        #expect(dead(&watch, from: 30, until: 30) == [Self.node()])
    }

    @Test func `any sign of life starts the time again`() {
        for change in [Self.node(counter: 6), Self.node(incarnation: 2)] {
            var watch = SilenceWatch(own: Self.own)
            #expect(dead(&watch, until: 28).isEmpty)
            #expect(watch.observe([change], at: start + .seconds(29)).isEmpty)
            #expect(dead(&watch, from: 31, until: 57, change).isEmpty)
        }
    }

    @Test func `silence while the database was away counts for nothing`() {
        var watch = SilenceWatch(own: Self.own)
        #expect(dead(&watch, until: 20).isEmpty)
        watch.readingFailed()
        #expect(dead(&watch, from: 22, until: 50).isEmpty)
        #expect(!dead(&watch, from: 52, until: 52).isEmpty)
    }

    @Test func `a watcher that slept itself starts anew`() {
        var watch = SilenceWatch(own: Self.own)
        #expect(dead(&watch, until: 20).isEmpty)
        #expect(dead(&watch, from: 3_600, until: 3_628).isEmpty)
    }

    @Test func `nobody watches himself or who has said goodbye`() {
        var watch = SilenceWatch(own: Self.own)
        #expect(dead(&watch, until: 100, Self.node(Self.own)).isEmpty)
        #expect(dead(&watch, from: 102, until: 200, Self.node(isStopped: true)).isEmpty)
    }
}
