import Foundation
import NIOCore
import Settings
import Testing

@testable import SharedFolders

/// Contents of stripped attachments.
struct AttachmentFolderTests {
    private static func with(_ body: (AttachmentFolder, String) async throws -> Void) async throws {
        let place = NSTemporaryDirectory() + "sg-attachments-\(RecordIdentifier(milliseconds: UTCTime.now().milliseconds))"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        let folder = AttachmentFolder(mustBeMarked: false) { FolderPlaces(present: place, others: ["\(place)/none"]) }
        defer { folder.close() }
        try await body(folder, place)
    }

    @Test func `what is stored is read in pieces and removed, and nothing else stays`() async throws {
        try await Self.with { folder, place in
            let identifier = RecordIdentifier(high: 1, low: 2)
            let bytes = (0..<10_000).map { UInt8(truncatingIfNeeded: $0) }
            try await folder.store(bytes, as: identifier, deadline: .seconds(20))
            var read: [UInt8] = []
            while true {
                let piece = try await folder.read(identifier, at: read.count, count: 3_000)
                if piece.readableBytes == 0 { break }
                read += Array(piece.readableBytesView)
            }
            #expect(read == bytes)
            #expect(try FileManager.default.contentsOfDirectory(atPath: place) == ["\(identifier).attachment"])
            try await folder.remove(identifier)
            try await folder.remove(identifier)
            #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
            await #expect(throws: SharedFolderError.self) { try await folder.read(identifier, at: 0, count: 1) }
        }
    }

    @Test func `a folder that is not mounted takes nothing and loses nothing`() async throws {
        let place = NSTemporaryDirectory() + "sg-attachments-\(RecordIdentifier(milliseconds: UTCTime.now().milliseconds))"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: place) }
        let folder = AttachmentFolder { FolderPlaces(present: place) }
        defer { folder.close() }
        let identifier = RecordIdentifier(high: 1, low: 2)
        await #expect(throws: SharedFolderError.self) { try await folder.store([1], as: identifier, deadline: .seconds(20)) }
        await #expect(throws: SharedFolderError.self) { try await folder.remove(identifier) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: place).isEmpty)
    }
}
