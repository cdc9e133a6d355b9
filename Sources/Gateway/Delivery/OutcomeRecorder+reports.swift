import Logging
import Mail
import MessageLog
import Settings
import Synchronization

/// The way of outcomes of which the sender must hear: the report is stored first, then both are recorded together.
extension OutcomeRecorder {
    func enqueue(_ item: Unreported) {
        let (isEnded, mustStart) = state.withLock { state in
            if state.areReportsEnded { return (true, false) }
            state.unreported.append(item)
            guard state.reportWorkers < Self.maximumReportWorkers else { return (false, false) }
            state.reportWorkers += 1
            return (false, true)
        }
        if isEnded { recordWithoutReport(item) }
        if mustStart { spawner.start { await self.makeReports() } }
    }

    /// Nothing waits for the message folder any more: what was delivered is recorded without its report, since the next hop has it.
    /// All else is left to be given back, and found out again by the next attempt.
    func endReports() {
        let left = state.withLock { state in
            state.areReportsEnded = true
            defer { state.reporting = [:] }
            return state.unreported.removeAll() + Array(state.reporting.values)
        }
        for item in left { recordWithoutReport(item) }
    }

    /// After a pause.
    func beginReports() { state.withLock { $0.areReportsEnded = false } }

    private func makeReports() async {
        while let (number, item) = takeUnreported() {
            if let report = await reports.prepare(item.active, item.reported, for: item.sender) {
                let prepared = Item(message: item.active.message, outcomes: item.outcomes, report: report)
                if !enqueue(prepared, endingReport: number) { discard(report) }
            } else if state.withLock({ $0.reporting.removeValue(forKey: number) }) != nil {
                recordWithoutReport(item)
            }
        }
    }

    /// - Returns: `false` when reports have been ended meanwhile; then the outcomes have gone without it.
    private func enqueue(_ item: Item, endingReport number: Int) -> Bool {
        let (isWanted, mustStart) = state.withLock { state in
            guard state.reporting.removeValue(forKey: number) != nil else { return (false, false) }
            return (true, state.append(item))
        }
        if mustStart { startWorker() }
        return isWanted
    }

    private func takeUnreported() -> (number: Int, item: Unreported)? {
        state.withLock { state in
            guard let item = state.unreported.popFirst() else {
                state.reportWorkers -= 1
                return nil
            }
            state.lastReporting += 1
            state.reporting[state.lastReporting] = item
            return (state.lastReporting, item)
        }
    }

    private func recordWithoutReport(_ item: Unreported) {
        let delivered = item.outcomes.filter { $0.change == .finished(.delivered) }
        environment.logger.error(
            "this node stopped before a report was stored",
            metadata: ["message": "\(item.active.message.identifier)", "delivered": "\(delivered.count)"])
        if !delivered.isEmpty { enqueue(Item(message: item.active.message, outcomes: delivered)) }
        active.release(item.outcomes.count - delivered.count)
    }
}
