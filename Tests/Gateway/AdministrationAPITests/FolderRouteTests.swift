import Cluster
import GatewayTestKit
import Hummingbird
import Settings
import SharedFolders
import Testing

@testable import AdministrationAPI

/// Probes and moves of shared folders.
struct FolderRouteTests {
    private static func gateway() throws -> InMemoryGateway {
        let gateway = try InMemoryGateway.filled()
        let node = ClusterNode(
            node: gateway.node, name: "mx1", version: "1", incarnation: 1, counter: 1, isStopped: false, startedAt: .now(),
            lastSeenAt: .now(), settingsRevision: SettingsRevision(1))
        gateway.change { $0.nodes = [node] }
        return gateway
    }

    private static func moves(_ gateway: InMemoryGateway) async throws -> [FolderMoveDocument] {
        try await gateway.request(.get, "/directories/moves").decoded(PageDocument<FolderMoveDocument>.self).items
    }

    @Test func `every node's row of every folder is told, with the remedy where a right is missing`() async throws {
        let gateway = try Self.gateway()
        var probe = FolderProbe(folder: .bayesHam, node: gateway.node, path: "/srv/ham", account: "gateway")
        probe.problem = FolderShortcoming(.create, cause: "Permission denied")
        try await gateway.folders.report([probe])
        let document = try await gateway.request(.get, "/directories/probes").decoded(FolderProbesDocument.self)
        #expect(document.items.count == 6 && !document.isGood)
        let row = try #require(document.items.first { $0.folder == "bayes-ham" })
        #expect(row.state == "failing" && row.missing == "create" && row.nodeName == "mx1")
        #expect(row.remedy?.en.contains("gateway") == true && row.remedy?.ja.contains("/srv/ham") == true)
        #expect(document.items.filter { $0.state == "unknown" }.count == 5)
        #expect(try await gateway.request(.post, "/directories/probes", "{}").decoded(FolderProbeRequestDocument.self).request == 1)
    }

    @Test func `a move is begun once, shown and cancelled`() async throws {
        let gateway = try Self.gateway()
        #expect(try await gateway.request(.post, "/directories/message-data/move", #"{"path": "/srv/new/"}"#).status == 204)
        let move = try #require(try await Self.moves(gateway).first)
        #expect(move.newPath == "/srv/new" && move.oldPath.isEmpty && move.state == "probing" && move.isCancellable)
        #expect(move.waitingFor.map(\.nodeName) == ["mx1"] && move.waitingFor.first?.reason == "not-probed")
        #expect(try await gateway.request(.post, "/directories/message-data/move", #"{"path": "/srv/other"}"#).status == 409)
        // Not by other ways either.
        #expect(try await gateway.request(.put, "/directories/message-data", #"{"path": "/srv/other"}"#).status == 409)
        #expect(try await gateway.request(.put, "/directories/transcripts", #"{"path": "/srv/other"}"#).status == 204)
        #expect(try await gateway.request(.delete, "/directories/message-data/move").status == 204)
        #expect(try await Self.moves(gateway).first?.state == "cancelled")
        #expect(try await gateway.request(.delete, "/directories/message-data/move").status == 404)
    }

    @Test(arguments: [
        "relative", "", "/", "/home/gateway/message-data", "/home/gateway/message-data/x", "/home", "/home/gateway/transcripts/x",
        "/missing/x", "/foreign/x", "/others/x",
    ])
    func `a place that cannot be used is refused and nothing is begun`(path: String) async throws {
        let gateway = try Self.gateway()
        #expect(try await gateway.request(.post, "/directories/message-data/move", #"{"path": "\#(path)"}"#).status == 422, "\(path)")
        #expect(try await Self.moves(gateway).isEmpty)
    }

    @Test func `files that were left are read until that is ended`() async throws {
        let gateway = try Self.gateway()
        #expect(try await gateway.request(.post, "/directories/x/move", #"{"path": "/srv/new"}"#).status == 404)
        let body = #"{"path": "/srv/new", "leavesFiles": true}"#
        #expect(try await gateway.request(.post, "/directories/attachments/move", #"{"path": "/srv/a", "forgetsOld": true}"#).status == 422)
        #expect(try await gateway.request(.post, "/directories/attachments/move", body).status == 204)
        #expect(try await gateway.request(.delete, "/directories/attachments/old-place").status == 409)
        let move = try #require(try await gateway.folders.orders().moves.first)
        _ = try await gateway.folders.advance(move, to: .reading, cause: "")
        #expect(try await gateway.request(.delete, "/directories/attachments/move").status == 409)
        #expect(try await gateway.request(.delete, "/directories/attachments/old-place").status == 204)
        #expect(try await Self.moves(gateway).first?.state == "done")
    }
}
