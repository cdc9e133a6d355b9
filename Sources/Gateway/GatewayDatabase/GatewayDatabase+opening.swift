package import Cluster
import Firebird
package import Foundation
package import Logging
package import Settings

extension GatewayDatabase {
    /// What to do when there is no database.
    package enum Absence: Sendable {
        case refuse
        case create
    }

    /// Folder of the embedded engine's configuration, locks and sort files, in the node's home.
    private static let engineFolder = "firebird"
    private static let migrationDeadline = Duration.seconds(600)
    private static let inspectionDeadline = Duration.seconds(30)
    private static let takeoverPatience = Duration.seconds(2)

    /// Prepares the embedded engine of this process and forbids the library to act on signals. Call it early in `main`, before other
    /// threads run: it sets environment variables that the library reads at its first call. Repeating it is harmless.
    /// - Parameter home: the node's home, an absolute path.
    package static func prepareProcess(home: URL) throws(GatewayDatabaseError) {
        let place = home.path
        do throws(FirebirdError) {
            _ = try EmbeddedFirebirdEnvironment.prepare(root: home.appendingPathComponent(engineFolder).path)
            try FirebirdLibrary.refuseSignals()
        } catch {
            throw .other(place: place, cause: error.description)
        }
    }

    /// Ends the library, the embedded engine with it. The last thing before the process exits, after every `close`.
    package static func endProcess() { FirebirdLibrary.shutdown() }

    /// Opens the database, creates it if that is wanted, checks that it is ours, and brings its schema up to date.
    /// - Parameters:
    ///   - home: the node's home; an embedded database's relative path lies in it.
    ///   - node: written as the author of changes.
    ///   - usesEvents: false polls for changes only.
    ///   - duty: fences the primary's tasks; without it none is fenced.
    /// - Throws: `.missing` when it is not there and `absence` is `.refuse`; every other case as named. Nothing stays open.
    package static func open(
        _ connection: NodeConfigurationFile.DatabaseConnection, home: URL, node: NodeID, absence: Absence = .refuse,
        usesEvents: Bool = true,
        pace: FirebirdChangeFeed.Pace = .init(), duty: PrimaryDuty? = nil, logger: Logger
    ) async throws(GatewayDatabaseError) -> GatewayDatabase {
        let configuration = configuration(connection, home: home)
        let place = configuration.description
        if case .embedded = configuration.location { try prepareProcess(home: home) }
        let database = GatewayDatabase(configuration, node: node, usesEvents: usesEvents, pace: pace, duty: duty, logger: logger)
        do {
            try await persistently {
                if absence == .create { try await createIfMissing(configuration) }
                try await DatabaseInspection(configuration: configuration, deadline: inspectionDeadline).checkBeforeMigration()
                try await MigrationPermit(configuration: configuration, node: node, deadline: inspectionDeadline).check()
                let names = try await FirebirdMigrator(SchemaMigrations.all).migrate(configuration, deadline: migrationDeadline)
                if !names.isEmpty {
                    logger.notice("database schema brought up to date", metadata: ["migrations": "\(names.joined(separator: ", "))"])
                }
                // From here on the file stays open.
                try await database.sessions.requests.ping(deadline: inspectionDeadline)
            }
        } catch {
            await database.close()
            throw GatewayDatabaseError(error, place: place)
        }
        return database
    }

