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
    private let knownFolders = Mutex<[String]>([])
    private let probes = Mutex(0)

    /// Content up to this size stays in memory during reception when the budget has room.
    package static let maximumBytesInMemory = 256 << 10
    /// What a reader gets at a time.
    package static let chunkBytes = 256 << 10
    private static let maximumKnownFolders = 48
    /// Of one hanging share: probes must not take all of its threads.
    private static let maximumProbes = 3

    package init(path: String, budget: MemoryBudget) {
        self.path = path
        self.budget = budget
        threads = FolderThreads(name: "message-data")
    }

    /// Lets the threads end; hung ones are left behind.
    package func close() { threads.close() }

    /// Takes the content of one message, still under a temporary name.
    package func makeWriter(_ identifier: RecordIdentifier) -> MessageContentWriter {
        MessageContentWriter(folder: self, message: StoredMessage(identifier: identifier))
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

    /// Opens a stored content for reading in chunks.
    /// - Parameter expectedBytes: its size as its row tells.
    /// - Throws: `.notFound` when there is none, `.damaged` when it has another size.
    package func open(_ message: StoredMessage, expectedBytes: Int, deadline: Duration) async throws(SharedFolderError)
        -> MessageContentReader
    {
        let file = filePath(message)
        return try await threads.run("open", deadline: deadline) { [threads] () throws(SharedFolderError) in
            let descriptor = try FileCalls.open(file, O_RDONLY)
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

    /// Removes contents nothing refers to any more. Absent ones are fine; failures are logged: the sweep finds what stays.
    package func remove(_ identifiers: [RecordIdentifier], logger: Logger) {
        for identifier in identifiers {
            let file = filePath(StoredMessage(identifier: identifier))
            let isQueued = threads.enqueue {
                do throws(SharedFolderError) {
                    try FileCalls.remove(file)
                } catch {
                    logger.warning("content could not be removed", metadata: ["cause": "\(error)"])
                }
            }
            if !isQueued {
                logger.warning("content is left to the sweep: too many operations wait", metadata: ["message": "\(identifier)"])
            }
        }
    }

    /// Creates, syncs, renames, reads back and removes a small file: whether this node can use the folder. While earlier probes hang it fails
    /// at once.
    package func probe(deadline: Duration) async throws(SharedFolderError) {
        let root = path
        let isRoom = probes.withLock { count in
            guard count < Self.maximumProbes else { return false }
            count += 1
            return true
        }
        guard isRoom else { throw .deadlineExceeded(operation: "probe") }
        let ticket = ProbeTicket { self.probes.withLock { $0 -= 1 } }
        let name = "\(root)/.probe-\(RecordIdentifier(milliseconds: UTCTime.now().milliseconds))"
        try await threads.run("probe", deadline: deadline) { () throws(SharedFolderError) in
            defer { withExtendedLifetime(ticket) {} }
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
        let day = String(folder.prefix { $0 != "/" })
        try FileCalls.makeFolder("\(path)/\(day)", in: path)
        try FileCalls.makeFolder(full, in: "\(path)/\(day)")
        knownFolders.withLock { known in
            known.append(folder)
            if known.count > Self.maximumKnownFolders { known.removeFirst() }
        }
        return full
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
