import Cluster
import Delivery
import Firebird
import MessageLog
import Settings

/// Writes what came of attempts: each outcome only while this incarnation still has its row in hand.
struct RecordWriter {
    let holder: Incarnation
    let time: UTCTime

    /// An outcome and the record it belongs to.
    private struct Step {
        let record: Int
        let outcome: RecipientOutcome
        let message: FirebirdValue
    }

    /// Rows of the queue first, all records together; then, for the outcomes that still had their row, the log; last the question
    /// whose content is free.
    func write(_ records: [DeliveryRecord], _ transaction: FirebirdTransaction) throws(FirebirdError) -> [DeliveryRecordResult] {
        guard !records.isEmpty else { return [] }
        var finished: [Step] = []
        var released: [Step] = []
        for (index, record) in records.enumerated() {
            let message = record.message.firebirdValue
            for outcome in record.outcomes {
                let step = Step(record: index, outcome: outcome, message: message)
                if case .finished = outcome.change { finished.append(step) } else { released.append(step) }
            }
        }
        let done = try apply(finished, QueueRow.finish, transaction) + apply(released, QueueRow.release, transaction)
        try writeLog(done.filter(\.isDone).map(\.step), transaction)
        var lost = [Set<Int>](repeating: [], count: records.count)
        for (step, isDone) in done where !isDone { lost[step.record].insert(step.outcome.ordinal) }
        let queued = try messagesStillQueued(zip(records, lost), transaction)
        return zip(records, lost).map { DeliveryRecordResult(lost: $1, isContentFree: !queued.contains($0.message)) }
    }

    private func apply(
        _ steps: [Step], _ statement: StaticString, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) -> [(step: Step, isDone: Bool)] {
        let counts = try transaction.attempt(statement, many: steps.map(queueValues))
        var results: [(step: Step, isDone: Bool)] = []
        results.reserveCapacity(steps.count)
        for (step, count) in zip(steps, counts) { results.append((step, try count.get() == 1)) }
        return results
    }

    private func queueValues(_ step: Step) -> [FirebirdValue] {
        let key = QueueRow.key(step.outcome, message: step.message, holder: holder)
        switch step.outcome.change {
        case .finished: return key
        case .deferred(let nextAttemptAt, let isDelayReported): return released(nextAttemptAt, attempts: 1, isDelayReported) + key
        // Raised although it is no attempt: repeated, this outcome must not free a row that was claimed again meanwhile.
        case .givenBack: return released(time, attempts: 1, false) + key
        }
    }

    private func released(_ dueAt: UTCTime, attempts: Int, _ isDelayReported: Bool) -> [FirebirdValue] {
        [dueAt.firebirdValue, .integer(attempts), .boolean(isDelayReported), time.firebirdValue, holder.node.firebirdValue]
    }

    /// The recipient's newest state and the history. Giving a row back is no attempt and leaves no trace.
    private func writeLog(_ steps: [Step], _ transaction: FirebirdTransaction) throws(FirebirdError) {
        let node = holder.node.firebirdValue
        var states: [[FirebirdValue]] = []
        var events: [[FirebirdValue]] = []
        for step in steps {
            let state: RecipientState
            switch step.outcome.change {
            case .finished(let last): state = last
            case .deferred: state = .queued
            case .givenBack: continue
            }
            states.append([
                .text(state.rawValue), .octets(step.outcome.event.reply), step.outcome.event.at.firebirdValue, node, step.message,
                .integer(step.outcome.ordinal),
            ])
            events.append(DeliveryEventRow.values(step.outcome.event))
        }
        try transaction.execute(RecipientRow.update, many: states)
        try transaction.execute(DeliveryEventRow.insert, many: events)
    }

    /// Those whose content is still needed: waiting in the queue, or kept in quarantine for another recipient. Asked only of messages none
    /// of whose rows was put back just now, and of which there may be others.
    private func messagesStillQueued(
        _ records: some Sequence<(DeliveryRecord, Set<Int>)>, _ transaction: FirebirdTransaction
    ) throws(FirebirdError) -> Set<RecordIdentifier> {
        var queued: Set<RecordIdentifier> = []
        var open: [RecordIdentifier] = []
        for (record, lost) in records {
            let isPutBack = record.outcomes.contains { if case .finished = $0.change { false } else { true } }
            if isPutBack {
                queued.insert(record.message)
            } else if !record.isWhole || !lost.isEmpty {
                open.append(record.message)
            }
        }
        guard !open.isEmpty else { return queued }
        return queued.union(try ContentReferenceTable.referenced(open, transaction))
    }
}
