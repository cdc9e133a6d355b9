import Foundation
import Settings
import Testing

@testable import SharedFolders

/// Looking at folders: markers, real places, nesting.
final class FolderTests {
    private let root: URL
    private let inspector = FolderInspector()

    init() throws {
        let made = FileManager.default.temporaryDirectory.appendingPathComponent("folders-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
        root = made.resolvingSymlinksInPath()
    }

    deinit {
        inspector.close()
        try? FileManager.default.removeItem(at: root)
    }

    @Test(arguments: [
        ("/srv/a", "/srv/a", true), ("/srv/a/", "/srv/a", true), ("/srv/a/b", "/srv/a", true), ("/srv", "/srv/a", true),
        ("/srv/ab", "/srv/a", false), ("/srv/b", "/srv/a", false), ("/", "/srv/a", true),
    ])
    func `folders overlap when one lies in the other`(first: String, second: String, overlap: Bool) {
        #expect(FolderPaths.overlap(first, second) == overlap)
        #expect(FolderPaths.overlap(second, first) == overlap)
    }

    @Test func `the real place of a path that does not exist yet is found through a symbolic link`() async throws {
        let target = root.appendingPathComponent("target")
        try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(at: root.appendingPathComponent("link"), withDestinationURL: target)
        #expect(try await inspector.realPath(of: root.path + "/link/new/folder") == target.path + "/new/folder")
    }

    @Test func `a prepared folder is there, marked, measured and can be used`() async throws {
        let path = root.path + "/transcripts"
        try await inspector.prepare(path, as: .transcripts, of: RecordIdentifier(high: 3, low: 1))
        let state = await inspector.look(at: path, kind: .transcripts)
        #expect(state.problem == nil && state.marker == .present && state.realPath == path)
        #expect((state.totalBytes ?? 0) > 0 && (state.usedPercent ?? -1) >= 0 && !state.fileSystem.isEmpty)
        #expect(await inspector.look(at: path, kind: .messageData).marker == .foreign)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path) == [FolderMarker.fileName])
    }

    @Test func `a path lies on the file system mounted nearest above it`() {
        let table = """
            21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            30 21 0:40 / /srv rw,relatime - nfs4 server:/srv rw
            31 21 0:41 / /srv/with\\040space rw,relatime shared:9 - xfs /dev/sdb rw
            """
        #expect(MountTable.fileSystem(of: "/home", in: table) == "ext4")
        #expect(MountTable.fileSystem(of: "/srv/data", in: table) == "nfs4")
        #expect(MountTable.fileSystem(of: "/srvx", in: table) == "ext4")
        #expect(MountTable.fileSystem(of: "/srv/with space/x", in: table) == "xfs")
    }

    @Test func `only the last part of a path is made`() async {
        await #expect(throws: SharedFolderError.self) {
            try await inspector.prepare(root.path + "/a/b", as: .transcripts, of: RecordIdentifier(high: 3, low: 1))
        }
    }

    @Test func `a folder that is away, or is a file, is told`() async throws {
        let away = await inspector.look(at: root.path + "/away", kind: .transcripts)
        #expect(away.problem == .notFound(path: root.path + "/away") && away.realPath == nil)
        try Data().write(to: root.appendingPathComponent("file"))
        #expect(await inspector.look(at: root.path + "/file", kind: nil).problem != nil)
    }
}
