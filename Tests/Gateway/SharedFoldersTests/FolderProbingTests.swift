import Foundation
import Settings
import Testing

@testable import SharedFolders

/// Trying folders, and knowing the right one.
final class FolderProbingTests {
    private let root: URL
    private let inspector = FolderInspector()
    private let first = NodeID(RecordIdentifier(high: 1, low: 1))
    private let second = NodeID(RecordIdentifier(high: 1, low: 2))

    init() throws {
        let made = FileManager.default.temporaryDirectory.appendingPathComponent("probes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: made, withIntermediateDirectories: true)
        root = made.resolvingSymlinksInPath()
    }

    deinit {
        inspector.close()
        try? FileManager.default.removeItem(at: root)
    }

    private func probe(_ node: NodeID, identity: RecordIdentifier?, others: [FolderProbe] = []) async -> FolderProbe {
        await FolderProbing(inspector: inspector, node: node).probe(
            .init(kind: .messageData, path: root.path, identity: identity, others: others))
    }

    @Test func `each node reads what the other wrote`() async throws {
        let identity = try await inspector.prepare(root.path, as: .messageData, of: Self.cluster)
        let one = await probe(first, identity: identity)
        #expect(one.problem == nil && one.readFrom == nil && one.token != nil && one.identity == identity && !one.account.isEmpty)
        let two = await probe(second, identity: identity, others: [one])
        #expect(two.problem == nil && two.readFrom == first)
        #expect(await probe(first, identity: identity, others: [two]).readFrom == second)
    }

    @Test func `a folder in which another node's newest file is missing is not the same one`() async throws {
        let identity = try await inspector.prepare(root.path, as: .messageData, of: Self.cluster)
        var other = FolderProbe(folder: .messageData, node: second, path: root.path, account: "gateway")
        other.identity = identity
        other.token = RecordIdentifier(milliseconds: UTCTime.now().milliseconds)
        #expect(await probe(first, identity: identity, others: [other]).problem?.missing == .readOthers)
    }

    @Test func `another folder, an empty mount point and one that is away are told apart`() async throws {
        let identity = try await inspector.prepare(root.path, as: .messageData, of: Self.cluster)
        let other = await probe(first, identity: RecordIdentifier(high: 3, low: 3))
        #expect(other.problem?.missing == .identity && other.remedy?.english.contains(root.path) == true)
        try FileManager.default.removeItem(atPath: "\(root.path)/\(FolderMarker.fileName)")
        #expect(await probe(first, identity: identity).problem?.missing == .mount)
        #expect(try FileManager.default.contentsOfDirectory(atPath: root.path).isEmpty)
        try FileManager.default.removeItem(at: root)
        #expect(await probe(first, identity: identity).problem?.missing == .mount)
    }

    @Test(arguments: FolderRight.allCases) func `the remedy names folder and cause, and the account where a right is missing`(
        right: FolderRight
    ) {
        let text = FolderShortcoming(right, cause: "Permission denied").remedy(account: "gateway", path: "/srv/data")
        for words in [text.english, text.japanese] { #expect(words.contains("/srv/data") && words.contains("Permission denied")) }
        if [.create, .rename, .read, .delete, .sync, .readOthers].contains(right) {
            #expect(text.english.contains("gateway") && text.japanese.contains("gateway"))
        }
    }

    @Test func `a marker keeps its first identity, and an early one gets one`() async throws {
        let (one, two) = (RecordIdentifier(high: 4, low: 1), RecordIdentifier(high: 4, low: 2))
        #expect(try FolderMarker.write(.transcripts, in: root.path, proposal: one, cluster: Self.cluster) == one)
        #expect(try FolderMarker.write(.transcripts, in: root.path, proposal: two, cluster: Self.cluster) == one)
        let file = "\(root.path)/\(FolderMarker.fileName)"
        try Data("SecurityGateway shared folder: transcripts\n".utf8).write(to: URL(fileURLWithPath: file))
        #expect(FolderMarker.read(.transcripts, in: root.path) == .init(.present))
        #expect(try FolderMarker.write(.transcripts, in: root.path, proposal: two, cluster: Self.cluster) == two)
        #expect(throws: SharedFolderError.self) {
            try FolderMarker.write(.messageData, in: root.path, proposal: one, cluster: Self.cluster)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: root.path) == [FolderMarker.fileName])
    }

    @Test func `a marker names the cluster whose folder it is`() throws {
        _ = try FolderMarker.write(.messageData, in: root.path, proposal: Self.known, cluster: Self.cluster)
        #expect(FolderMarker.read(.messageData, in: root.path) == .init(.present, identity: Self.known, cluster: Self.cluster))
    }

    private static let cluster = RecordIdentifier(high: 3, low: 1)
    private static let known = RecordIdentifier(high: 4, low: 1)
    private static let other = RecordIdentifier(high: 4, low: 2)

    @Test(arguments: [
        (nil as RecordIdentifier?, FolderMarker.Reading(.missing) as FolderMarker.Reading?, false, FolderAdmission.mark(nil)),
        (nil, .init(.missing), true, .refuse(.notMounted)), (known, .init(.missing), false, .refuse(.notMounted)),
        (known, .init(.present, identity: known), true, .use(known)), (nil, .init(.present, identity: known), true, .use(known)),
        (known, .init(.present, identity: other), false, .refuse(.another)), (known, .init(.present), true, .mark(known)),
        (nil, .init(.present), false, .mark(nil)), (known, .init(.foreign), true, .refuse(.foreign)),
        (nil, .init(.present, identity: other, cluster: cluster), true, .use(other)),
        (nil, .init(.present, identity: other, cluster: other), true, .refuse(.ofAnotherCluster)),
        (known, .init(.present, identity: known, cluster: other), true, .use(known)),
        (known, nil, true, .refuse(.silent)), (nil, .init(.unreadable), false, .refuse(.unreadable)),
    ])
    func `a folder is used only when it is the one the cluster knows`(
        expected: RecordIdentifier?, found: FolderMarker.Reading?, isConfigured: Bool, admission: FolderAdmission
    ) {
        #expect(FolderAdmission.decide(expected: expected, found: found, cluster: Self.cluster, isConfigured: isConfigured) == admission)
    }
}
