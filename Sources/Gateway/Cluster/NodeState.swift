package import Settings

/// How a node does, as another node sees it.
package enum NodeState: String, Sendable, Hashable, Codable, CaseIterable {
    case up
    /// Nothing is heard of it; it may be declared dead.
    case silent
    /// Declared dead, or its key was revoked; what it writes is refused.
    case dead
    /// It said goodbye.
    case stopped
}

extension ClusterNode {
    /// - Parameter isSilent: whether the watching node has heard nothing of it.
    /// - Returns: the state and since when, by the wall clock of who wrote it: only to be shown.
    package func state(isSilent: Bool) -> (state: NodeState, since: UTCTime) {
        if isStopped { return (isEndedByOthers ? .dead : .stopped, changedAt) }
        return isSilent ? (.silent, lastSeenAt) : (.up, startedAt)
    }
}
