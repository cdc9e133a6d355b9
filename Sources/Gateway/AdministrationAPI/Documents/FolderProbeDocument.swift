import Administration
import Cluster
import Settings
import SharedFolders

/// `GET /directories/probes`: every shared folder as every node sees it.
package struct FolderProbesDocument: Codable, Sendable {
    /// The newest request for probes; rows that answer it carry the same number.
    package let request: Int64
    /// Every node that is not stopped can use every folder.
    package let isGood: Bool
    package let items: [FolderProbeDocument]

    init(_ overview: FolderOverview) {
        request = overview.request
        isGood = overview.isGood
        items = overview.rows.flatMap { row in row.cells.map { FolderProbeDocument($0, row, names: overview.names) } }
    }
}

/// A node's row of one folder.
package struct FolderProbeDocument: Codable, Sendable {
    package let folder: String
    package let node: String
    package let nodeName: String
    /// All nodes that reported use one folder.
    package let isShared: Bool
    /// `good`, `failing` or `unknown`: the node has not reported yet.
    package let state: String
    package let path: String
    package let account: String
    /// The right that is missing; absent when none is.
    package let missing: String?
    /// The system's words.
    package let cause: String
    /// What to do.
    package let remedy: LocalizedDocument?
    /// Name of the node whose file was read back.
    package let readFrom: String?
    package let milliseconds: Int
    package let fileSystem: String
    package let freeBytes: UInt64?
    package let totalBytes: UInt64?
    /// Of the folder's marker.
    package let identity: String?
    package let request: Int64
    /// Absent: never.
    package let probedAt: String?

    init(_ cell: FolderOverview.Cell, _ row: FolderOverview.Row, names: [NodeID: String]) {
        folder = row.folder.rawValue
        node = cell.node.node.description
        nodeName = cell.node.name
        isShared = row.isShared
        let probe = cell.probe
        state = probe.map { $0.problem == nil ? "good" : "failing" } ?? "unknown"
        path = probe?.path ?? ""
        account = probe?.account ?? ""
        missing = probe?.problem?.missing.rawValue
        cause = probe?.problem?.cause ?? ""
        remedy = probe?.remedy.map(LocalizedDocument.init)
        readFrom = probe?.readFrom.map { names[$0] ?? $0.description }
        milliseconds = probe?.milliseconds ?? 0
        fileSystem = probe?.fileSystem ?? ""
        freeBytes = probe?.freeBytes
        totalBytes = probe?.totalBytes
        identity = probe?.identity?.description
        request = probe?.request ?? 0
        probedAt = probe.map { TimeText.text($0.probedAt) }
    }
}

/// Answer of `POST /directories/probes`.
package struct FolderProbeRequestDocument: Codable, Sendable {
    package let request: Int64
}
