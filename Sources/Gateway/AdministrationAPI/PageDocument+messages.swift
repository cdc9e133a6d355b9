import MessageLog

extension PageDocument<MessageDocument> {
    /// A page of the log, whole or broken off.
    init(_ page: MessageLogPage, limit: Int) {
        items = page.records.map { MessageDocument($0) }
        let last = page.records.last.map { MessageLogCursor(receivedAt: $0.entry.receivedAt, message: $0.entry.message) }
        next = (page.searchedBackTo ?? (page.records.count == limit ? last : nil)).map { PageCursor.word(for: $0) }
        searchedBackTo = page.searchedBackTo.map { TimeText.text($0.receivedAt) }
    }
}
