import Firebird
package import Foundation
package import Settings

/// What a look at a database found: nothing is made, changed or migrated by it.
package struct DatabaseTrial: Sendable, Hashable {
    /// As the server says it, `3.0.11` for instance.
    package let engineVersion: String
    /// No table at all: an administrator's preparation.
    package let isEmpty: Bool
    /// Nodes the database knows, by name.
    package let nodeNames: [String]
    /// Whether the node that asks is one of them.
    package let knowsThisNode: Bool
    /// Changes of the schema that this program would make.
    package let pendingMigrations: Int

    package init(engineVersion: String, isEmpty: Bool, nodeNames: [String], knowsThisNode: Bool, pendingMigrations: Int) {
        self.pendingMigrations = pendingMigrations
        self.engineVersion = engineVersion
        self.isEmpty = isEmpty
        self.nodeNames = nodeNames
        self.knowsThisNode = knowsThisNode
    }
}

extension GatewayDatabase {
    /// Longer than an attachment may take, so that the driver's own answer is heard.
    private static let trialDeadline = Duration.seconds(20)

    /// Attaches once and looks: whether it answers, lets us in, is encrypted, of the right version, and ours.
    /// - Throws: each obstacle as its own case; nothing stays open.
    package static func tryOut(
        _ connection: NodeConfigurationFile.DatabaseConnection, home: URL, node: NodeID
    ) async throws(GatewayDatabaseError) -> DatabaseTrial {
        let configuration = configuration(connection, home: home)
        let place = configuration.description
        try prepareProcess(home: home)
        let session = FirebirdConnection(configuration: configuration)
        do {
            try await DatabaseInspection(configuration: configuration, deadline: trialDeadline).checkBeforeMigration()
            let trial = try await session.transaction(.readCommittedReadOnly, deadline: trialDeadline) { try look(node, $0) }
            await session.close()
            return trial
        } catch {
            await session.close()
            throw GatewayDatabaseError(error, place: place)
        }
    }

    private static func look(_ node: NodeID, _ transaction: FirebirdTransaction) throws -> DatabaseTrial {
        let version = try transaction.queryOne("select rdb$get_context('SYSTEM', 'ENGINE_VERSION') from rdb$database")
        let marker = try transaction.queryOne(
            "select 1 from rdb$relations where rdb$relation_name = \(SchemaMigrations.markerTable)")
        let nodes = try marker == nil ? [] : transaction.query("select id, name from node order by name, id")
        let migrations = try marker == nil ? nil : transaction.queryOne("select count(*) from schema_migration")
        return DatabaseTrial(
            engineVersion: try version?.decode(0) ?? "", isEmpty: marker == nil, nodeNames: try nodes.map { try $0.decode(1) },
            knowsThisNode: try nodes.contains { try $0.decode(0, as: NodeID.self) == node },
            pendingMigrations: SchemaMigrations.all.count - (try migrations?.decode(0, as: Int.self) ?? 0))
    }
}
