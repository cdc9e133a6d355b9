import Foundation
import Logging
import NIOCore
import Settings
import SharedFolders
import Testing

@Suite struct MessageDataFolderTests {
    private let root: URL
    private let budget = MemoryBudget(limit: 64 << 20)
    private let folder: MessageDataFolder
    private let deadline = Duration.seconds(20)

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("message-data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        folder = MessageDataFolder(path: root.path, budget: budget)
    }

    private func fresh() -> RecordIdentifier { RecordIdentifier(milliseconds: UTCTime.now().milliseconds) }

    private func read(_ identifier: RecordIdentifier, _ expected: Int) async throws -> [UInt8] {
        let reader = try await folder.open(StoredMessage(identifier: identifier), expectedBytes: expected, deadline: deadline)
        var result: [UInt8] = []
        while true {
            let chunk = try await reader.read(at: result.count, deadline: deadline)
            if chunk.readableBytes == 0 { return result }
            result += chunk.readableBytesView
        }
    }

    private func write(_ bytes: [UInt8], chunk: Int, as identifier: RecordIdentifier) async throws -> MessageContent {
        let writer = folder.makeWriter(identifier)
        var position = 0
        while position < bytes.count {
            let end = min(bytes.count, position + chunk)
            let buffer = ByteBuffer(bytes: bytes[position..<end])
            try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
                switch writer.append(buffer, drained: { continuation.resume(with: $0.mapError { $0 as any Error }) }) {
                case .ready: continuation.resume()
                case .full: break
                case .failed(let error): continuation.resume(throwing: error)
                }
            }
            position = end
        }
        #expect(writer.byteCount == bytes.count)
        return try await writer.commit(deadline: deadline)
    }

    private func files() throws -> [String] {
        let all = FileManager.default.enumerator(atPath: root.path)?.allObjects as? [String] ?? []
        return all.filter { $0.hasSuffix(".eml") || $0.hasSuffix(".tmp") }
    }

    @Test(arguments: [(0, 1), (1, 1), (1000, 7), (300_000, 65_536), (400_000, 3), (5_000_000, 65_536), (3_000_000, 3_000_000)])
    func `content is stored as it was given, whatever its size`(size: Int, chunk: Int) async throws {
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        let identifier = fresh()
        let content = try await write(bytes, chunk: chunk, as: identifier)
        #expect(try await read(identifier, size) == bytes)
        if case .memory(let retained) = content {
            #expect(Array(retained.buffer.readableBytesView) == bytes)
        } else {
            #expect(size > 200_000)
        }
        #expect(try files() == ["\(StoredMessage(identifier: identifier).folder)/\(identifier).eml"])
    }

    @Test func `memory is given back when the content is let go`() async throws {
        var content: MessageContent? = try await write([UInt8](repeating: 1, count: 50_000), chunk: 8000, as: fresh())
        #expect(content != nil && budget.usedBytes == 50_000)
        content = nil
        #expect(budget.usedBytes == 0)
        let writer = folder.makeWriter(fresh())
        _ = writer.append(ByteBuffer(repeating: 1, count: 1000), drained: { _ in })
        writer.abandon()
    }

    @Test func `without room in memory content goes through its file`() async throws {
        budget.setLimit(0)
        let identifier = fresh()
        let content = try await write([1, 2, 3], chunk: 1, as: identifier)
        guard case .file = content else { return #expect(Bool(false), "the content is in memory") }
        #expect(try await read(identifier, 3) == [1, 2, 3])
    }

    @Test(arguments: [100, 2_000_000])
    func `nothing of abandoned content stays`(size: Int) async throws {
        let writer = folder.makeWriter(fresh())
        _ = writer.append(ByteBuffer(repeating: 7, count: size), drained: { _ in })
        writer.abandon()
        // The abandonment is done in order with other work of the same folder; a probe after it sees its end.
        let end = ContinuousClock.now + .seconds(20)
        while try !files().isEmpty, ContinuousClock.now < end { try await folder.probe(deadline: deadline) }
        #expect(try files().isEmpty)
        guard case .failed = writer.append(ByteBuffer(repeating: 7, count: 1), drained: { _ in }) else {
            return #expect(Bool(false), "an abandoned writer took more")
        }
    }

    @Test func `an identifier is never used twice`() async throws {
        let identifier = fresh()
        _ = try await write([1], chunk: 1, as: identifier)
        let before = try await read(identifier, 1)
        try? await Task.sleep(for: .zero)
        _ = try await write([2], chunk: 1, as: fresh())
        #expect(try await read(identifier, 1) == before)
    }

    @Test func `a folder that is taken away is an error, is not made anew, and is used again when it is back`() async throws {
        let away = root.path + "-away"
        _ = try await write([1], chunk: 1, as: fresh())
        try FileManager.default.moveItem(atPath: root.path, toPath: away)
        await #expect(throws: SharedFolderError.self) { _ = try await write([1], chunk: 1, as: fresh()) }
        #expect(!FileManager.default.fileExists(atPath: root.path))
        try FileManager.default.moveItem(atPath: away, toPath: root.path)
        let identifier = fresh()
        _ = try await write([5], chunk: 1, as: identifier)
        #expect(try await read(identifier, 1) == [5])
    }

    @Test(arguments: [0, 99, 101])
    func `content that is shorter or longer than its row tells is not read`(size: Int) async throws {
        let identifier = fresh()
        _ = try await write([UInt8](repeating: 1, count: 100), chunk: 100, as: identifier)
        let stored = StoredMessage(identifier: identifier)
        try Data(count: size).write(to: root.appendingPathComponent("\(stored.folder)/\(stored.fileName)"))
        let error = await #expect(throws: SharedFolderError.self) {
            _ = try await folder.open(stored, expectedBytes: 100, deadline: deadline)
        }
        guard case .damaged(_, 100, size) = error else { return #expect(Bool(false), "\(String(describing: error))") }
    }

    @Test func `a small message in a large read buffer keeps only its own size`() async throws {
        var large = ByteBufferAllocator().buffer(capacity: 65_536)
        large.writeRepeatingByte(1, count: 100)
        let writer = folder.makeWriter(fresh())
        _ = writer.append(large, drained: { _ in })
        guard case .memory(let retained) = try await writer.commit(deadline: deadline) else { return #expect(Bool(false), "not in memory") }
        #expect(retained.buffer.storageCapacity <= 256)
    }

    @Test func `a commit that misses its deadline gives its memory back and leaves no file`() async throws {
        // Every thread of the folder hangs in a FIFO, as in a share that does not answer.
        let hung = (0..<20).map { _ in StoredMessage(identifier: fresh()) }
        let hour = root.appendingPathComponent(hung[0].folder)
        try FileManager.default.createDirectory(at: hour, withIntermediateDirectories: true)
        for stored in hung { #expect(mkfifo(hour.appendingPathComponent(stored.fileName).path, 0o600) == 0) }
        await withTaskGroup(of: Void.self) { group in
            for stored in hung {
                group.addTask { _ = try? await folder.open(stored, expectedBytes: 1, deadline: .milliseconds(300)) }
            }
        }
        let writer = folder.makeWriter(fresh())
        _ = writer.append(ByteBuffer(repeating: 7, count: 5000), drained: { _ in })
        await #expect(throws: SharedFolderError.deadlineExceeded(operation: "commit")) {
            _ = try await writer.commit(deadline: .milliseconds(200))
        }
        #expect(budget.usedBytes == 0)
        for stored in hung {
            let unblock = FileHandle(forUpdatingAtPath: hour.appendingPathComponent(stored.fileName).path)
            try unblock?.close()
        }
        try await folder.probe(deadline: deadline)
        let left = try files().filter {
            !$0.hasSuffix(".tmp") && !hung.map(\.fileName).contains(URL(fileURLWithPath: $0).lastPathComponent)
        }
        #expect(left.isEmpty)
    }

    @Test func `absent content says so, and removing it is no error`() async throws {
        let identifier = fresh()
        await #expect(throws: SharedFolderError.self) {
            _ = try await folder.open(StoredMessage(identifier: identifier), expectedBytes: 1, deadline: deadline)
        }
        _ = try await write([1], chunk: 1, as: identifier)
        folder.remove([identifier, fresh()], logger: Logger(label: "test"))
        let end = ContinuousClock.now + .seconds(20)
        while try !files().isEmpty, ContinuousClock.now < end { try await folder.probe(deadline: deadline) }
        #expect(try files().isEmpty)
    }

    @Test func `many messages at once are all stored`() async throws {
        try await withThrowingTaskGroup(of: RecordIdentifier.self) { group in
            for number in 0..<200 {
                group.addTask {
                    let identifier = fresh()
                    _ = try await write([UInt8](repeating: UInt8(number), count: number * 100), chunk: 4096, as: identifier)
                    return identifier
                }
            }
            var seen: Set<RecordIdentifier> = []
            for try await identifier in group { seen.insert(identifier) }
            #expect(seen.count == 200)
        }
        #expect(try files().count == 200)
    }

    @Test func `a caller does not wait beyond its deadline`() async throws {
        // A FIFO blocks whoever opens it for reading until there is a writer: as a hanging share would.
        let identifier = fresh()
        let stored = StoredMessage(identifier: identifier)
        let hour = root.appendingPathComponent(stored.folder)
        try FileManager.default.createDirectory(at: hour, withIntermediateDirectories: true)
        #expect(mkfifo(hour.appendingPathComponent(stored.fileName).path, 0o600) == 0)
        await #expect(throws: SharedFolderError.deadlineExceeded(operation: "open")) {
            _ = try await folder.open(stored, expectedBytes: 1, deadline: .milliseconds(200))
        }
        try await folder.probe(deadline: deadline)
        let writer = FileHandle(forWritingAtPath: hour.appendingPathComponent(stored.fileName).path)
        try writer?.close()
    }
}
