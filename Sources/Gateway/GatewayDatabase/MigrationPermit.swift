import Cluster
import Firebird
import Settings

/// A newer program changes the schema only while no node of the cluster is at work (R2): an older one would go on with tables it does
/// not know. Whether one is at work is seen by its counter, not by any clock.
struct MigrationPermit: Sendable {
    let configuration: FirebirdConfiguration
    let node: NodeID
    let deadline: Duration

    /// - Throws: `GatewayDatabaseError.othersAtWork` or what the driver says. Waits only when there is something to change and another
    ///   node has not said goodbye.
    func check() async throws {
        guard let before = try await others(), !before.isEmpty else { return }
        let liveness = NodeLiveness(before: before)
        try await Task.sleep(for: NodeLiveness.patience)
        let alive = liveness.alive(in: try await others() ?? [])
        guard alive.isEmpty else {
            throw GatewayDatabaseError.othersAtWork(
                place: configuration.description, nodes: alive.map { "\($0.name) (\($0.version))" })
        }
    }

    /// The nodes that have not said goodbye; `nil` when the schema needs no change or is not there yet.
    private func others() async throws -> [ClusterNode]? {
        let connection = FirebirdConnection(configuration: configuration)
        let node = node
        do {
            let found = try await connection.transaction(.readCommittedReadOnly, deadline: deadline) { transaction -> [ClusterNode]? in
                guard try Self.isChangeNeeded(transaction) else { return nil }
                return try NodeTable.allOfAnySchema(transaction).filter { $0.node != node && !$0.isStopped }
            }
            await connection.close()
            return found
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func isChangeNeeded(_ transaction: FirebirdTransaction) throws -> Bool {
        let marker = "select 1 from rdb$relations where rdb$relation_name = \(SchemaMigrations.markerTable)" as FirebirdQuery
        guard try transaction.queryOne(marker) != nil else { return false }
        let node = try transaction.queryOne("select 1 from rdb$relations where rdb$relation_name = 'NODE'")
        let applied = try transaction.queryOne("select count(*) from schema_migration")?.decode(0, as: Int.self) ?? 0
        return node != nil && applied < SchemaMigrations.all.count
    }
}
