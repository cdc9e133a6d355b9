import Foundation
package import Logging
package import NIOCore
package import Settings
import Synchronization

/// The shared folder Message Data: one immutable content file per message, `<day>/<hour>/<identifier>.eml`. The folder itself is made
/// when the node is set up and never again, so that an absent folder is an error and not an empty new one.
package final class MessageDataFolder: Sendable {
    package let path: String
    package let budget: MemoryBudget
    let threads: FolderThreads
    let syncs = FolderSyncs()
    private let knownFolders = Mutex<[String]>([])
    private let removal = Mutex(ContentRemoval())
    private let mustBeMarked: Bool
    /// Where it is after a move, and where it is read besides.
    let relocation = Mutex(Relocation())
    /// Contents on their way into this place.
    let writers = Atomic<Int>(0)
    private let probes = Mutex(0)

    /// Content up to this size stays in memory during reception when the budget has room.
    package static let maximumBytesInMemory = 256 << 10
    /// What a reader gets at a time.
    package static let chunkBytes = 256 << 10
    private static let maximumKnownFolders = 48
    /// How long what is to go is gathered.
    private static let gatheringTime = 0.02
    /// Of one hanging share: probes must not take all of its threads.
    private static let maximumProbes = 3

    /// - Parameter mustBeMarked: whether it is used only while its marker is there; so it is where a share may be mounted.
    package init(path: String, budget: MemoryBudget, mustBeMarked: Bool = false) {
        self.path = path
        self.budget = budget
        self.mustBeMarked = mustBeMarked
        threads = FolderThreads(name: "message-data")
    }

    /// Lets the threads end; hung ones are left behind.
    package func close() { for place in allPlaces { place.threads.close() } }

    /// Takes the content of one message, still under a temporary name.
    /// - Parameter isRewritten: takes the place of another writer of this message, which may still hold its temporary name.
    package func makeWriter(_ identifier: RecordIdentifier, isRewritten: Bool = false) -> MessageContentWriter {
        MessageContentWriter(folder: present, message: StoredMessage(identifier: identifier), isRewritten: isRewritten)
    }

    /// Stores a finished content (reports of the gateway). Durable when it returns.
    package func store(_ content: ByteBuffer, as identifier: RecordIdentifier, deadline: Duration) async throws(SharedFolderError)
        -> MessageContent
    {
        let writer = makeWriter(identifier)
        switch writer.append(content, drained: { _ in }) {
        case .ready, .full: return try await writer.commit(deadline: deadline)
        case .failed(let error): throw error
        }
    }

    /// Opens a stored content of this place alone.
    func openHere(_ message: StoredMessage, expectedBytes: Int, deadline: Duration) async throws(SharedFolderError)
        -> MessageContentReader
    {
        let file = filePath(message)
        return try await threads.run("open", deadline: deadline) { [self] () throws(SharedFolderError) in
            let descriptor = try openOrMissMount(file)
            do throws(SharedFolderError) {
                let found = try FileCalls.size(descriptor, path: file)
                guard found == expectedBytes else { throw .damaged(path: file, expected: expectedBytes, found: found) }
            } catch {
                FileCalls.close(descriptor)
                throw error
            }
            return MessageContentReader(descriptor: descriptor, path: file, threads: threads)
        }
    }

    /// Removes contents nothing refers to any more, soon. Absent ones are fine; failures are logged: the sweep finds what stays.
    package func remove(_ identifiers: [RecordIdentifier], logger: Logger) {
        for place in places { place.removeHere(identifiers, logger) }
    }

    private func removeHere(_ identifiers: [RecordIdentifier], _ logger: Logger) {
        for identifier in identifiers {
            switch removal.withLock({ $0.add(identifier) }) {
            case .taken: break
            case .tooMany: leaveToSweep([identifier], logger)
            case .mustStart:
                if !threads.enqueue({ self.gatherAndRemove(logger) }) {
                    leaveToSweep(removal.withLock { $0.workerWasRefused() }, logger)
                }
            }
        }
    }

    private func leaveToSweep(_ identifiers: [RecordIdentifier], _ logger: Logger) {
        guard let first = identifiers.first else { return }
        logger.warning(
            "contents are left to the sweep: too many operations wait", metadata: ["message": "\(first)", "count": "\(identifiers.count)"])
    }

    private func gatherAndRemove(_ logger: Logger) {
        Thread.sleep(forTimeInterval: Self.gatheringTime)
        while true {
            let portion = removal.withLock { $0.next() }
            guard !portion.isEmpty else { return }
            for identifier in portion {
                do throws(SharedFolderError) {
                    try FileCalls.remove(filePath(StoredMessage(identifier: identifier)))
                } catch {
                    logger.warning("content could not be removed", metadata: ["message": "\(identifier)", "cause": "\(error)"])
                }
            }
        }
    }

    /// Creates, syncs, renames, reads back and removes a small file: whether this node can use the folder. While earlier probes hang it fails
    /// at once.
    package func probe(deadline: Duration) async throws(SharedFolderError) {
        let isRoom = probes.withLock { count in
            guard count < Self.maximumProbes else { return false }
            count += 1
            return true
        }
        guard isRoom else { throw .deadlineExceeded(operation: "probe") }
        let ticket = ProbeTicket { self.probes.withLock { $0 -= 1 } }
        let folder = present
        let root = folder.path
        let name = "\(root)/.probe-\(RecordIdentifier(milliseconds: UTCTime.now().milliseconds))"
        try await folder.threads.run("probe", deadline: deadline) { () throws(SharedFolderError) in
            defer { withExtendedLifetime(ticket) {} }
            try folder.checkMarker()
            let content = ByteBuffer(string: "probe")
            let descriptor = try FileCalls.open(name, O_RDWR | O_CREAT | O_EXCL)
            defer { FileCalls.close(descriptor) }
            try FileCalls.write(content, to: descriptor, path: name)
            try FileCalls.sync(descriptor, path: name)
            try FileCalls.rename(name, to: name + "-renamed")
            try FileCalls.syncFolder(root)
            let found = try FileCalls.read(descriptor, at: 0, count: 5, path: name)
            try FileCalls.remove(name + "-renamed")
            guard found == content else { throw .failed(operation: "read back", path: name, code: EIO) }
        }
    }

    func filePath(_ message: StoredMessage) -> String { "\(path)/\(message.folder)/\(message.fileName)" }

    /// Makes the hour's folder below the existing root. Blocks.
    func prepareFolder(of message: StoredMessage) throws(SharedFolderError) -> String {
        let folder = message.folder
        let full = "\(path)/\(folder)"
        if knownFolders.withLock({ $0.contains(folder) }) { return full }
        try checkMarker()
        let day = String(folder.prefix { $0 != "/" })
        try FileCalls.makeFolder("\(path)/\(day)", in: path)
        try FileCalls.makeFolder(full, in: "\(path)/\(day)")
        knownFolders.withLock { known in
            known.append(folder)
            if known.count > Self.maximumKnownFolders { known.removeFirst() }
        }
        return full
    }

    /// Nothing is written beneath a mount point. Blocks.
    func checkMarker() throws(SharedFolderError) {
        guard mustBeMarked, FolderMarker.state(of: .messageData, in: path) != .present else { return }
        throw .notMounted(path: path)
    }

    /// A content that is not there is lost only where the folder itself is there. Blocks.
    private func openOrMissMount(_ file: String) throws(SharedFolderError) -> Int32 {
        do throws(SharedFolderError) {
            return try FileCalls.open(file, O_RDONLY)
        } catch {
            if case .notFound = error { try checkMarker() }
            throw error
        }
    }

    /// The folder was taken away: look again before the next file.
    func forgetFolders() { knownFolders.withLock { $0.removeAll() } }
}

