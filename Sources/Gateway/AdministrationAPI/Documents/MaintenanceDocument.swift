import MessageLog
import Settings

/// A run of maintenance.
package struct MaintenanceDocument: Codable, Sendable {
    /// The local date of a nightly run; `manual-` and an identifier else.
    package let run: String
    package let node: String
    package let startedAt: String
    package let changedAt: String
    /// `running`, `done` or `stopped`.
    package let state: String
    package let removedMessages: Int
    package let removedFigures: Int
    package let removedAuditEntries: Int
    package let cause: String

    init(_ run: MaintenanceRun) {
        self.run = run.key
        node = run.node.description
        startedAt = TimeText.text(run.startedAt)
        changedAt = TimeText.text(run.changedAt)
        state = run.state.rawValue
        removedMessages = run.removedMessages
        removedFigures = run.removedFigures
        removedAuditEntries = run.removedAuditEntries
        cause = run.cause
    }
}

/// How far the text index of the log reaches.
package struct TextIndexDocument: Codable, Sendable {
    /// Left out while nothing is indexed.
    package let from: String?
    package let until: String?
    /// Not yet in it although they are older; searched besides.
    package let lateMessages: Int

    init(_ reach: TextIndexReach) {
        from = reach.from.map(TimeText.text)
        until = reach.until.map(TimeText.text)
        lateMessages = reach.lateMessages
    }
}

/// Body of `POST /maintenance/run`: an empty object.
package struct EmptyDocument: Codable, Sendable {
    package init() {}
}
