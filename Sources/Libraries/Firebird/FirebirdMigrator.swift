import Foundation

/// Brings a database's schema to the state the program needs.
///
/// Applied migrations are recorded in the table `SCHEMA_MIGRATION` (name, checksum, when), in the transaction of the
/// migration itself: either its work and its record are there, or neither. Each such transaction first updates the
/// one row of `SCHEMA_MIGRATION_LOCK`; of two nodes that start at once the second meets a conflict, waits with
/// random pauses, and then finds the migration recorded. A crash frees that lock with its transaction.
///
/// Open no pool on the database before it is done: Firebird refuses to change objects that others have prepared
/// statements on (`objectInUse`, tried again until the deadline).
package struct FirebirdMigrator: Sendable {
    private let migrations: [FirebirdMigration]
    private let toleratesNewer: Bool

    private static let maximumNameLength = 100

    /// - Parameter toleratesNewer: go on when the database has migrations after ours, as a node of the older version
    ///   meets them during a rolling update. What both know must still be the same.
    package init(_ migrations: [FirebirdMigration], toleratesNewer: Bool = false) {
        self.migrations = migrations
        self.toleratesNewer = toleratesNewer
    }

    /// Runs what is missing, in order, on a connection of its own.
    /// - Parameter deadline: for all of it.
    /// - Returns: the names of those run here.
    /// - Throws: `migrationMismatch` when the recorded ones and ours differ, `invalidArgument` for bad names, and
    ///   whatever the statements end in; migrations before the failed one stay.
    package func migrate(_ configuration: FirebirdConfiguration, deadline: Duration = .seconds(600)) async throws -> [String] {
        try checkNames()
        let connection = FirebirdConnection(configuration: configuration)
        do {
            let names = try await connection.queue.run(deadline: deadline) { try run($0) }
            await connection.close()
            return names
        } catch {
            await connection.close()
            throw error
        }
    }

    private func checkNames() throws(FirebirdError) {
        guard Set(migrations.map(\.name)).count == migrations.count else {
            throw FirebirdError(.invalidArgument, "two migrations have the same name")
        }
        guard migrations.allSatisfy({ !$0.name.isEmpty && $0.name.count <= Self.maximumNameLength }) else {
            throw FirebirdError(.invalidArgument, "a migration's name is empty or too long")
        }
    }

    private func run(_ session: Session) throws -> [String] {
        try persistently(session) { try prepareTables(session) }
        var names: [String] = []
        for (position, migration) in migrations.enumerated() {
            let isApplied = try persistently(session) { try apply(migration, position, session) }
            if isApplied { names.append(migration.name) }
        }
        try persistently(session) { try checkEnd(session) }
        return names
    }

    /// Tries again as long as another node is in the way, until the deadline ends the session's call.
    private func persistently<Result>(_ session: Session, _ body: () throws -> Result) throws -> Result {
        while true {
            do { return try body() } catch let error as FirebirdError where [.conflict, .objectInUse].contains(error.kind) {
                if let reason = session.job?.interruptionError { throw reason }
                Thread.sleep(forTimeInterval: .random(in: 0.01...0.1))
            }
        }
    }

    private static let tables = [
        """
        create table schema_migration (
            step integer not null primary key, name varchar(100) not null unique, checksum varchar(16) not null,
            applied_milliseconds bigint not null)
        """,
        "create table schema_migration_lock (id smallint not null primary key, holders bigint not null)",
    ]

    /// Makes the two tables. When two nodes do it at once, one of them fails in one of several ways and finds
    /// them made by the other.
    private func prepareTables(_ session: Session) throws {
        if try !hasTables(session) {
            do {
                try session.transaction(.schemaChange, retries: 0) { transaction in
                    for table in Self.tables { try transaction.execute(FirebirdQuery(unsafeSQL: table)) }
                }
            } catch let error as FirebirdError where error.leavesTransactionUsable {
                guard try hasTables(session) else {
                    if error.kind == .accessDenied { throw error }
                    throw error.reclassified(.conflict)
                }
            }
        }
        try session.transaction(.readCommittedNoWait, retries: 0) { transaction in
            let isPresent = try transaction.queryOne("select id from schema_migration_lock where id = 1") != nil
            if !isPresent, case .failure(let error) = try transaction.attempt("insert into schema_migration_lock values (1, 0)") {
                throw error.kind == .duplicateKey ? error.reclassified(.conflict) : error
            }
        }
    }

    private func hasTables(_ session: Session) throws -> Bool {
        try session.transaction(.readCommittedReadOnly, retries: 0) { transaction in
            let row = try transaction.queryOne(
                "select count(*) from rdb$relations where rdb$relation_name in ('SCHEMA_MIGRATION', 'SCHEMA_MIGRATION_LOCK')")
            return try row?.decode(0, as: Int.self) == Self.tables.count
        }
    }

    /// Runs one migration unless it is recorded. True when it was run here.
    private func apply(_ migration: FirebirdMigration, _ position: Int, _ session: Session) throws -> Bool {
        try session.transaction(.schemaChange, retries: 0) { transaction in
            guard try transaction.execute("update schema_migration_lock set holders = holders + 1 where id = 1") == 1 else {
                throw FirebirdError(.migrationMismatch, "the lock row of the migrations is missing")
            }
            if let recorded = try recorded(at: position, transaction) {
                guard recorded.name == migration.name, recorded.checksum == migration.checksum else {
                    throw FirebirdError(
                        .migrationMismatch, "migration \(position) is recorded as \(recorded.name), the program has \(migration.name)")
                }
                return false
            }
            try perform(migration, transaction)
            try transaction.execute(
                """
                insert into schema_migration (step, name, checksum, applied_milliseconds)
                values (\(position), \(migration.name), \(migration.checksum), \(Int64(Date().timeIntervalSince1970 * 1_000)))
                """)
            return true
        }
    }

    private func recorded(at position: Int, _ transaction: FirebirdTransaction) throws -> (name: String, checksum: String)? {
        guard let row = try transaction.queryOne("select name, checksum from schema_migration where step = \(position)") else { return nil }
        return (try row.decode(0), try row.decode(1))
    }

    private func perform(_ migration: FirebirdMigration, _ transaction: FirebirdTransaction) throws {
        switch migration.work {
        case .schema(let statements):
            for statement in statements { try transaction.execute(FirebirdQuery(unsafeSQL: statement)) }
        case .data(_, let body): try body(transaction)
        }
    }

    private func checkEnd(_ session: Session) throws {
        guard !toleratesNewer else { return }
        let newer = try session.transaction(.readCommittedReadOnly, retries: 0) { transaction in
            try transaction.queryOne("select first 1 name from schema_migration where step >= \(migrations.count) order by step")
        }
        guard let newer else { return }
        throw FirebirdError(
            .migrationMismatch, "the database has a migration this program does not know: \(try newer.decode(0, as: String.self))")
    }
}
