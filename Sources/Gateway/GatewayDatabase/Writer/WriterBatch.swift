import Cluster
import Delivery
import Firebird
import Settings

/// One transaction of the writer: asserts the incarnation, then writes everything that came together.
///
/// It is written quickly first: all rows of a kind with one statement, any failure undoing the whole batch. If a row fails, the batch
/// is written again with care: each piece in a savepoint of its own, so that only the culprit has the error. That is `.refused` only
/// if it lies in the row itself.
///
/// Crash between two lines: nothing of it is there. Lost connection at the commit: the next attempt asks the node's row, which it
/// has locked by then, whether this batch is the last one written.
struct WriterBatch: Sendable {
    /// Names the batch in the node's row; the same for all attempts.
    let identifier: RecordIdentifier
    let holder: Incarnation
    let items: [WriterItem]
    let settingsRevision: SettingsRevision
    let isCareful: Bool
    let time: UTCTime
    /// What the last complete attempt wrote, for when its commit was not answered.
    let written: LastResult<Written>

    struct Written: Sendable {
        let items: [WriterItem]
        let answers: [WriterItem.Answer]
        /// Whether the rolled-up figures could not be written with them.
        let isUncounted: Bool
    }

    /// - Returns: what is durable once the transaction is committed.
    func write(_ transaction: FirebirdTransaction) throws -> Written {
        let (previous, horizon) = try assertIncarnation(transaction)
        if previous == identifier, let written = written.value { return written }
        // Looked at only now, with the lock in hand: whoever was told that his message is not written must not find it here.
        let wanted = items.filter(\.isWanted)
        let answers = try isCareful ? writeOneByOne(wanted, transaction) : writeTogether(wanted, transaction)
        try TextLateness.note(wanted.flatMap(\.work.messages), horizon: horizon, at: time, node: holder.node, transaction)
        let isCounted = try count(MailFigureDeltas(wanted, answers), transaction)
        let result = Written(items: wanted, answers: answers, isUncounted: !isCounted)
        written.set(result)
        return result
    }

    /// Raises the node's counter and locks its row.
    /// - Returns: the batch written before, and up to which time the text index may have been built.
    /// - Throws: `DeliveryQueueError.declaredDead` when the incarnation is no more.
    private func assertIncarnation(_ transaction: FirebirdTransaction) throws -> (previous: RecordIdentifier?, horizon: UTCTime) {
        let node = holder.node.firebirdValue
        let row = try transaction.queryOneStatic(
            """
            update node set counter = counter + 1, last_batch = ?, last_seen_at = ?, settings_revision = ?, is_stopped = ?,
                writer_attachment = current_connection, changed_at = ?, changed_by = ?
            where id = ? and incarnation = ? returning old.last_batch, (select horizon from text_index where id = 1)
            """,
            [
                identifier.firebirdValue, time.firebirdValue, settingsRevision.firebirdValue, .boolean(isFarewell), time.firebirdValue,
                node, node,
                .integer(holder.number),
            ])
        guard let row else { throw DeliveryQueueError.declaredDead }
        return (try row.decode(0), try row.decode(1))
    }

    private var isFarewell: Bool {
        items.contains { if case .farewell = $0.work { true } else { false } }
    }

    /// Adds to the rolled-up figures. Written with care, figures that cannot be written do not cost the batch: mail goes before counting.
    private func count(_ deltas: MailFigureDeltas, _ transaction: FirebirdTransaction) throws -> Bool {
        let writer = StatisticsWriter(holder: holder, time: time)
        guard isCareful else {
            try writer.add(deltas, transaction)
            return true
        }
        do {
            try transaction.savepoint { try writer.add(deltas, $0) }
            return true
        } catch let error as FirebirdError where error.leavesTransactionUsable && !BatchCourse.passesByItself(error) {
            return false
        }
    }

