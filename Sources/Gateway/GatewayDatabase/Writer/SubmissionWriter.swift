import Cluster
import Delivery
import Firebird
import MessageLog
import Settings

/// Writes accepted messages (message, recipients, queue) and messages that were not accepted (message, recipients).
struct SubmissionWriter {
    let holder: Incarnation
    let time: UTCTime

    func write(_ submissions: [QueueSubmission], _ transaction: FirebirdTransaction) throws(FirebirdError) {
        guard !submissions.isEmpty else { return }
        let node = holder.node.firebirdValue
        var recipients: [[FirebirdValue]] = []
        var queue: [[FirebirdValue]] = []
        for submission in submissions {
            let message = submission.message.identifier.firebirdValue
            for recipient in submission.recipients {
                recipients.append(RecipientRow.values(recipient, message: message, at: time, node: node))
                queue.append(
                    QueueRow.values(
                        recipient, message: message, dueAt: time, holder: submission.isHeld ? holder : nil, changedAt: time, node: node))
            }
            for refused in submission.refused {
                recipients.append(RecipientRow.values(refused, message: message, node: node))
            }
        }
        try transaction.execute(MessageRow.insert, many: submissions.map(MessageRow.values))
        try transaction.execute(MessageRow.insertHeaderPart, many: submissions.flatMap { MessageRow.headerParts($0.message) })
        try transaction.execute(RecipientRow.insert, many: recipients)
        try transaction.execute(QueueRow.insert, many: queue)
        try transaction.execute(
            JudgementRow.insert, many: submissions.compactMap { JudgementRow.values($0.log, message: $0.message.identifier) })
    }

    func write(_ messages: [RefusedMessage], _ transaction: FirebirdTransaction) throws(FirebirdError) {
        guard !messages.isEmpty else { return }
        let node = holder.node.firebirdValue
        try transaction.execute(MessageRow.insert, many: messages.map { MessageRow.values($0.entry, recipientCount: $0.recipients.count) })
        try transaction.execute(
            RecipientRow.insert,
            many: messages.flatMap { message in
                let identifier = message.entry.message.firebirdValue
                return message.recipients.map { RecipientRow.values($0, message: identifier, node: node) }
            })
        try transaction.execute(JudgementRow.insert, many: messages.compactMap { JudgementRow.values($0.entry, message: $0.entry.message) })
    }

    /// History besides that of attempts.
    func write(_ events: [DeliveryHistoryEvent], _ transaction: FirebirdTransaction) throws(FirebirdError) {
        guard !events.isEmpty else { return }
        try transaction.execute(DeliveryEventRow.insert, many: events.map(DeliveryEventRow.values))
    }

    /// Undoes a submission whose sender was told to come again: its rows leave the queue, unless another node has them by now,
    /// and the log says so.
    func withdraw(_ message: RecordIdentifier, _ transaction: FirebirdTransaction) throws(FirebirdError) {
        let wasKept = try QuarantineRow.remove(message, transaction)
        if wasKept { try transaction.execute("delete from quarantine_recipient where message_id = \(message)") }
        let count = try transaction.execute(
            """
            delete from queue where message_id = \(message)
                and (holder = \(QueueRow.nobody) or (holder = \(holder.node) and incarnation = \(holder.number)))
            """)
        guard count > 0 || wasKept, try transaction.queryOne("select first 1 1 from queue where message_id = \(message)") == nil else {
            return
        }
        let reason = FirebirdValue.octets("committed after the deadline and withdrawn; the sender was told to try again")
        let row = try transaction.queryOne(
            """
            update message set result = \(MessageResult.postponed.rawValue), reason = \(reason) where id = \(message)
            returning direction, old.result as counted_result, received_at, size_bytes
            """)
        if let row { try StatisticsWriter(holder: holder, time: time).add(try Self.recounted(row), transaction) }
        try transaction.execute(
            """
            update recipient set state = \(RecipientState.refused.rawValue), reason = \(reason), changed_at = \(time), changed_by = \(holder.node)
            where message_id = \(message) and state in (\(RecipientState.queued.rawValue), \(RecipientState.quarantined.rawValue))
            """)
    }
}

extension SubmissionWriter {
    /// The message leaves the figures it was counted in.
    private static func recounted(_ row: FirebirdRow) throws(FirebirdError) -> MailFigureDeltas {
        let direction: MailDirection = try row.word("direction")
        let receivedAt: UTCTime = try row.decode("received_at")
        let sizeBytes: Int = try row.decode("size_bytes")
        var deltas = MailFigureDeltas()
        deltas.count(direction, try row.word("counted_result"), at: receivedAt, sizeBytes: sizeBytes, messages: -1)
        deltas.count(direction, .postponed, at: receivedAt, sizeBytes: sizeBytes)
        return deltas
    }
}

/// Makes the rows of an incarnation free, some at a time.
enum QueueGiveBack {
    static let rowsPerBatch = 1_000

    /// - Returns: how many became free; fewer than `rowsPerBatch` when none is left.
    static func perform(_ holder: Incarnation, at time: UTCTime, _ transaction: FirebirdTransaction) throws(FirebirdError) -> Int {
        try transaction.execute(
            """
            update queue set holder = \(QueueRow.nobody), incarnation = 0, claim_number = 0, changed_at = \(time), changed_by = \(holder.node)
            where holder = \(holder.node) and incarnation = \(holder.number) rows \(unsafeSQL: String(rowsPerBatch))
            """)
    }
}
