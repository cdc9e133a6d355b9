package import Settings

/// One run of maintenance: what it removed, and how it ended.
package struct MaintenanceRun: Sendable, Hashable {
    /// The local date of a nightly run; `manual-` and an identifier for one that was asked for.
    package let key: String
    /// Which node does it, or did it last.
    package let node: NodeID
    package let startedAt: UTCTime
    /// Of the newest step, or the end.
    package let changedAt: UTCTime
    package let state: State
    package let removedMessages: Int
    package let removedFigures: Int
    package let removedAuditEntries: Int
    /// Why it stopped; empty else.
    package let cause: String

    package enum State: String, Sendable, Hashable, Codable, CaseIterable {
        case running, done
        /// It failed and is gone on with by itself.
        case stopped
    }

    package init(
        key: String, node: NodeID, startedAt: UTCTime, changedAt: UTCTime, state: State, removedMessages: Int, removedFigures: Int,
        removedAuditEntries: Int, cause: String
    ) {
        self.key = key
        self.node = node
        self.startedAt = startedAt
        self.changedAt = changedAt
        self.state = state
        self.removedMessages = removedMessages
        self.removedFigures = removedFigures
        self.removedAuditEntries = removedAuditEntries
        self.cause = cause
    }
}

/// What maintenance removes, in this order.
package enum MaintenanceStep: Sendable, Hashable, CaseIterable {
    case messages, hourFigures, dayFigures, correspondents, auditEntries, greylist, bans, signInRefusals, rates

    /// Rows from before are removed, by settings of this moment.
    package func cutoff(_ settings: RetentionSettings, now: UTCTime) -> UTCTime {
        let days =
            switch self {
            // Its rows say themselves when they expire.
            case .greylist, .bans: 0
            // An hour counts; the day is for clocks that are wrong.
            case .rates: 1
            case .messages, .signInRefusals: settings.messageDays
            case .hourFigures: settings.hourFigureDays
            case .dayFigures, .correspondents: settings.dayFigureDays
            case .auditEntries: settings.auditDays
            }
        return now.advanced(by: .seconds(-86_400 * days))
    }
}

/// What one short transaction of maintenance did.
package struct MaintenanceBatch: Sendable, Hashable {
    package let removed: Int
    /// Where the next batch goes on; `nil`: the step is done.
    package let next: RecordIdentifier?

    package init(removed: Int, next: RecordIdentifier?) {
        self.removed = removed
        self.next = next
    }
}

/// What a node found when it wanted to begin a run.
package enum MaintenanceBeginning: Sendable, Hashable {
    /// The run is this node's now.
    case begun
    /// In another node's hand, for now: that node may die.
    case taken
    /// Nothing is left to do.
    case done
}

/// Where maintenance works and is written down. Implemented by GatewayDatabase. Two nodes at work on one run do no harm: each batch
/// removes what is there.
package protocol MaintenanceStore: Sendable {
    /// Newest first.
    func maintenanceRuns(limit: Int) async throws(MessageLogError) -> [MaintenanceRun]
    /// Keys of runs that are not at their end, oldest first: what a primary left that died or lost its role.
    func unfinishedMaintenance() async throws(MessageLogError) -> [String]
    /// Begins a run, or goes on with one that this node left, or that nobody has touched for long.
    func beginMaintenance(_ key: String) async throws(MessageLogError) -> MaintenanceBeginning
    /// Removes some rows from before `cutoff` in a transaction of less than a second, and counts them in the run. Messages that anything
    /// still refers to stay.
    func removeBatch(
        _ step: MaintenanceStep, before cutoff: UTCTime, after position: RecordIdentifier?, in key: String
    ) async throws(MessageLogError) -> MaintenanceBatch
    /// Changes nothing of a run that is another node's, or is at its end already.
    /// - Parameter cause: why it stops; `nil`: it is done.
    func endMaintenance(_ key: String, cause: String?) async throws(MessageLogError)
    /// How far the text index reaches, which is built in the background.
    func textIndexReach() async throws(MessageLogError) -> TextIndexReach
}
