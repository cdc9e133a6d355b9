package import Firebird

/// Where a test's database is.
package enum TestPlace: String, CaseIterable, Sendable {
    /// A file opened by the engine in this process.
    case embedded
    /// A database of the server that all tests share.
    case server
}

extension TestPlace {
    /// The configuration of a database that does not exist yet. The first one on the server waits for its start.
    /// - Throws: what preparing the engine or starting the server threw.
    package func freshConfiguration() async throws -> FirebirdConfiguration {
        switch self {
        case .embedded:
            try await TestEnvironment.warmEngine()
            return FirebirdConfiguration(
                location: .embedded(path: try TestEnvironment.freshPath()), defaultDeadline: TestEnvironment.patience)
        case .server: return try await TestServer.shared().freshConfiguration()
        }
    }

    /// Creates an empty database and lends its configuration.
    package func withDatabase(_ body: (FirebirdConfiguration) async throws -> Void) async throws {
        let configuration = try await freshConfiguration()
        try await FirebirdDatabase.create(configuration)
        try await body(configuration)
    }

    /// Creates a database, runs the statements of `schema` one by one, lends a pool of `size` connections and closes it afterwards.
    package func withPool(size: Int = 4, schema: [String] = [], _ body: (FirebirdPool) async throws -> Void) async throws {
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

/// The kind of the `FirebirdError` that `body` ends in; `nil` when it ends well or in another error.
package func errorKind(_ body: () async throws -> Void) async -> FirebirdError.Kind? {
    do {
        try await body()
        return nil
    } catch { return (error as? FirebirdError)?.kind }
}

extension FirebirdPool {
    /// The first value of the first row.
    /// - Throws: `TestSetupFailure` when there is no row; what the query throws.
    package func value<Value: FirebirdDecodable & Sendable>(_ query: FirebirdQuery, as type: Value.Type = Value.self) async throws -> Value
    {
        try await transaction(.readCommittedReadOnly) { transaction in
            guard let row = try transaction.queryOne(query) else { throw TestSetupFailure(description: "the query gave no row") }
            return try row.decode(0, as: Value.self)
        }
    }
}
