import Foundation
package import Logging
import Metrics
import NIOCore
package import Settings
import Synchronization

/// The shared folder SMTP Transcripts: dialogues of SMTP sessions, appended to segments (`TranscriptSegment`). Nothing here is synced: a
/// crash of the machine may lose the last transcripts, never mail. Mail never waits for this folder either: what it cannot take in time is
/// dropped and counted.
package final class TranscriptFolder: Sendable {
    /// Where transcripts are written, and where they are read.
    struct Place: Sendable, Hashable {
        var path: String
        var part = ""
        var mustBeMarked = false
        /// While the folder is being moved, read too.
        var others: [String] = []
    }

    package var path: String { place.path }
    var place: Place { currentPlace.withLock { $0 } }
    let threads: FolderThreads
    private let currentPlace: Mutex<Place>
    private let node: NodeID
    private let logger: Logger
    private let backlog: Mutex<TranscriptBacklog>
    /// Held while segments are written: offsets are taken from the files' sizes.
    private let writing = NSLock()
    private let kept = Counter(label: "securitygateway_transcripts_written_total")
    private let dropped = Counter(label: "securitygateway_transcripts_dropped_total")
    private let bytes = Counter(label: "securitygateway_transcript_bytes_total")

    /// One thread writes, and may hang; the others read.
    private static let threadCount = 4
    /// How long what is finished is gathered before it is written together: four writes a second at most.
    private static let gatheringTime = 0.25

    /// - Parameters:
    ///   - mustBeMarked: whether it is written to only while its marker is there; so it is where a share is mounted.
    ///   - identity: the folder's, which becomes part of its segments' names.
    ///   - node: whose segments are written; those of all nodes are read.
    ///   - maximumWaitingBytes: memory for transcripts the folder has not taken yet.
    package init(
        path: String, mustBeMarked: Bool = false, identity: RecordIdentifier? = nil, node: NodeID, maximumWaitingBytes: Int, logger: Logger
    ) {
        currentPlace = Mutex(Place(path: path, part: TranscriptSegment.part(of: identity), mustBeMarked: mustBeMarked))
        self.node = node
        self.logger = logger
        threads = FolderThreads(name: "transcripts", threadCount: Self.threadCount)
        backlog = Mutex(TranscriptBacklog(maximumBytes: maximumWaitingBytes))
    }

    package func setMaximumWaitingBytes(_ bytes: Int) { backlog.withLock { $0.maximumBytes = bytes } }

    /// How the folder fares: transcripts dropped since the start, and why the last batch failed.
    package var condition: (dropped: Int, failure: SharedFolderError?) { backlog.withLock { ($0.dropped, $0.failure) } }

    /// Takes a finished transcript; it is written soon or dropped. Never blocks.
    package func keep(_ transcript: FinishedTranscript) {
        switch backlog.withLock({ $0.add(transcript) }) {
        case .taken: break
        case .dropped: dropped.increment()
        case .mustStart:
            if !threads.enqueue({ self.gatherAndWrite() }) { dropped.increment(by: backlog.withLock { $0.giveUp() }) }
        }
    }

    /// Writes what waits, as far as the folder takes it within the deadline.
    package func flush(deadline: Duration) async throws(SharedFolderError) {
        _ = try await threads.run("write", deadline: deadline) { () throws(SharedFolderError) in self.writeAll() }
    }

    /// Whether the folder can be written now.
    package func probe(deadline: Duration) async throws(SharedFolderError) {
        try await threads.run("probe", deadline: deadline) { () throws(SharedFolderError) in
            let place = self.place
            try Self.checkMarker(place)
            try FolderTrial.run(in: place.path)
        }
    }

    private static func checkMarker(_ place: Place) throws(SharedFolderError) {
        guard place.mustBeMarked, FolderMarker.state(of: .transcripts, in: place.path) != .present else { return }
        throw .notMounted(path: place.path)
    }

    /// Writes go to `path` from now on; what is being written is finished in the old place before this returns.
    /// - Parameter others: where transcripts are read too.
    package func relocate(
        to path: String, identity: RecordIdentifier?, reading others: [String], deadline: Duration
    ) async throws(SharedFolderError) {
        let next = Place(path: path, part: TranscriptSegment.part(of: identity), mustBeMarked: true, others: others)
        guard next != place else { return }
        try await threads.run("relocate", deadline: deadline) { () throws(SharedFolderError) in
            self.writing.lock()
            defer { self.writing.unlock() }
            self.currentPlace.withLock { $0 = next }
        }
    }

    /// Lets the threads end; hung ones are left behind.
    package func close() { threads.close() }

    private func gatherAndWrite() {
        repeat { Thread.sleep(forTimeInterval: Self.gatheringTime) } while writeAll()
    }

    /// - Returns: whether there was something.
    @discardableResult
    private func writeAll() -> Bool {
        writing.lock()
        defer { writing.unlock() }
        let batch = backlog.withLock { $0.takeAll() }
        let place = place
        let segments = Dictionary(grouping: batch) { TranscriptSegment(of: $0.entry.identifier, node: node, part: place.part) }
        for (segment, transcripts) in segments { write(transcripts, to: segment, in: place) }
        return !batch.isEmpty
    }

    private func write(_ transcripts: [FinishedTranscript], to segment: TranscriptSegment, in place: Place) {
        do throws(SharedFolderError) {
            try Self.checkMarker(place)
            let count = try SegmentWriter(root: place.path, segment: segment).append(transcripts)
            kept.increment(by: transcripts.count)
            bytes.increment(by: count)
            if backlog.withLock({ $0.written() }) { logger.notice("transcripts are written again") }
        } catch {
            dropped.increment(by: transcripts.count)
            if backlog.withLock({ $0.failed(error, count: transcripts.count) }) {
                logger.warning("transcripts cannot be written and are dropped", metadata: ["cause": "\(error)"])
            }
        }
    }
}

