import Administration
import Settings
import SharedFolders

/// What is known of a transcript without its text.
package struct TranscriptEntryDocument: Codable, Sendable {
    package let transcript: String
    /// `inbound` or `outbound`.
    package let way: String
    /// Of the other side; empty when none was reached.
    package let address: String
    /// Something was refused or failed.
    package let isTroubled: Bool
    package let startedAt: String
    package let endedAt: String

    init(_ entry: TranscriptEntry) {
        transcript = entry.identifier.description
        way = entry.way.rawValue
        address = entry.address?.description ?? ""
        isTroubled = entry.isTroubled
        startedAt = TimeText.text(entry.startedAt)
        endedAt = TimeText.text(entry.endedAt)
    }
}

/// `GET /transcripts/{transcript}`.
package struct TranscriptDocument: Codable, Sendable {
    package let transcript: String
    /// Commands and replies with their times, one line each.
    package let text: String
}

extension PageDocument<TranscriptEntryDocument> {
    init(_ page: TranscriptPage, limit: Int) {
        items = page.entries.map(TranscriptEntryDocument.init)
        next = page.next(limit: limit).map { PageCursor.word(for: $0) }
        searchedBackTo = page.searchedBackTo.map { TimeText.text($0) }
    }
}
