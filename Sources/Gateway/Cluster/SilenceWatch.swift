package import Settings

/// Times the silence of the other nodes on this node's own clock (cluster.md section 2). Only what passes between its own successful,
/// gapless readings counts: after a failed or late reading every timer starts again, else an outage of the database would make everyone
/// declare everyone dead.
package struct SilenceWatch: Sendable {
    private struct Sighting {
        let incarnation: Int64
        let counter: Int64
        let since: ContinuousClock.Instant
    }

    private let own: NodeID
    private var sightings: [NodeID: Sighting] = [:]
    private var lastReading: ContinuousClock.Instant?

    /// A node of which nothing was heard for so long is shown as silent.
    package static let shownAfter = Duration.seconds(10)
    /// And may be declared dead after so long. Its deliveries stop at half of it (`ConfirmedHeartbeat.validity`).
    package static let deadAfter = Duration.seconds(30)
    /// How often to look.
    package static let interval = Duration.seconds(2)
    /// A reading that comes later than this after the one before is late.
    package static let longestGap = Duration.seconds(10)

    /// - Parameter own: the node that watches; it does not watch itself.
    package init(own: NodeID) { self.own = own }

    /// Takes a reading.
    /// - Returns: nodes that may be declared dead, as they were seen last.
    package mutating func observe(_ nodes: [ClusterNode], at now: ContinuousClock.Instant) -> [ClusterNode] {
        if let lastReading, lastReading.duration(to: now) > Self.longestGap { sightings = [:] }
        lastReading = now
        var present: [NodeID: Sighting] = [:]
        for node in nodes where node.node != own && !node.isStopped {
            let before = sightings[node.node]
            let isSilent = before?.incarnation == node.incarnation && before?.counter == node.counter
            let since = isSilent ? before?.since ?? now : now
            present[node.node] = Sighting(incarnation: node.incarnation, counter: node.counter, since: since)
        }
        sightings = present
        return nodes.filter { silence(of: $0.node, at: now) >= Self.deadAfter }
    }

    /// The database did not answer: what was timed so far is worth nothing.
    package mutating func readingFailed() {
        sightings = [:]
        lastReading = nil
    }

    /// Zero for nodes that are not watched.
    package func silence(of node: NodeID, at now: ContinuousClock.Instant) -> Duration {
        sightings[node].map { $0.since.duration(to: now) } ?? .zero
    }
}