/// Appends transcripts to one segment: first the text, then the index that leads to it. Files are opened anew for each batch, so that a
/// folder that was taken away or put elsewhere is noticed. Blocks.
private struct SegmentWriter {
    let root: String
    let segment: TranscriptSegment

    /// - Returns: how many bytes of text were written.
    func append(_ transcripts: [FinishedTranscript]) throws(SharedFolderError) -> Int {
        let textPath = "\(root)/\(segment.textPath)"
        let text = try openMakingDay(textPath)
        defer { FileCalls.close(text) }
        var offset = try FileCalls.size(text, path: textPath)
        let begin = offset
        var content = ByteBuffer()
        var entries = ByteBuffer()
        for transcript in transcripts {
            let count = transcript.text.readableBytes
            TranscriptIndexEntry(entry: transcript.entry, offset: offset, byteCount: count).write(into: &entries)
            content.writeImmutableBuffer(transcript.text)
            offset += count
        }
        try FileCalls.write(content, to: text, path: textPath)
        try appendToIndex(entries)
        return offset - begin
    }

    private func appendToIndex(_ entries: ByteBuffer) throws(SharedFolderError) {
        let path = "\(root)/\(segment.indexPath)"
        let index = try openMakingDay(path)
        defer { FileCalls.close(index) }
        let size = try FileCalls.size(index, path: path)
        let partial = size % TranscriptIndexEntry.byteCount
        if partial > 0 { try FileCalls.truncate(index, to: size - partial, path: path) }
        try FileCalls.write(entries, to: index, path: path)
    }

    /// The day's folder is made when it is missing, the folder itself never: an absent one is an error.
    private func openMakingDay(_ path: String) throws(SharedFolderError) -> Int32 {
        let flags = O_WRONLY | O_CREAT | O_APPEND
        do throws(SharedFolderError) {
            return try FileCalls.open(path, flags)
        } catch {
            guard case .failed(_, _, ENOENT) = error else { throw error }
            let day = "\(root)/\(segment.day)"
            guard mkdir(day, 0o750) == 0 || errno == EEXIST else { throw .failed(operation: "create folder", path: day, code: errno) }
            return try FileCalls.open(path, flags)
        }
    }
}
