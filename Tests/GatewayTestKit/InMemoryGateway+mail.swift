package import Delivery
package import MessageLog
package import Settings
import Synchronization

extension InMemoryGateway: QueueAdministrationStore {
    package func queue(containing text: String, after cursor: QueueEntryID?, limit: Int) async throws(DeliveryQueueError) -> [QueueEntry] {
        try mail { state in
            let all = state.queue.filter { text.isEmpty || $0.recipient.contains(text) || $0.reversePath.contains(text) }
                .sorted { ($0.message, $0.ordinal) < ($1.message, $1.ordinal) }
            guard let cursor else { return Array(all.prefix(limit)) }
            return Array(all.filter { ($0.message, $0.ordinal) > (cursor.message, cursor.ordinal) }.prefix(limit))
        }
    }

    package func queueSize() async throws(DeliveryQueueError) -> (recipients: Int, due: Int) {
        try mail { state in (state.queue.count, state.queue.filter { !$0.isHeldByAdministrator }.count) }
    }

    package func perform(
        _ action: QueueAction, on entries: [QueueEntryID], audit: AuditEntry
    ) async throws(DeliveryQueueError) -> (done: [QueueEntryID], freeContent: [RecordIdentifier]) {
        try mail { state in
            state.audit.append(audit)
            let done = entries.filter { entry in
                state.queue.contains { $0.message == entry.message && $0.ordinal == entry.ordinal && $0.holder == nil }
            }
            guard action == .delete else {
                state.queue = state.queue.map { row in
                    guard done.contains(QueueEntryID(message: row.message, ordinal: row.ordinal)) else { return row }
                    return row.with(isHeld: action == .hold ? true : action == .release ? false : row.isHeldByAdministrator)
                }
                return (done, [])
            }
            state.queue.removeAll { row in done.contains { $0.message == row.message && $0.ordinal == row.ordinal } }
            return (done, done.map(\.message).filter { message in !state.queue.contains { $0.message == message } })
        }
    }

    private func mail<Value: Sendable>(_ body: (inout sending State) -> sending Value) throws(DeliveryQueueError) -> Value {
        try state.withLock { state throws(DeliveryQueueError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return body(&state)
        }
    }
}

extension InMemoryGateway: MessageLogStore {
    package func page(_ filter: MessageLogFilter, after cursor: MessageLogCursor?, limit: Int) async throws(MessageLogError)
        -> MessageLogPage
    {
        try log { state in
            let all = state.messages.map(\.record).filter { Self.matches($0.entry, filter) }.sorted {
                $0.entry.receivedAt > $1.entry.receivedAt
            }
            let after = cursor.map { cursor in all.filter { $0.entry.receivedAt < cursor.receivedAt } } ?? all
            return MessageLogPage(records: Array(after.prefix(limit)), searchedBackTo: state.searchedBackTo)
        }
    }

    private static func matches(_ entry: MessageLogEntry, _ filter: MessageLogFilter) -> Bool {
        if !filter.text.isEmpty, !entry.subject.contains(filter.text), !entry.reversePath.contains(filter.text) { return false }
        if let sender = filter.sender, sender.text != entry.reversePath { return false }
        if let direction = filter.direction, direction != entry.direction { return false }
        if let result = filter.result, result != entry.result { return false }
        if let from = filter.from, entry.receivedAt < from { return false }
        if let until = filter.until, entry.receivedAt >= until { return false }
        return true
    }

    package func details(of message: RecordIdentifier) async throws(MessageLogError) -> MessageLogDetails? {
        try log { state in state.messages.first { $0.record.entry.message == message } }
    }

    fileprivate func log<Value: Sendable>(_ body: (inout sending State) -> Value) throws(MessageLogError) -> Value {
        try state.withLock { state throws(MessageLogError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return body(&state)
        }
    }
}

extension InMemoryGateway: StatisticsStore {
    /// Every message of the log counts as one of the first period asked for.
    package func mailFigures(
        _ period: StatisticsPeriod, from: UTCTime, until: UTCTime, direction: MailDirection?
    ) async throws(MessageLogError) -> [MailFigure] {
        try log { state in
            let entries = state.messages.map(\.record.entry).filter { direction == nil || $0.direction == direction }
            return entries.map {
                MailFigure(start: from, direction: $0.direction, result: $0.result, messages: 1, sizeBytes: $0.sizeBytes)
            }
        }
    }

    package func correspondents(_ query: CorrespondentQuery) async throws(MessageLogError) -> [Correspondent] {
        try log { state in
            let addresses = state.messages.flatMap { message in
                query.side == .sender ? [message.record.entry.reversePath] : message.record.recipients.map(\.address)
            }
            let counts = Dictionary(grouping: addresses, by: { $0 }).mapValues(\.count)
            let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            return sorted.prefix(query.limit).map { Correspondent(address: $0.key, messages: $0.value, sizeBytes: 1000 * $0.value) }
        }
    }
}

extension QueueEntry {
    fileprivate func with(isHeld: Bool) -> QueueEntry {
        QueueEntry(
            message: message, ordinal: ordinal, reversePath: reversePath, recipient: recipient, subject: subject, sizeBytes: sizeBytes,
            receivedAt: receivedAt, attempts: attempts, nextAttemptAt: nextAttemptAt, isHeldByAdministrator: isHeld, holder: holder,
            lastReply: lastReply)
    }
}
