import Foundation
import Logging
import NIOCore
import Settings
import SharedFolders
import Testing

@Suite struct ContentSweepTests {
    private let root: URL
    private let folder: MessageDataFolder
    private let now = UTCTime.now()

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("sweep-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        folder = MessageDataFolder(path: root.path, budget: MemoryBudget(limit: 1 << 20))
    }

    private func store(hoursAgo: Int) async throws -> RecordIdentifier {
        let identifier = RecordIdentifier(milliseconds: now.milliseconds - Int64(hoursAgo) * 3_600_000)
        _ = try await folder.store(ByteBuffer(string: "x"), as: identifier, deadline: .seconds(20))
        return identifier
    }

    private func exists(_ identifier: RecordIdentifier) -> Bool {
        let stored = StoredMessage(identifier: identifier)
        return FileManager.default.fileExists(atPath: root.appendingPathComponent("\(stored.folder)/\(stored.fileName)").path)
    }

    private func sweep(_ references: KnownReferences) -> ContentSweep {
        ContentSweep(folder: folder, references: references, logger: Logger(label: "test"))
    }

    @Test func `only old content without a row is removed, and empty folders with it`() async throws {
        let young = try await store(hoursAgo: 1)
        let oldKnown = try await store(hoursAgo: 60)
        let oldUnknown = try await store(hoursAgo: 100)
        let old = StoredMessage(identifier: oldKnown)
        let temporary = root.appendingPathComponent("\(old.folder)/something.tmp")
        let foreign = root.appendingPathComponent("\(old.folder)/notes.txt")
        for file in [temporary, foreign] { #expect(FileManager.default.createFile(atPath: file.path, contents: nil)) }

        #expect(try await sweep(KnownReferences(known: [oldKnown])).sweep(now: now) == 2)

        #expect(exists(young) && exists(oldKnown) && !exists(oldUnknown))
        #expect(!FileManager.default.fileExists(atPath: temporary.path))
        #expect(FileManager.default.fileExists(atPath: foreign.path))
        #expect(!FileManager.default.fileExists(atPath: root.appendingPathComponent(StoredMessage(identifier: oldUnknown).folder).path))
    }

    @Test func `nothing is removed while the database does not answer`() async throws {
        let old = try await store(hoursAgo: 100)
        await #expect(throws: (any Error).self) { _ = try await sweep(KnownReferences(known: nil)).sweep(now: now) }
        #expect(exists(old))
    }
}

private struct KnownReferences: ContentReferences {
    struct Away: Error {}
    /// `nil`: the database is away.
    let known: Set<RecordIdentifier>?

    func referenced(_ identifiers: [RecordIdentifier]) async throws -> Set<RecordIdentifier> {
        guard let known else { throw Away() }
        return known.intersection(identifiers)
    }
}
