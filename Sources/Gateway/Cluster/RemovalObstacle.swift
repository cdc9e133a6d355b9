/// Why a node cannot be removed yet: only one that is gone or drained can.
package enum RemovalObstacle: Sendable, Hashable {
    case inService
    case draining
    /// It may come back, or is declared dead within a minute.
    case silent
}

extension ClusterNode {
    /// How far its drain, or its return, is; what it reported before it went says nothing.
    package var drainPhase: DrainPhase {
        guard !isStopped else { return drainAskedAt == nil ? .inService : .drained }
        guard drainAskedAt != nil else { return figures?.phase ?? .inService }
        let reported = figures?.phase ?? .draining
        return reported == .inService ? .announced : reported
    }

    /// - Parameter isSilent: whether the node that is asked has heard nothing of it.
    /// - Returns: `nil`: it can be removed.
    package func obstacleToRemoval(isSilent: Bool) -> RemovalObstacle? {
        if isStopped || drainAskedAt != nil && drainPhase == .drained { return nil }
        if isSilent { return .silent }
        return drainAskedAt == nil ? .inService : .draining
    }
}
