import Cluster
import Firebird
import FirebirdTestKit
import Logging
import Settings

@testable import GatewayDatabase

extension TestPlace {
    /// A connection to a database that does not exist yet.
    func freshConnection() async throws -> NodeConfigurationFile.DatabaseConnection { try await freshConfiguration().connection }
}

extension TestServer {
    /// A connection to a database on this server that does not exist yet.
    /// - Parameter password: the right one when `nil`.
    func freshConnection(password: String? = nil) -> NodeConfigurationFile.DatabaseConnection {
        freshConfiguration(password: password).connection
    }
}

extension FirebirdConfiguration {
    /// The same as a node's file says it.
    fileprivate var connection: NodeConfigurationFile.DatabaseConnection {
        switch location {
        case .embedded(let path): .embedded(path: path)
        case .server(let host, let port, let database):
            .server(host: host, port: port, database: database, user: user, password: password ?? "")
        }
    }
}

/// An opened database, a node in it, and what tests ask it directly.
struct TestDatabase: Sendable {
    let database: GatewayDatabase
    let connection: NodeConfigurationFile.DatabaseConnection
    let node: NodeID

    static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Opens a new database and closes it after `body`.
    static func with(
        _ place: TestPlace = .embedded, usesEvents: Bool = true, pace: FirebirdChangeFeed.Pace = .init(),
        _ body: (TestDatabase) async throws -> Void
    ) async throws {
        try await with(try await place.freshConnection(), usesEvents: usesEvents, pace: pace, body)
    }

    static func with(
        _ connection: NodeConfigurationFile.DatabaseConnection, usesEvents: Bool = true, pace: FirebirdChangeFeed.Pace = .init(),
        _ body: (TestDatabase) async throws -> Void
    ) async throws {
        try await TestTurn.take { try await opened(connection, usesEvents: usesEvents, pace: pace, body) }
    }

    private static func opened(
        _ connection: NodeConfigurationFile.DatabaseConnection, usesEvents: Bool, pace: FirebirdChangeFeed.Pace,
        _ body: (TestDatabase) async throws -> Void
    ) async throws {
        let node = NodeID(.fresh())
        let database = try await open(connection, node: node, usesEvents: usesEvents, pace: pace)
        do {
            try await body(TestDatabase(database: database, connection: connection, node: node))
        } catch {
            await database.close()
            throw error
        }
        await database.close()
    }

    static func open(
        _ connection: NodeConfigurationFile.DatabaseConnection, node: NodeID, absence: GatewayDatabase.Absence = .create,
        usesEvents: Bool = true, pace: FirebirdChangeFeed.Pace = .init()
    ) async throws -> GatewayDatabase {
        try await GatewayDatabase.open(
            connection, home: TestEnvironment.url, node: node, absence: absence, usesEvents: usesEvents, pace: pace, logger: quiet)
    }

    /// Begins an incarnation of a node and lends its writer.
    func withWriter(
        node: NodeID? = nil, limits: WriterLimits = WriterLimits(), heartbeat: ConfirmedHeartbeat = ConfirmedHeartbeat(),
        _ body: (NodeWriter) async throws -> Void
    ) async throws {
        let incarnation = try await database.nodes.beginIncarnation(of: node ?? self.node, name: "test", version: "1.0")
        let writer = database.beginWriting(as: incarnation, heartbeat: heartbeat, limits: limits)
        do { try await body(writer) } catch {
            await writer.close()
            throw error
        }
        await writer.close()
    }

    /// The only number of the only row.
    func number(_ query: FirebirdQuery) async throws -> Int {
        try await database.sessions.requests.transaction(.readCommittedReadOnly) { try $0.queryOne(query)?.decode(0, as: Int.self) } ?? -1
    }

    func execute(_ query: FirebirdQuery) async throws {
        _ = try await database.sessions.requests.transaction { try $0.execute(query) }
    }

    /// Rows of the queue of one message.
    func queued(_ message: RecordIdentifier) async throws -> Int {
        try await number("select count(*) from queue where message_id = \(message)")
    }
}

extension RecordIdentifier {
    static func fresh() -> RecordIdentifier { RecordIdentifier(milliseconds: UTCTime.now().milliseconds) }
}

extension FirebirdConnection {
    /// Runs `body` and counts the rows it read, by whatever way.
    func countingReads<Value: Sendable>(
        _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws -> (value: Value, reads: Int) {
        let query: FirebirdQuery = """
            select sum(r.mon$record_idx_reads + r.mon$record_seq_reads) from mon$attachments a
            join mon$record_stats r on r.mon$stat_id = a.mon$stat_id where a.mon$attachment_id = current_connection
            """
        let before = try await transaction { try $0.queryOne(query)?.decode(0, as: Int.self) } ?? 0
        let value = try await transaction { try body($0) }
        let after = try await transaction { try $0.queryOne(query)?.decode(0, as: Int.self) } ?? 0
        return (value, after - before)
    }
}
