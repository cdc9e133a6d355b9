import FirebirdTestKit
import Synchronization
import Testing

@testable import Firebird

@Suite struct TransactionTests {
    static let schema = ["create table item (id integer not null primary key, name varchar(50) not null, amount integer)"]

    private struct OwnError: Error {}

    @Test(arguments: TestPlace.allCases)
    func `a closure that returns is committed and one that throws is undone`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            try await pool.transaction { try $0.execute("insert into item values (1, 'kept', 0)") }
            await #expect(throws: OwnError.self) {
                try await pool.transaction { transaction in
                    try transaction.execute("insert into item values (2, 'undone', 0)")
                    throw OwnError()
                }
            }
            #expect(try await pool.value("select count(*) from item", as: Int.self) == 1)
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `changed rows are counted`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            let counts = try await pool.transaction { transaction in
                var counts: [Int] = []
                for id in 1...3 { counts.append(try transaction.execute("insert into item values (\(id), 'n', 0)")) }
                counts.append(try transaction.execute("update item set amount = amount + 1 where id > \(1)"))
                counts.append(try transaction.execute("update item set amount = 9 where id = \(99)"))
                counts.append(try transaction.execute("insert into item select id + 10, name, amount from item"))
                counts.append(try transaction.execute("update or insert into item values (1, 'm', 1) matching (id)"))
                counts.append(try transaction.executeStatic("delete from item where id > ?", [.integer(1)]))
                return counts
            }
            #expect(counts == [1, 1, 1, 2, 0, 3, 1, 5])
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `returning gives the row, or none when nothing matched`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            try await pool.transaction { transaction in
                let inserted = try #require(try transaction.queryOne("insert into item values (1, \("a"), null) returning id, amount"))
                #expect(try inserted.decode(0, as: Int.self) == 1)
                #expect(try inserted.decode("amount", as: Int?.self) == nil)
                #expect(try transaction.query("update item set amount = 5 where id = \(1) returning amount").count == 1)
                #expect(try transaction.queryOne("update item set amount = 5 where id = \(2) returning amount") == nil)
                #expect(try transaction.queryOne("delete from item where id = \(2) returning id") == nil)
            }
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `blocks and procedures give rows`(place: TestPlace) async throws {
        let procedures = [
            "create procedure twice (n integer) returns (m integer) as begin m = n * 2; end",
            "create procedure up_to (n integer) returns (m integer) as begin m = 0; while (m < n) do begin m = m + 1; suspend; end end",
        ]
        try await place.withPool(schema: procedures) { pool in
            try await pool.transaction { transaction in
                let doubled = try #require(try transaction.queryOne("execute procedure twice(\(21))"))
                #expect(try doubled.decode(0, as: Int.self) == 42)
                let counted = try transaction.query("select m from up_to(\(3))").map { try $0.decode(0, as: Int.self) }
                #expect(counted == [1, 2, 3])
                let block: FirebirdQuery =
                    "execute block (n integer = \(4)) returns (m integer) as begin m = n; suspend; m = n + 1; suspend; end"
                let numbers = try transaction.query(block).map { try $0.decode("m", as: Int.self) }
                #expect(numbers == [4, 5])
            }
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `a failed statement undoes only itself`(place: TestPlace) async throws {
        let schema =
            Self.schema + [
                "create exception refused 'refused by the trigger'",
                """
                create trigger item_update for item before update as begin
                    if (new.amount = 13 and old.id = 3) then exception refused;
                end
                """,
            ]
        try await place.withPool(schema: schema) { pool in
            let results = try await pool.transaction { transaction in
                for id in 1...3 { try transaction.execute("insert into item values (\(id), 'n', 0)") }
                let duplicate = try transaction.attempt("insert into item values (1, 'again', 0)")
                // Rows 1 and 2 are already changed when the trigger refuses row 3: they must be as before.
                let partial = try transaction.attempt("update item set amount = 13 where id <= 3 order by id")
                let missing = try transaction.attempt("insert into item values (4, null, 0)")
                let good = try transaction.attempt("insert into item values (5, 'good', 0)")
                return [duplicate, partial, missing, good]
            }
            #expect(results.map { $0.failureKind } == [.duplicateKey, .raisedException, .constraintViolated, nil])
            #expect(try await pool.value("select sum(amount) from item", as: Int.self) == 0)
            #expect(try await pool.value("select count(*) from item", as: Int.self) == 4)
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `a savepoint undoes its own work only, at any depth`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            try await pool.transaction { transaction in
                try transaction.execute("insert into item values (1, 'before', 0)")
                #expect(throws: OwnError.self) {
                    try transaction.savepoint { inner in
                        try inner.execute("insert into item values (2, 'undone', 0)")
                        try inner.savepoint { try $0.execute("insert into item values (3, 'undone too', 0)") }
                        throw OwnError()
                    }
                }
                try transaction.savepoint { inner in
                    try inner.execute("insert into item values (4, 'kept', 0)")
                    #expect(throws: FirebirdError.self) {
                        try inner.savepoint { try $0.execute("insert into item values (4, 'duplicate', 0)") }
                    }
                }
            }
            let ids = try await pool.transaction { try $0.query("select id from item order by id").map { try $0.decode(0, as: Int.self) } }
            #expect(ids == [1, 4])
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `rows are streamed and other statements run meanwhile`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            try await pool.transaction { transaction in
                try transaction.execute("insert into item values (?, 'n', 1)", many: (1...500).map { [.integer($0)] })
            }
            let (sum, nested) = try await pool.transaction { transaction in
                var sum = 0
                var nested = 0
                try transaction.forEach("select id from item order by id") { row in
                    let id = try row.decode(0, as: Int.self)
                    sum += id
                    try transaction.execute("update item set amount = 2 where id = \(id)")
                    if id <= 2 { try transaction.forEach("select id from item order by id") { _ in nested += 1 } }
                }
                return (sum, nested)
            }
            #expect(sum == 125_250)
            #expect(nested == 1_000)
            #expect(try await pool.value("select sum(amount) from item", as: Int.self) == 1_000)
        }
    }

    @Test func `more rows than allowed are an error`() async throws {
        try await TestPlace.embedded.withPool { pool in
            let kind = await errorKind {
                try await pool.transaction { _ = try $0.query("select rdb$relation_id from rdb$relations", maximumRows: 3) }
            }
            #expect(kind == .tooLarge)
        }
    }

    @Test func `more statements than the cache holds work, again and again`() async throws {
        try await TestPlace.embedded.withPool(size: 1) { pool in
            for _ in 0..<2 {
                for number in 0..<150 {
                    let value = try await pool.value("select \(unsafeSQL: String(number)) from rdb$database", as: Int.self)
                    #expect(value == number)
                }
            }
        }
    }

    @Test func `a transaction kept beyond its closure is closed`() async throws {
        try await TestPlace.embedded.withPool { pool in
            let kept = Kept()
            try await pool.transaction { kept.transaction = $0 }
            #expect(throws: FirebirdError.self) { try kept.transaction?.execute("select 1 from rdb$database") }
        }
    }

    /// `@unchecked Sendable`: written in the closure, read after it has returned.
    private final class Kept: @unchecked Sendable {
        var transaction: FirebirdTransaction?
    }

    @Test func `the schema can change under the statements of the same connection`() async throws {
        try await TestPlace.embedded.withPool(size: 1, schema: Self.schema) { pool in
            try await pool.transaction { try $0.execute("insert into item values (1, 'a', 0)") }
            #expect(try await pool.value("select count(*) from item", as: Int.self) == 1)
            try await pool.transaction(.schemaChange) { try $0.execute("alter table item add extra integer") }
            try await pool.transaction { try $0.execute("update item set extra = 3") }
            #expect(try await pool.value("select extra from item", as: Int.self) == 3)
            try await pool.transaction(.schemaChange) { try $0.execute("drop table item") }
            let kind = await errorKind { try await pool.transaction { _ = try $0.query("select * from item") } }
            #expect(kind == .invalidStatement)
        }
    }

    @Test(arguments: [FirebirdIsolation.readCommittedReadOnly, .snapshotReadOnly])
    func `a read-only transaction refuses to write`(isolation: FirebirdIsolation) async throws {
        try await TestPlace.embedded.withPool(schema: Self.schema) { pool in
            await #expect(throws: FirebirdError.self) {
                try await pool.transaction(isolation) { try $0.execute("insert into item values (1, 'a', 0)") }
            }
        }
    }
}

extension Result where Failure == FirebirdError {
    var failureKind: FirebirdError.Kind? {
        switch self {
        case .success: nil
        case .failure(let error): error.kind
        }
    }
}
