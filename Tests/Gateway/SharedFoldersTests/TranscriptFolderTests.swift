import Foundation
import Logging
import NIOCore
import Settings
import Testing

@testable import SharedFolders

/// Keeping transcripts in a folder, finding them again, and doing without the folder.
final class TranscriptFolderTests {
    private let root: URL
    private let node = NodeID(RecordIdentifier(high: 1, low: 1))
    private let deadline = Duration.seconds(20)
    private static let day = UTCTime(milliseconds: 1_700_000_000_000)  // 2023-11-14T22:13:20Z

    init() throws {
        root = FileManager.default.temporaryDirectory.appendingPathComponent("transcripts-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: root) }

    private func folder(node: NodeID? = nil, mustBeMarked: Bool = false, bytes: Int = 1 << 20) -> TranscriptFolder {
        TranscriptFolder(
            path: root.path, mustBeMarked: mustBeMarked, node: node ?? self.node, maximumWaitingBytes: bytes,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func transcript(
        at time: UTCTime = day, _ text: String = "EHLO", way: TranscriptWay = .inbound, address: String = "192.0.2.1",
        isTroubled: Bool = false
    ) -> FinishedTranscript {
        let identifier = RecordIdentifier(milliseconds: time.milliseconds)
        let entry = TranscriptEntry(
            identifier: identifier, way: way, address: NetworkAddress(address), isTroubled: isTroubled, endedAt: time)
        return FinishedTranscript(entry: entry, text: ByteBuffer(string: "Transcript \(identifier)\n\(text)\n"))
    }

    private func text(_ folder: TranscriptFolder, _ transcript: FinishedTranscript) async throws -> String? {
        try await folder.text(of: transcript.entry.identifier).map { String(buffer: $0) }
    }

    @Test func `what was kept is read by its identifier, whatever node wrote it`() async throws {
        let (first, second) = (folder(), folder(node: NodeID(RecordIdentifier(high: 2, low: 2))))
        let transcripts = [transcript("one"), transcript("two"), transcript(at: Self.day.advanced(by: .seconds(3600)), "later")]
        for transcript in transcripts { first.keep(transcript) }
        let other = transcript(at: Self.day, "of another node", address: "2001:db8::1")
        second.keep(other)
        try await first.flush(deadline: deadline)
        try await second.flush(deadline: deadline)
        for transcript in transcripts { #expect(try await text(second, transcript) == String(buffer: transcript.text)) }
        #expect(try await text(first, other)?.hasSuffix("of another node\n") == true)
        #expect(try await text(first, transcript("never kept")) == nil)
        #expect(first.condition.dropped == 0)
        let files = try FileManager.default.subpathsOfDirectory(atPath: root.path).filter { $0.hasSuffix(".txt") }.sorted()
        #expect(
            files
                == [
                    "20231114/2210-\(node).txt", "20231114/2310-\(node).txt",
                    "20231114/2210-\(NodeID(RecordIdentifier(high: 2, low: 2))).txt",
                ].sorted())
    }

    @Test func `a segment is gone on with after a restart, and a torn index entry costs no other`() async throws {
        let before = transcript("before")
        let first = folder()
        first.keep(before)
        try await first.flush(deadline: deadline)
        let index = root.appendingPathComponent("20231114/2210-\(node).index")
        let handle = try FileHandle(forWritingTo: index)
        try handle.seekToEnd()
        try handle.write(contentsOf: Data([1, 2, 3]))
        try handle.close()
        let after = transcript("after")
        let second = folder()
        second.keep(after)
        try await second.flush(deadline: deadline)
        #expect(try await text(second, before)?.hasSuffix("before\n") == true)
        #expect(try await text(second, after)?.hasSuffix("after\n") == true)
    }

    @Test func `an index that leads to something else leads to nothing`() async throws {
        let kept = transcript("kept")
        let folder = folder()
        folder.keep(kept)
        try await folder.flush(deadline: deadline)
        try Data(repeating: 0, count: 500).write(to: root.appendingPathComponent("20231114/2210-\(node).txt"))
        #expect(try await text(folder, kept) == nil)
    }

    @Test func `without its folder transcripts are dropped and counted, and kept again when it is back`() async throws {
        let folder = folder()
        try FileManager.default.removeItem(at: root)
        folder.keep(transcript())
        folder.keep(transcript())
        try await folder.flush(deadline: deadline)
        #expect(folder.condition.dropped == 2 && folder.condition.failure != nil)
        #expect(!FileManager.default.fileExists(atPath: root.path))
        try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
        let later = transcript("later")
        folder.keep(later)
        try await folder.flush(deadline: deadline)
        #expect(folder.condition.dropped == 2 && folder.condition.failure == nil)
        #expect(try await text(folder, later) != nil)
    }

    @Test func `a folder that must be marked is written only with its marker`() async throws {
        let folder = folder(mustBeMarked: true)
        folder.keep(transcript())
        try await folder.flush(deadline: deadline)
        #expect(folder.condition.dropped == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root.path).isEmpty)
        _ = try FolderMarker.write(
            .transcripts, in: root.path, proposal: RecordIdentifier(milliseconds: 1), cluster: RecordIdentifier(high: 3, low: 1))
        let kept = transcript()
        folder.keep(kept)
        try await folder.flush(deadline: deadline)
        #expect(try await text(folder, kept) != nil)
    }

    @Test func `what waits is bounded, and what does not fit is counted`() {
        var backlog = TranscriptBacklog(maximumBytes: 6000)
        let large = FinishedTranscript(entry: transcript().entry, text: ByteBuffer(repeating: 65, count: 3000))
        #expect(backlog.add(large) == .mustStart)
        #expect(backlog.add(large) == .dropped)
        #expect(backlog.dropped == 1 && backlog.waiting.count == 1)
        #expect(backlog.takeAll().count == 1)
        #expect(backlog.add(large) == .taken)
        #expect(backlog.takeAll().count == 1 && backlog.takeAll().isEmpty)
        #expect(backlog.add(large) == .mustStart)
    }

    @Test func `transcripts are listed newest first, by address, way, trouble and time`() async throws {
        let folder = folder()
        var kept: [FinishedTranscript] = []
        for minute in 0..<40 {
            kept.append(
                transcript(
                    at: Self.day.advanced(by: .seconds(60 * minute)), way: minute % 2 == 0 ? .inbound : .outbound,
                    address: minute % 4 == 0 ? "192.0.2.1" : "192.0.2.2", isTroubled: minute % 10 == 0))
        }
        for transcript in kept { folder.keep(transcript) }
        try await folder.flush(deadline: deadline)
        let all = kept.map(\.entry).reversed()
        func list(_ change: (inout TranscriptFilter) -> Void) async throws -> [TranscriptEntry] {
            var filter = TranscriptFilter()
            change(&filter)
            return try await folder.transcripts(filter, before: nil, limit: 100).entries
        }
        #expect(try await list { _ in } == Array(all))
        #expect(try await list { $0.address = NetworkAddress("192.0.2.1") } == all.filter { $0.address == NetworkAddress("192.0.2.1") })
        #expect(try await list { $0.way = .outbound } == all.filter { $0.way == .outbound })
        #expect(try await list { $0.isTroubledOnly = true } == all.filter(\.isTroubled))
        let (from, until) = (Self.day.advanced(by: .seconds(600)), Self.day.advanced(by: .seconds(1200)))
        #expect(
            try await list {
                $0.from = from
                $0.until = until
            } == all.filter { $0.startedAt >= from && $0.startedAt < until })
        let first = try await folder.transcripts(TranscriptFilter(), before: nil, limit: 15)
        let second = try await folder.transcripts(TranscriptFilter(), before: first.entries.last?.identifier, limit: 100)
        #expect(first.entries + second.entries == Array(all))
    }

    @Test func `a search that stopped goes on before the time it came to`() {
        let page = TranscriptPage(entries: [transcript().entry], searchedBackTo: Self.day)
        let next = page.next(limit: 5)
        #expect(next.map { UTCTime(milliseconds: $0.milliseconds) } == Self.day)
        #expect(next.map { transcript(at: Self.day.advanced(by: .milliseconds(-1))).entry.identifier < $0 } == true)
        #expect(next.map { transcript().entry.identifier > $0 } == true)
        #expect(TranscriptPage(entries: [transcript().entry]).next(limit: 5) == nil)
    }

    @Test func `whole segments of old days are removed, and nothing else`() async throws {
        let folder = folder()
        let old = transcript("old")
        let young = transcript(at: Self.day.advanced(by: .seconds(86_400)), "young")
        folder.keep(old)
        folder.keep(young)
        try await folder.flush(deadline: deadline)
        try Data().write(to: root.appendingPathComponent("notes"))
        #expect(try await folder.removeSegments(before: young.entry.startedAt, deadline: deadline) == 1)
        #expect(try await text(folder, old) == nil)
        #expect(try await text(folder, young) != nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root.path).sorted() == ["20231115", "notes"])
    }
}
