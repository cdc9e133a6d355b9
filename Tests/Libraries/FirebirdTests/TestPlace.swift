import Foundation
import Glibc
import Synchronization
import Testing

@testable import Firebird

/// Where a test's database is.
enum TestPlace: String, CaseIterable, Sendable {
    case embedded
    case server
}

/// The folder and the engine that all tests of this process share; removed at the process's end.
enum TestEnvironment {
    private static let cleanups = Mutex<[@Sendable () -> Void]>([])
    private static let counter = Atomic<Int>(0)

    /// The folder of all databases of this run.
    static let folder: String = {
        let folder = FileManager.default.temporaryDirectory.path + "/firebird-tests-\(UUID().uuidString)"
        atexit { TestEnvironment.cleanUp() }
        atProcessEnd { try? FileManager.default.removeItem(atPath: folder) }
        return folder
    }()

    /// The embedded engine's environment; the first call of the library must come after it.
    static let engine: Result<EmbeddedFirebirdEnvironment, any Error> = Result {
        let engine = try EmbeddedFirebirdEnvironment.prepare(root: folder + "/engine", cachePages: 256)
        try FirebirdLibrary.refuseSignals()
        return engine
    }

    static func atProcessEnd(_ body: @escaping @Sendable () -> Void) { cleanups.withLock { $0.append(body) } }

    private static func cleanUp() { for body in cleanups.withLock(\.self).reversed() { body() } }

    /// A path for a database that does not exist yet.
    static func freshPath(_ ending: String = "fdb") throws -> String {
        _ = try engine.get()
        return folder + "/test-\(counter.add(1, ordering: .relaxed).newValue).\(ending)"
    }
}

extension TestPlace {
    /// The configuration of a database that does not exist yet.
    func freshConfiguration() async throws -> FirebirdConfiguration {
        switch self {
        case .embedded: return FirebirdConfiguration(location: .embedded(path: try TestEnvironment.freshPath()))
        case .server: return try await TestServer.shared().freshConfiguration()
        }
    }

    /// Creates an empty database and lends its configuration.
    func withDatabase(_ body: (FirebirdConfiguration) async throws -> Void) async throws {
        let configuration = try await freshConfiguration()
        try await FirebirdDatabase.create(configuration)
        try await body(configuration)
    }

    /// Creates a database with `schema` and lends a pool on it.
    func withPool(size: Int = 4, schema: [String] = [], _ body: (FirebirdPool) async throws -> Void) async throws {
        try await withDatabase { configuration in
            let pool = FirebirdPool(configuration: configuration, size: size, maximumWaiting: 100_000)
            do {
                for statement in schema {
                    try await pool.transaction(.schemaChange) { try $0.execute(FirebirdQuery(unsafeSQL: statement)) }
                }
                try await body(pool)
            } catch {
                await pool.close()
                throw error
            }
            await pool.close()
        }
    }
}

/// The kind of the `FirebirdError` that `body` ends in.
func errorKind(_ body: () async throws -> Void) async -> FirebirdError.Kind? {
    do {
        try await body()
        return nil
    } catch { return (error as? FirebirdError)?.kind }
}

extension FirebirdPool {
    /// The only value of the only row.
    func value<Value: FirebirdDecodable & Sendable>(_ query: FirebirdQuery, as type: Value.Type = Value.self) async throws -> Value {
        try await transaction(.readCommittedReadOnly) { transaction in
            let row = try #require(try transaction.queryOne(query))
            return try row.decode(0, as: Value.self)
        }
    }
}
