import Cluster
import Firebird
import Foundation
import Glibc
import Logging
import Settings
import Synchronization

@testable import GatewayDatabase

/// Where a test's database is.
enum TestPlace: String, CaseIterable, Sendable {
    case embedded
    case server
}

/// The folder and the engine that all tests of this process share; removed at the process's end.
enum TestHome {
    private static let cleanups = Mutex<[@Sendable () -> Void]>([])
    private static let counter = Atomic<Int>(0)

    static let folder: String = {
        let folder = FileManager.default.temporaryDirectory.path + "/gateway-database-tests-\(UUID().uuidString)"
        atexit { TestHome.cleanUp() }
        atProcessEnd { try? FileManager.default.removeItem(atPath: folder) }
        return folder
    }()

    static var url: URL { URL(fileURLWithPath: folder) }

    static func prepare() throws { try GatewayDatabase.prepareProcess(home: url) }

    static func atProcessEnd(_ body: @escaping @Sendable () -> Void) { cleanups.withLock { $0.append(body) } }

    private static func cleanUp() { for body in cleanups.withLock(\.self).reversed() { body() } }

    static func freshPath() throws -> String {
        try prepare()
        return folder + "/test-\(counter.add(1, ordering: .relaxed).newValue).fdb"
    }
}

extension TestPlace {
    /// A connection to a database that does not exist yet.
    func freshConnection() async throws -> NodeConfigurationFile.DatabaseConnection {
        switch self {
        case .embedded: return .embedded(path: try TestHome.freshPath())
        case .server: return try await TestServer.shared().freshConnection()
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
        _ place: TestPlace = .embedded, usesEvents: Bool = true, _ body: (TestDatabase) async throws -> Void
    ) async throws {
        try await with(try await place.freshConnection(), usesEvents: usesEvents, body)
    }

    static func with(
        _ connection: NodeConfigurationFile.DatabaseConnection, usesEvents: Bool = true, _ body: (TestDatabase) async throws -> Void
    ) async throws {
        let node = NodeID(.fresh())
        let database = try await open(connection, node: node, usesEvents: usesEvents)
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
        usesEvents: Bool = true
    ) async throws -> GatewayDatabase {
        try await GatewayDatabase.open(connection, home: TestHome.url, node: node, absence: absence, usesEvents: usesEvents, logger: quiet)
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