    private func writeTogether(_ items: [WriterItem], _ transaction: FirebirdTransaction) throws -> [WriterItem.Answer] {
        let parts = WriterBatchParts(items)
        let results = try RecordWriter(holder: holder, time: time).write(parts.records.map(\.record), transaction)
        let reporting = zip(parts.records, results).compactMap { $1.lost.isEmpty && $0.record.report != nil ? $0.record : nil }
        let submissions = SubmissionWriter(holder: holder, time: time)
        try submissions.write(parts.submissions + reporting.compactMap(\.report), transaction)
        try submissions.write(reporting.flatMap(\.reportEvents), transaction)
        try submissions.write(parts.refusals, transaction)
        var answers = try items.map { WriterItem.Answer.success(try performRest($0.work, transaction)) }
        for (record, result) in zip(parts.records, results) { answers[record.index] = .success(.recorded(result)) }
        return answers
    }

    private func writeOneByOne(_ items: [WriterItem], _ transaction: FirebirdTransaction) throws -> [WriterItem.Answer] {
        try items.map { item in
            do {
                return .success(try transaction.savepoint { try writeOne(item.work, $0) })
            } catch let error as FirebirdError where error.leavesTransactionUsable && !BatchCourse.passesByItself(error) {
                // What is not the row's own fault (a full disk, say) may be over when its caller comes again.
                return .failure(error.isOfTheRow ? .refused(cause: error.description) : .unavailable(cause: error.description))
            }
        }
    }

    private func writeOne(_ work: WriterWork, _ transaction: FirebirdTransaction) throws -> WriterReply {
        let submissions = SubmissionWriter(holder: holder, time: time)
        switch work {
        case .submission(let submission): try submissions.write([submission], transaction)
        case .refusal(let message): try submissions.write([message], transaction)
        case .record(let record):
            let results = try RecordWriter(holder: holder, time: time).write([record], transaction)
            guard let result = results.first else { return .written }
            if result.lost.isEmpty, let report = record.report {
                try submissions.write([report], transaction)
                try submissions.write(record.reportEvents, transaction)
            }
            return .recorded(result)
        case .quarantine, .digest, .beat, .withdrawal, .giveBack, .farewell, .correspondents: return try performRest(work, transaction)
        }
        return .written
    }

    /// The rare kinds; the frequent ones are written together.
    private func performRest(_ work: WriterWork, _ transaction: FirebirdTransaction) throws -> WriterReply {
        switch work {
        case .submission, .record, .refusal: return .written
        case .farewell:
            try tellOfFarewell(transaction)
            return .written
        case .beat(let figures):
            return .beaten(isDrainWanted: try HeartbeatWriting(holder: holder).write(figures, transaction))
        case .quarantine(let message):
            try QuarantineSubmissionWriter(holder: holder, time: time).write(message, transaction)
            return .written
        case .digest(let digest):
            return .digested(isWritten: try DigestWriting(holder: holder, time: time).write(digest, transaction))
        case .withdrawal(let message):
            try SubmissionWriter(holder: holder, time: time).withdraw(message, transaction)
            return .written
        case .giveBack: return .givenBack(try QueueGiveBack.perform(holder, at: time, transaction))
        case .correspondents(let changes):
            try StatisticsWriter(holder: holder, time: time).write(changes, transaction)
            return .written
        }
    }
}

extension WriterBatch {
    /// Part of the cluster's history.
    private func tellOfFarewell(_ transaction: FirebirdTransaction) throws {
        let name = try transaction.queryOne("select name from node where id = \(holder.node)")?.decode(0, as: String.self)
        try NodeTable.tell("node.stop", of: holder.node, name ?? holder.node.description, "", transaction)
    }
}

/// The items of a batch by kind.
private struct WriterBatchParts {
    var submissions: [QueueSubmission] = []
    var refusals: [RefusedMessage] = []
    var records: [(index: Int, record: DeliveryRecord)] = []

    init(_ items: [WriterItem]) {
        for (index, item) in items.enumerated() {
            switch item.work {
            case .submission(let submission): submissions.append(submission)
            case .refusal(let message): refusals.append(message)
            case .record(let record): records.append((index, record))
            case .quarantine, .digest, .beat, .withdrawal, .giveBack, .farewell, .correspondents: continue
            }
        }
    }
}
