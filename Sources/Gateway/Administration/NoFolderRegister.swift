package import Settings
package import SharedFolders

/// Stands where no node runs: nothing is known of its folders.
package struct NoFolderRegister: FolderRegister {
    package init() {}

    package func cluster() async throws(FolderRegisterError) -> RecordIdentifier { throw .unavailable(cause: "no node runs") }
    package func identity(
        of folder: SharedFolderKind, owner: NodeID?, path: String
    ) async throws(FolderRegisterError) -> RecordIdentifier? { nil }
    package func claimIdentity(
        _ proposal: RecordIdentifier, of folder: SharedFolderKind, owner: NodeID?, path: String
    ) async throws(FolderRegisterError) -> RecordIdentifier { proposal }
    package func probes() async throws(FolderRegisterError) -> [FolderProbe] { [] }
    package func report(_ probes: [FolderProbe]) async throws(FolderRegisterError) { throw .conflict }
    package func requestProbes(audit: AuditEntry) async throws(FolderRegisterError) -> Int64 { throw .conflict }
    package func orders() async throws(FolderRegisterError) -> FolderOrders { FolderOrders() }
    package func moves(limit: Int) async throws(FolderRegisterError) -> [FolderMove] { [] }
    package func members(of move: RecordIdentifier) async throws(FolderRegisterError) -> [FolderMove.Member] { [] }
    package func begin(_ move: FolderMove, audit: AuditEntry) async throws(FolderRegisterError) { throw .conflict }
    package func cancel(_ move: RecordIdentifier, audit: AuditEntry) async throws(FolderRegisterError) { throw .conflict }
    package func endReading(_ move: RecordIdentifier, audit: AuditEntry) async throws(FolderRegisterError) { throw .conflict }
    package func report(_ member: FolderMove.Member) async throws(FolderRegisterError) { throw .conflict }
    package func reportRound(_ member: FolderMove.Member) async throws(FolderRegisterError) { throw .conflict }
    package func assign(_ round: Int, to nodes: [NodeID], of move: FolderMove) async throws(FolderRegisterError) { throw .conflict }
    package func advance(
        _ move: FolderMove, to state: FolderMove.State, cause: String
    ) async throws(FolderRegisterError) -> Bool { throw .conflict }
}
