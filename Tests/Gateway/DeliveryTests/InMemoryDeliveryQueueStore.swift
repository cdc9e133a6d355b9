import MessageLog
import Settings

@testable import Delivery

/// The queue's contract in memory, with faults on demand.
final class InMemoryDeliveryQueueStore: DeliveryQueueStore {
    struct Row: Sendable {
        var recipient: QueuedRecipient
        var nextAttemptAt: UTCTime
        var isHeld: Bool
    }

    struct Entry: Sendable {
        var message: QueuedMessage
        var rows: [Int: Row]
    }

    struct State: Sendable {
        var entries: [RecordIdentifier: Entry] = [:]
        var submissions: [QueueSubmission] = []
        var records: [DeliveryRecord] = []
        var results: [DeliveryRecordResult] = []
        var givenBack = 0
        var claims = 0
        /// Calls in a row that fail before the store answers again.
        var failures = 0
        /// The next records are written, and their caller is told that this is not known.
        var uncertain = 0
        /// The next enqueues are written, and their caller is told that this is not known.
        var uncertainEnqueues = 0
        var isDead = false
        /// Every record fails while set.
        var isAway = false
        var recordCalls = 0
        /// The database refuses each record that touches these rows.
        var refusedOrdinals: Set<Int> = []

        var rowCount: Int { entries.values.reduce(0) { $0 + $1.rows.count } }
        var heldCount: Int { entries.values.reduce(0) { $0 + $1.rows.values.count { $0.isHeld } } }
        var states: [RecipientState] {
            records.flatMap(\.outcomes).compactMap { if case .finished(let state) = $0.change { state } else { nil } }
        }
        var kinds: [DeliveryHistoryEvent.Kind] { records.flatMap(\.outcomes).map(\.event.kind) }
    }

    let state = Watched(State())
    let now = Watched(Fixture.start)

    var value: State { state.value }
    func until(_ condition: @escaping @Sendable (State) -> Bool) async { await state.until(condition) }

    func enqueue(_ submission: QueueSubmission, deadline: Duration) async throws(DeliveryQueueError) {
        let now = now.value
        try state.change { state in
            if let error = state.fault() { return Result<Void, DeliveryQueueError>.failure(error) }
            state.insert(submission, now: now)
            guard state.uncertainEnqueues == 0 else {
                state.uncertainEnqueues -= 1
                return .failure(.unavailable(cause: "the commit's reply was lost"))
            }
            return .success(())
        }.get()
    }

    func record(_ record: DeliveryRecord) async throws(DeliveryQueueError) -> DeliveryRecordResult {
        let now = now.value
        return try state.change { state in
            state.recordCalls += 1
            if state.isAway { return Result<DeliveryRecordResult, DeliveryQueueError>.failure(.unavailable(cause: "away")) }
            if let error = state.fault() { return .failure(error) }
            if record.outcomes.contains(where: { state.refusedOrdinals.contains($0.ordinal) }) { return .failure(.refused(cause: "row")) }
            let result = state.apply(record, now: now)
            guard state.uncertain == 0 else {
                state.uncertain -= 1
                return .failure(.unavailable(cause: "the commit's reply was lost"))
            }
            return .success(result)
        }.get()
    }

    func claimDue(limit: Int) async throws(DeliveryQueueError) -> [DeliveryLease] {
        let now = now.value
        return try state.change { state in
            if let error = state.fault() { return Result<[DeliveryLease], DeliveryQueueError>.failure(error) }
            state.claims += 1
            return .success(state.claim(limit: limit, now: now))
        }.get()
    }

    func giveBackAll() async throws(DeliveryQueueError) {
        try state.change { state in
            if let error = state.fault() { return Result<Void, DeliveryQueueError>.failure(error) }
            state.givenBack += 1
            for identifier in state.entries.keys {
                for ordinal in state.entries[identifier]?.rows.keys.map({ $0 }) ?? [] {
                    state.entries[identifier]?.rows[ordinal]?.isHeld = false
                }
            }
            return .success(())
        }.get()
    }
}

extension InMemoryDeliveryQueueStore.State {
    mutating func fault() -> DeliveryQueueError? {
        if isDead { return .declaredDead }
        guard failures > 0 else { return nil }
        failures -= 1
        return .unavailable(cause: "the database is away")
    }

    mutating func insert(_ submission: QueueSubmission, now: UTCTime) {
        submissions.append(submission)
        let rows = submission.recipients.map {
            ($0.ordinal, InMemoryDeliveryQueueStore.Row(recipient: $0, nextAttemptAt: now, isHeld: submission.isHeld))
        }
        entries[submission.message.identifier] = InMemoryDeliveryQueueStore.Entry(
            message: submission.message, rows: Dictionary(rows, uniquingKeysWith: { first, _ in first }))
    }

    mutating func claim(limit: Int, now: UTCTime) -> [DeliveryLease] {
        var leases: [DeliveryLease] = []
        var left = limit
        for identifier in entries.keys.sorted() {
            guard left > 0, var entry = entries[identifier] else { continue }
            let due = entry.rows.filter { !$0.value.isHeld && $0.value.nextAttemptAt <= now }.keys.sorted().prefix(left)
            guard !due.isEmpty else { continue }
            for ordinal in due { entry.rows[ordinal]?.isHeld = true }
            leases.append(DeliveryLease(message: entry.message, recipients: due.compactMap { entry.rows[$0]?.recipient }))
            left -= due.count
            entries[identifier] = entry
        }
        return leases
    }

    mutating func apply(_ record: DeliveryRecord, now: UTCTime) -> DeliveryRecordResult {
        var lost: Set<Int> = []
        for outcome in record.outcomes {
            guard let row = entries[record.message]?.rows[outcome.ordinal], row.isHeld, row.recipient.attempts == outcome.attempts else {
                lost.insert(outcome.ordinal)
                continue
            }
            change(record.message, outcome, row, now)
        }
        records.append(record)
        if lost.isEmpty, let report = record.report { insert(report, now: now) }
        let isFree = entries[record.message]?.rows.isEmpty ?? true
        if isFree { entries[record.message] = nil }
        let result = DeliveryRecordResult(lost: lost, isContentFree: isFree)
        results.append(result)
        return result
    }

    private mutating func change(
        _ message: RecordIdentifier, _ outcome: RecipientOutcome, _ row: InMemoryDeliveryQueueStore.Row, _ now: UTCTime
    ) {
        var row = row
        row.isHeld = false
        switch outcome.change {
        case .finished: entries[message]?.rows[outcome.ordinal] = nil
        case .deferred(let time, let isDelayReported):
            row.nextAttemptAt = time
            row.recipient.attempts += 1
            row.recipient.isDelayReported = isDelayReported
            entries[message]?.rows[outcome.ordinal] = row
        case .givenBack:
            row.nextAttemptAt = now
            row.recipient.attempts += 1
            entries[message]?.rows[outcome.ordinal] = row
        }
    }
}
