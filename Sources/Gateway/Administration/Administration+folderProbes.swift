import Cluster
import Settings
import SharedFolders

/// What every node finds in the shared folders.
extension Administration {
    /// Folder × node, from the rows that the nodes report.
    package func folderOverview(_ caller: AdministrationCaller) async throws(AdministrationError) -> FolderOverview {
        let nodes = try await clusterNodes()
        let living = nodes.filter { !$0.isStopped }
        let (probes, orders) = try await askFolders { (register) throws(FolderRegisterError) in
            (try await register.probes(), try await register.orders())
        }
        let rows = SharedFolderKind.allCases.map { folder in
            let cells = living.map { node in
                FolderOverview.Cell(node: node, probe: probes.first { $0.folder == folder && $0.node == node.node })
            }
            let identities = Set(cells.compactMap { $0.probe?.identity })
            return FolderOverview.Row(folder: folder, cells: cells, isShared: identities.count <= 1)
        }
        return FolderOverview(request: orders.request, rows: rows, names: Self.names(nodes))
    }

    /// Asks every node to try every folder now; their rows answer within seconds.
    /// - Returns: the number of the request, which rows that answer it carry.
    package func requestFolderProbes(_ caller: AdministrationCaller) async throws(AdministrationError) -> Int64 {
        let audit = entry(caller, "directory.probe", "all nodes")
        return try await askFolders { (register) throws(FolderRegisterError) in try await register.requestProbes(audit: audit) }
    }

    static func names(_ nodes: [ClusterNode]) -> [NodeID: String] {
        Dictionary(nodes.map { ($0.node, $0.name) }, uniquingKeysWith: { first, _ in first })
    }

    func askFolders<Value: Sendable>(
        _ body: (any FolderRegister) async throws(FolderRegisterError) -> Value
    ) async throws(AdministrationError) -> Value {
        do throws(FolderRegisterError) {
            return try await body(ports.folderRegister)
        } catch {
            switch error {
            case .unavailable(let cause): throw .unavailable(cause: cause)
            case .conflict:
                throw .conflict(
                    LocalizedText(
                        "The move of this folder is not in a state for this any more; look at how it stands.",
                        ja: "このフォルダーの移動は、この操作ができる状態ではありません。現在の状態を確認してください。"))
            }
        }
    }
}
