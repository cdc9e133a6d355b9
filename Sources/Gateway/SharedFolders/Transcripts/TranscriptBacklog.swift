import NIOCore

/// Finished transcripts that wait for the folder, within a bound: what does not fit is dropped and counted, since mail never waits for
/// its transcript.
struct TranscriptBacklog: Sendable {
    private(set) var waiting: [FinishedTranscript] = []
    private(set) var waitingBytes = 0
    /// A thread takes what waits.
    private(set) var isBeingWritten = false
    /// Since the node's start, whatever the cause.
    private(set) var dropped = 0
    /// Why the last batch could not be written; `nil` after one that was.
    private(set) var failure: SharedFolderError?
    var maximumBytes: Int

    /// What a waiting transcript takes besides its text.
    private static let overheadBytes = 256

    enum Admission: Sendable, Hashable {
        case taken
        /// Taken, and a thread must be asked to write.
        case mustStart
        case dropped
    }

    init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

    mutating func add(_ transcript: FinishedTranscript) -> Admission {
        let bytes = Self.bytes(transcript)
        guard waitingBytes + bytes <= maximumBytes else {
            dropped += 1
            return .dropped
        }
        waiting.append(transcript)
        waitingBytes += bytes
        defer { isBeingWritten = true }
        return isBeingWritten ? .taken : .mustStart
    }

    /// All that waits; when nothing does, the thread is done.
    mutating func takeAll() -> [FinishedTranscript] {
        defer {
            waiting = []
            waitingBytes = 0
        }
        if waiting.isEmpty { isBeingWritten = false }
        return waiting
    }

    /// No thread could be had: what waits is given up.
    mutating func giveUp() -> Int {
        defer {
            waiting = []
            waitingBytes = 0
            isBeingWritten = false
        }
        dropped += waiting.count
        return waiting.count
    }

    /// - Returns: whether this ends a failure.
    mutating func written() -> Bool {
        defer { failure = nil }
        return failure != nil
    }

    /// - Returns: whether this begins a failure.
    mutating func failed(_ error: SharedFolderError, count: Int) -> Bool {
        defer { failure = error }
        dropped += count
        return failure == nil
    }

    private static func bytes(_ transcript: FinishedTranscript) -> Int { transcript.text.storageCapacity + overheadBytes }
}
