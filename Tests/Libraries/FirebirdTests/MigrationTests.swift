import FirebirdTestKit
import Synchronization
import Testing

@testable import Firebird

@Suite struct MigrationTests {
    private static let first = FirebirdMigration(
        "0001 people",
        schema: ["create table person (id integer not null primary key, name varchar(50))", "create index person_name on person (name)"])
    private static let second = FirebirdMigration("0002 first person") { try $0.execute("insert into person values (1, '山田')") }

    private static func withPool(_ configuration: FirebirdConfiguration, _ body: (FirebirdPool) async throws -> Void) async throws {
        let pool = FirebirdPool(configuration: configuration)
        do { try await body(pool) } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }

    @Test(arguments: TestPlace.allCases)
    func `what is missing is run once, in order`(place: TestPlace) async throws {
        try await place.withDatabase { configuration in
            let applied = try await FirebirdMigrator([Self.first]).migrate(configuration)
            #expect(applied == ["0001 people"])
            let further = try await FirebirdMigrator([Self.first, Self.second]).migrate(configuration)
            #expect(further == ["0002 first person"])
            let again = try await FirebirdMigrator([Self.first, Self.second]).migrate(configuration)
            #expect(again.isEmpty)
            try await Self.withPool(configuration) { pool in
                let name = try await pool.value("select name from person", as: String.self)
                #expect(name == "山田")
            }
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `nodes that start at once run each migration once`(place: TestPlace) async throws {
        try await place.withDatabase { configuration in
            let runs = Atomic<Int>(0)
            let counted = FirebirdMigration("0003 counted") { transaction in
                runs.add(1, ordering: .relaxed)
                try transaction.execute("insert into person values (2, 'counted')")
            }
            let applied = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<4 { group.addTask { try await FirebirdMigrator([Self.first, Self.second, counted]).migrate(configuration) } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(applied.sorted() == ["0001 people", "0002 first person", "0003 counted"])
            #expect(runs.load(ordering: .relaxed) == 1)
        }
    }

    @Test func `a migration that fails leaves nothing and those before it stand`() async throws {
        try await TestPlace.embedded.withDatabase { configuration in
            let broken = FirebirdMigration("0002 broken", schema: ["create table half (id integer)", "create table person (id integer)"])
            await #expect(throws: FirebirdError.self) { try await FirebirdMigrator([Self.first, broken]).migrate(configuration) }
            try await Self.withPool(configuration) { pool in
                let half = try await pool.value("select count(*) from rdb$relations where rdb$relation_name = 'HALF'", as: Int.self)
                #expect(half == 0)
                let names = try await pool.transaction {
                    try $0.query("select name from schema_migration").map { try $0.decode(0, as: String.self) }
                }
                #expect(names == ["0001 people"])
            }
            let repaired = FirebirdMigration("0002 repaired", schema: ["create table half (id integer)"])
            let applied = try await FirebirdMigrator([Self.first, repaired]).migrate(configuration)
            #expect(applied == ["0002 repaired"])
        }
    }

    @Test func `a changed or renamed migration is refused`() async throws {
        try await TestPlace.embedded.withDatabase { configuration in
            _ = try await FirebirdMigrator([Self.first, Self.second]).migrate(configuration)
            let changed = FirebirdMigration("0001 people", schema: ["create table person (id integer)"])
            let renamed = FirebirdMigration("0002 other") { _ in }
            for list in [[changed, Self.second], [Self.first, renamed]] {
                let kind = await errorKind { _ = try await FirebirdMigrator(list).migrate(configuration) }
                #expect(kind == .migrationMismatch)
            }
        }
    }

    @Test func `an older program refuses a newer database unless it tolerates it`() async throws {
        try await TestPlace.embedded.withDatabase { configuration in
            _ = try await FirebirdMigrator([Self.first, Self.second]).migrate(configuration)
            let kind = await errorKind { _ = try await FirebirdMigrator([Self.first]).migrate(configuration) }
            #expect(kind == .migrationMismatch)
            let applied = try await FirebirdMigrator([Self.first], toleratesNewer: true).migrate(configuration)
            #expect(applied.isEmpty)
        }
    }

    @Test func `two migrations of one name are refused`() async throws {
        let configuration = try await TestPlace.embedded.freshConfiguration()
        let kind = await errorKind { _ = try await FirebirdMigrator([Self.first, Self.first]).migrate(configuration) }
        #expect(kind == .invalidArgument)
    }
}