/// Counts a probe until its work is let go of: done, or never begun.
private final class ProbeTicket: Sendable {
    private let end: @Sendable () -> Void

    init(_ end: @escaping @Sendable () -> Void) { self.end = end }

    deinit { end() }
}

/// Reads a content file in chunks from its start. One reader, one user at a time.
package final class MessageContentReader: Sendable {
    private let descriptor: Int32
    private let path: String
    private let threads: FolderThreads

    init(descriptor: Int32, path: String, threads: FolderThreads) {
        self.descriptor = descriptor
        self.path = path
        self.threads = threads
    }

    /// Closing can block on a share, and whoever lets go last may be a task on Swift's pool.
    deinit {
        let descriptor = descriptor
        // Refused only when the folder's threads have ended with the process.
        _ = threads.enqueue(isCleanUp: true) { FileCalls.close(descriptor) }
    }

    /// Up to `MessageDataFolder.chunkBytes` at `offset`; empty at the end.
    package func read(at offset: Int, deadline: Duration) async throws(SharedFolderError) -> ByteBuffer {
        try await threads.run("read", deadline: deadline) { [self] () throws(SharedFolderError) in
            try FileCalls.read(descriptor, at: offset, count: MessageDataFolder.chunkBytes, path: path)
        }
    }
}
