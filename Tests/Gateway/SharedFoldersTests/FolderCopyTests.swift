import Foundation
import NIOCore
import Settings
import Testing

@testable import SharedFolders

/// Copying a folder's files, and reading while they are in two places.
final class FolderCopyTests {
    private let root: URL
    private let deadline = Duration.seconds(20)
    private var old: String { root.path + "/old" }
    private var new: String { root.path + "/new" }

    init() throws {
        let made = FileManager.default.temporaryDirectory.appendingPathComponent("moves-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
        root = made.resolvingSymlinksInPath()
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    private func prepare(_ kind: SharedFolderKind) async throws {
        let inspector = FolderInspector()
        defer { inspector.close() }
        for path in [old, new] { try await inspector.prepare(path, as: kind, of: RecordIdentifier(high: 3, low: 1)) }
    }

    private func put(_ text: String, _ file: String) throws {
        let url = URL(fileURLWithPath: file)
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: url)
    }

    private func text(_ file: String) -> String? { FileManager.default.contents(atPath: file).map { String(decoding: $0, as: UTF8.self) } }

    private func copyAll(_ kind: SharedFolderKind, round: Int = 1) async throws -> FolderMove.Round {
        let copy = FolderCopy(kind, from: old, to: new, round: round)
        while await !copy.progress.isDone { try await copy.step() }
        return await copy.progress
    }

    @Test func `every file is copied with its folders, and neither markers nor what is unfinished`() async throws {
        try await prepare(.messageData)
        for number in 0..<150 { try put("content \(number)", "\(old)/20261127/\(10 + number % 3)/\(number).eml") }
        try put("half", "\(old)/20261127/10/half.tmp")
        try put("half", "\(old)/20261127/10/x.eml-0123\(FolderCopy.temporarySuffix)")
        let progress = try await copyAll(.messageData)
        #expect(progress.files == 150 && progress.totalFiles == 150 && progress.bytes == progress.totalBytes && progress.bytes > 1000)
        for number in 0..<150 { #expect(text("\(new)/20261127/\(10 + number % 3)/\(number).eml") == "content \(number)") }
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(new)/20261127/10").allSatisfy { $0.hasSuffix(".eml") })
        #expect(FolderMarker.read(.messageData, in: new).identity != FolderMarker.read(.messageData, in: old).identity)
    }

    @Test func `a second round brings what came meanwhile and leaves the rest alone`() async throws {
        try await prepare(.messageData)
        try put("first", "\(old)/20261127/10/a.eml")
        _ = try await copyAll(.messageData)
        let before = try FileManager.default.attributesOfItem(atPath: "\(new)/20261127/10/a.eml")[.systemFileNumber] as? Int
        try put("second", "\(old)/20261127/11/b.eml")
        try put("half of a", "\(new)/20261127/10/a.eml-0123\(FolderCopy.temporarySuffix)")
        _ = try await copyAll(.messageData, round: 2)
        #expect(text("\(new)/20261127/11/b.eml") == "second")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(new)/20261127/10") == ["a.eml"])
        #expect(try FileManager.default.attributesOfItem(atPath: "\(new)/20261127/10/a.eml")[.systemFileNumber] as? Int == before)
    }

    @Test func `a volume's own folders are passed over, and so is what stands among days and hours`() async throws {
        try await prepare(.messageData)
        try put("content", "\(old)/20261127/10/a.eml")
        try put("fragment", "\(old)/lost+found/12345")
        let progress = try await copyAll(.messageData)
        #expect(progress.files == 1)
        #expect(!FileManager.default.fileExists(atPath: "\(new)/lost+found"))
    }

    @Test func `a folder that could not be made is made by a later step`() async throws {
        try await prepare(.messageData)
        for number in 0..<20 { try put("content \(number)", "\(old)/20261127/10/\(number).eml") }
        try put("in the way", "\(new)/20261127")
        let copy = FolderCopy(.messageData, from: old, to: new, round: 1)
        for _ in 0..<2 { await #expect(throws: SharedFolderError.self) { try await copy.step() } }
        try FileManager.default.removeItem(atPath: "\(new)/20261127")
        while await !copy.progress.isDone { try await copy.step() }
        for number in 0..<20 { #expect(text("\(new)/20261127/10/\(number).eml") == "content \(number)") }
    }

    @Test func `a copy that broke off in the middle of a file is done again`() async throws {
        try await prepare(.messageData)
        try put("the whole content", "\(old)/20261127/10/a.eml")
        try put("the who", "\(new)/20261127/10/a.eml")
        _ = try await copyAll(.messageData)
        #expect(text("\(new)/20261127/10/a.eml") == "the whole content")
    }

    @Test func `transcripts grow in the copy too, and one that came back longer stays`() async throws {
        try await prepare(.transcripts)
        try put("one", "\(old)/20261127/1000-a.txt")
        try put("longer here", "\(new)/20261127/1010-a.txt")
        try put("longer", "\(old)/20261127/1010-a.txt")
        _ = try await copyAll(.transcripts)
        try put("one two", "\(old)/20261127/1000-a.txt")
        _ = try await copyAll(.transcripts, round: 2)
        #expect(text("\(new)/20261127/1000-a.txt") == "one two")
        #expect(text("\(new)/20261127/1010-a.txt") == "longer here")
    }

    @Test func `nothing is copied beneath a mount point`() async throws {
        try await prepare(.messageData)
        try put("content", "\(old)/20261127/10/a.eml")
        try FileManager.default.removeItem(atPath: "\(new)/\(FolderMarker.fileName)")
        await #expect(throws: SharedFolderError.notMounted(path: new)) { _ = try await copyAll(.messageData) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: new).isEmpty)
    }

    private func fresh() -> RecordIdentifier { RecordIdentifier(milliseconds: UTCTime.now().milliseconds) }

    @Test func `content is written to the new place, read in both, and removed from both`() async throws {
        try await prepare(.messageData)
        let folder = MessageDataFolder(path: old, budget: MemoryBudget(limit: 0), mustBeMarked: true)
        defer { folder.close() }
        let first = fresh()
        _ = try await folder.store(ByteBuffer(string: "first"), as: first, deadline: deadline)
        let begun = folder.makeWriter(fresh())
        #expect(folder.writersElsewhere == 0)
        folder.relocate(to: new, reading: [old])
        #expect(folder.writersElsewhere == 1 && folder.presentPath == new)
        _ = begun.append(ByteBuffer(string: "begun before"), drained: { _ in })
        _ = try await begun.commit(deadline: deadline)
        let second = fresh()
        _ = try await folder.store(ByteBuffer(string: "second"), as: second, deadline: deadline)
        for (identifier, count) in [(first, 5), (second, 6), (begun.message.identifier, 12)] {
            let reader = try await folder.open(StoredMessage(identifier: identifier), expectedBytes: count, deadline: deadline)
            #expect(try await reader.read(at: 0, deadline: deadline).readableBytes == count)
        }
        #expect(FileManager.default.fileExists(atPath: "\(new)/\(StoredMessage(identifier: second).folder)"))
        folder.relocate(to: new, reading: [])
        await #expect(throws: SharedFolderError.self) {
            _ = try await folder.open(StoredMessage(identifier: first), expectedBytes: 5, deadline: deadline)
        }
    }

    @Test func `a writer of the old place is counted until it is gone`() async throws {
        try await prepare(.messageData)
        let folder = MessageDataFolder(path: old, budget: MemoryBudget(limit: 1 << 20), mustBeMarked: true)
        defer { folder.close() }
        var writer: MessageContentWriter? = folder.makeWriter(fresh())
        folder.relocate(to: new, reading: [old])
        #expect(folder.writersElsewhere == 1)
        writer?.abandon()
        writer = nil
        #expect(folder.writersElsewhere == 0)
    }

    @Test func `nothing is called lost, and nothing is written, while the share is not mounted`() async throws {
        try await prepare(.messageData)
        let folder = MessageDataFolder(path: old, budget: MemoryBudget(limit: 0), mustBeMarked: true)
        defer { folder.close() }
        let identifier = fresh()
        _ = try await folder.store(ByteBuffer(string: "first"), as: identifier, deadline: deadline)
        try FileManager.default.moveItem(atPath: old, toPath: old + "-away")
        try FileManager.default.createDirectory(atPath: old, withIntermediateDirectories: false)
        await #expect(throws: SharedFolderError.notMounted(path: old)) {
            _ = try await folder.open(StoredMessage(identifier: identifier), expectedBytes: 5, deadline: deadline)
        }
        // The first finds the hour's folder gone; the next would make it anew.
        for _ in 0..<3 {
            await #expect(throws: SharedFolderError.self) {
                _ = try await folder.store(ByteBuffer(string: "x"), as: fresh(), deadline: deadline)
            }
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: old).isEmpty)
        await #expect(throws: SharedFolderError.notMounted(path: old)) { try await folder.probe(deadline: deadline) }
    }
}
