import DomainsAndUsers
import Filtering
import Firebird
import MessageLog
import Settings
import Synchronization

/// Questions to the greylist, collected: whoever asks while a transaction runs is in the next one. So a flood of new senders costs a few
/// statements for each batch's commit and takes one of the connections for mail at most. Bounded in number and time.
final class GreylistBatches: Sendable {
    private struct Question: Sendable {
        let triplet: GreylistTriplet
        let settings: GreylistingSettings
        let now: UTCTime
        let caller: CheckedContinuation<Result<GreylistDecision, DirectoryError>, Never>
    }

    private struct State {
        var waiting: [Question] = []
        var isWorking = false
    }

    private let sessions: DatabaseSessions
    private let state = Mutex(State())

    /// Questions that may wait; beyond, mail flows without an answer.
    private static let maximumWaiting = 2_000
    private static let questionsPerBatch = 200
    /// Of one batch. Who waits behind a batch that does not come to an end is answered with it, so nobody waits longer than two of these.
    private static let deadline = Duration.seconds(1)

    init(sessions: DatabaseSessions) { self.sessions = sessions }

    func decide(
        _ triplet: GreylistTriplet, _ settings: GreylistingSettings, now: UTCTime
    ) async throws(DirectoryError) -> GreylistDecision {
        let result = await withCheckedContinuation { (caller: CheckedContinuation<Result<GreylistDecision, DirectoryError>, Never>) in
            let question = Question(triplet: triplet, settings: settings, now: now, caller: caller)
            let (isFull, begins) = state.withLock { state in
                guard state.waiting.count < Self.maximumWaiting else { return (true, false) }
                state.waiting.append(question)
                defer { state.isWorking = true }
                return (false, !state.isWorking)
            }
            if isFull { caller.resume(returning: .failure(.unavailable(cause: "too many questions to the greylist"))) }
            // Ends by itself when nobody waits any more; each of its batches has a deadline.
            if begins { Task { await work() } }
        }
        return try result.get()
    }

    private func work() async {
        while let batch = next() {
            do {
                let answers = try await perform(batch)
                for (question, answer) in zip(batch, answers) { question.caller.resume(returning: .success(answer)) }
            } catch {
                // A database this slow would keep the next ones waiting as long again.
                for question in batch + takeAll() { question.caller.resume(returning: .failure(.unavailable(cause: "\(error)"))) }
            }
        }
    }

    private func next() -> [Question]? {
        state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.questionsPerBatch))
            state.waiting.removeFirst(batch.count)
            state.isWorking = !batch.isEmpty
            return batch.isEmpty ? nil : batch
        }
    }

    private func takeAll() -> [Question] {
        state.withLock { state in
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private func perform(_ batch: [Question]) async throws -> [GreylistDecision] {
        let node = sessions.node
        let questions = batch.map { (triplet: $0.triplet, settings: $0.settings, now: $0.now) }
        return try await sessions.metrics.mail.timed {
            try await sessions.mail.transaction(deadline: Self.deadline) { transaction in
                var records = try Self.records(questions.map(\.triplet.key), transaction)
                return try questions.map { question in
                    let key = question.triplet.key
                    let decision = GreylistDecision(records[key], question.settings, now: question.now)
                    guard let record = decision.record(after: records[key], now: question.now) else { return decision }
                    let isNew = records[key] == nil
                    records[key] = record
                    try Self.write(question.triplet, record, GreylistDecision.expiry(record, question.settings), isNew, node, transaction)
                    return decision
                }
            }
        }
    }

    private static func records(
        _ keys: [RecordIdentifier], _ transaction: FirebirdTransaction
    ) throws -> [RecordIdentifier: GreylistRecord] {
        var records: [RecordIdentifier: GreylistRecord] = [:]
        for part in IdentifierList.parts(keys) {
            let rows = try transaction.query("select id, first_at, last_at, passed_at from greylist where id in (\(list: part))")
            for row in rows {
                records[try row.decode(0)] = GreylistRecord(
                    firstSeenAt: try row.decode(1), lastSeenAt: try row.decode(2), passedAt: try row.decode(3))
            }
        }
        return records
    }

    /// Another node may write the same triplet at this moment: its row is as good as ours, so a conflict is passed over.
    private static func write(
        _ triplet: GreylistTriplet, _ record: GreylistRecord, _ expiry: UTCTime, _ isNew: Bool, _ node: NodeID,
        _ transaction: FirebirdTransaction
    ) throws {
        let time = UTCTime.now()
        let outcome: Result<Int, FirebirdError>
        if isNew {
            outcome = try transaction.attempt(
                """
                insert into greylist (id, network, sender, recipient, first_at, last_at, passed_at, expires_at, changed_at, changed_by)
                values (\(triplet.key), \(triplet.network), \(triplet.sender.cut(to: GreylistTriplet.maximumBytes)),
                    \(triplet.recipient.cut(to: GreylistTriplet.maximumBytes)), \(record.firstSeenAt), \(record.lastSeenAt),
                    \(record.passedAt), \(expiry), \(time), \(node))
                """)
        } else {
            outcome = try transaction.attempt(
                """
                update greylist set first_at = \(record.firstSeenAt), last_at = \(record.lastSeenAt), passed_at = \(record.passedAt),
                    expires_at = \(expiry), changed_at = \(time), changed_by = \(node)
                where id = \(triplet.key)
                """)
        }
        if case .failure(let error) = outcome, error.kind != .duplicateKey, error.kind != .conflict { throw error }
    }
}