    /// Tries again for a moment when another process has the embedded file: the node's process before this one may just be ending, and
    /// a child process just being started holds the file's lock until it has become another program.
    private static func persistently(_ body: () async throws -> Void) async throws {
        let end = ContinuousClock.now.advanced(by: takeoverPatience)
        while true {
            do { return try await body() } catch let error as FirebirdError where error.kind == .alreadyOpen && ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    static func configuration(_ connection: NodeConfigurationFile.DatabaseConnection, home: URL) -> FirebirdConfiguration {
        switch connection {
        case .embedded(let path):
            let absolute = path.hasPrefix("/") ? path : home.appendingPathComponent(path).path
            return FirebirdConfiguration(location: .embedded(path: absolute))
        case .server(let host, let port, let database, let user, let password):
            return FirebirdConfiguration(location: .server(host: host, port: port, database: database), user: user, password: password)
        }
    }

    /// Looks whether it is there, and creates it only if not. When several nodes do so at once, one creates it and the others find
    /// it in use for as long as that takes.
    private static func createIfMissing(_ configuration: FirebirdConfiguration) async throws {
        let end = ContinuousClock.now.advanced(by: inspectionDeadline)
        while true {
            do {
                let connection = FirebirdConnection(configuration: configuration)
                let isThere = try await Self.isThere(connection)
                await connection.close()
                if isThere { return }
                return try await FirebirdDatabase.create(configuration)
            } catch let error as FirebirdError where error.kind == .databaseExists {
                return
            } catch let error as FirebirdError where error.kind == .objectInUse && ContinuousClock.now < end {
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }

    private static func isThere(_ connection: FirebirdConnection) async throws -> Bool {
        do {
            try await connection.ping(deadline: inspectionDeadline)
            return true
        } catch let error as FirebirdError where error.kind == .databaseNotFound {
            return false
        } catch {
            await connection.close()
            throw error
        }
    }
}

/// Looks at a database before anything is changed in it.
struct DatabaseInspection: Sendable {
    let configuration: FirebirdConfiguration
    let deadline: Duration

    /// - Throws: `GatewayDatabaseError` or what the driver says.
    func checkBeforeMigration() async throws {
        let connection = FirebirdConnection(configuration: configuration)
        do {
            let place = configuration.description
            try await connection.transaction(.readCommittedReadOnly, deadline: deadline) { transaction in
                try Self.checkEngine(place, transaction)
                try Self.checkForcedWrites(place, transaction)
                let tables = try Self.tables(transaction)
                try Self.checkOwnership(place, tables)
                if tables.isSuperset(of: SchemaMigrations.migrationTables) { try Self.checkVersion(place, transaction) }
            }
            await connection.close()
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func checkEngine(_ place: String, _ transaction: FirebirdTransaction) throws {
        let row = try transaction.queryOne("select rdb$get_context('SYSTEM', 'ENGINE_VERSION') from rdb$database")
        let version = try row?.decode(0, as: String.self) ?? ""
        guard isSupportedEngine(version) else { throw GatewayDatabaseError.wrongServerVersion(place: place, version: version) }
    }

    /// Only Firebird 3.0 is known to keep what is promised here.
    static func isSupportedEngine(_ version: String) -> Bool { version.hasPrefix("3.0.") }

    private static func checkForcedWrites(_ place: String, _ transaction: FirebirdTransaction) throws {
        let row = try transaction.queryOne("select mon$forced_writes from mon$database")
        guard try row?.decode(0, as: Int.self) == 1 else { throw GatewayDatabaseError.forcedWritesOff(place: place) }
    }

    private static func tables(_ transaction: FirebirdTransaction) throws -> Set<String> {
        let rows = try transaction.query("select trim(rdb$relation_name) from rdb$relations where coalesce(rdb$system_flag, 0) = 0")
        return Set(try rows.map { try $0.decode(0, as: String.self) })
    }

    /// An empty database becomes ours; so does one in which another node has only just begun.
    private static func checkOwnership(_ place: String, _ tables: Set<String>) throws {
        guard !tables.contains(SchemaMigrations.markerTable) else { return }
        let foreign = tables.subtracting(SchemaMigrations.migrationTables)
        guard let table = foreign.min() else { return }
        throw GatewayDatabaseError.anotherProduct(place: place, table: table)
    }

    private static func checkVersion(_ place: String, _ transaction: FirebirdTransaction) throws {
        let row = try transaction.queryOne(
            "select first 1 name from schema_migration where step >= \(SchemaMigrations.all.count) order by step desc")
        guard let row else { return }
        throw GatewayDatabaseError.newerSchema(place: place, migration: try row.decode(0))
    }
}
