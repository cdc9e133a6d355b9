package import NIOCore
package import Settings

/// Who began the dialogue of a transcript.
package enum TranscriptWay: String, Sendable, Hashable, CaseIterable {
    /// A client came to this node.
    case inbound
    /// This node went to a next hop.
    case outbound
}

/// What is known of a transcript without reading it.
package struct TranscriptEntry: Sendable, Hashable {
    /// Made from the time the dialogue began; the log's rows name it, and its segment is computed from it.
    package let identifier: RecordIdentifier
    package let way: TranscriptWay
    /// The other side; `nil` when none was reached.
    package let address: NetworkAddress?
    /// Something was refused or failed in it.
    package let isTroubled: Bool
    package let endedAt: UTCTime

    package var startedAt: UTCTime { UTCTime(milliseconds: identifier.milliseconds) }

    package init(identifier: RecordIdentifier, way: TranscriptWay, address: NetworkAddress?, isTroubled: Bool, endedAt: UTCTime) {
        self.identifier = identifier
        self.way = way
        self.address = address
        self.isTroubled = isTroubled
        self.endedAt = endedAt
    }
}

/// A finished transcript on its way into the folder. Its text begins with a line that holds its identifier.
package struct FinishedTranscript: Sendable {
    package let entry: TranscriptEntry
    package let text: ByteBuffer

    package init(entry: TranscriptEntry, text: ByteBuffer) {
        self.entry = entry
        self.text = text
    }
}

/// Which transcripts are listed. Empty conditions select everything.
package struct TranscriptFilter: Sendable, Hashable {
    package var way: TranscriptWay?
    package var address: NetworkAddress?
    package var isTroubledOnly = false
    /// Begun at or after.
    package var from: UTCTime?
    /// Begun before.
    package var until: UTCTime?

    package init() {}
}

/// A page of transcripts, newest first.
package struct TranscriptPage: Sendable, Hashable {
    package var entries: [TranscriptEntry]
    /// The search had to look at too many entries and stopped at this time; what began before it was not looked at. `nil`: the page is
    /// complete.
    package let searchedBackTo: UTCTime?

    package init(entries: [TranscriptEntry], searchedBackTo: UTCTime? = nil) {
        self.entries = entries
        self.searchedBackTo = searchedBackTo
    }

    /// Before what the next page begins; `nil` when nothing follows. Where a search stopped there is no entry: an identifier of that time
    /// stands for it.
    package func next(limit: Int) -> RecordIdentifier? {
        if entries.count == limit { return entries.last?.identifier }
        return searchedBackTo.map { RecordIdentifier(high: UInt64(max(0, $0.milliseconds)) << 16, low: 0) }
    }
}

/// Where transcripts are read.
package protocol TranscriptStore: Sendable {
    /// The text of a transcript; `nil` when it is not there: never kept, dropped, removed by age, or its dialogue still goes on.
    func text(of identifier: RecordIdentifier) async throws(SharedFolderError) -> ByteBuffer?
    /// Newest first, those that began before `cursor`, at most `limit`.
    func transcripts(
        _ filter: TranscriptFilter, before cursor: RecordIdentifier?, limit: Int
    ) async throws(SharedFolderError) -> TranscriptPage
}

/// Stands where there is no folder: a node that is being made.
package struct NoTranscripts: TranscriptStore {
    package init() {}

    package func text(of identifier: RecordIdentifier) async throws(SharedFolderError) -> ByteBuffer? { nil }

    package func transcripts(
        _ filter: TranscriptFilter, before cursor: RecordIdentifier?, limit: Int
    ) async throws(SharedFolderError) -> TranscriptPage { TranscriptPage(entries: []) }
}
