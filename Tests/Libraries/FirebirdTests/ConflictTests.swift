import FirebirdTestKit
import Synchronization
import Testing

@testable import Firebird

@Suite struct ConflictTests {
    private static let schema = ["create table counter (id integer not null primary key, amount integer)"]

    private static func withCounter(_ place: TestPlace, size: Int = 4, _ body: (FirebirdPool) async throws -> Void) async throws {
        try await place.withPool(size: size, schema: schema) { pool in
            try await pool.transaction { try $0.execute("insert into counter values (1, 0)") }
            try await body(pool)
        }
    }

    /// Holds row 1 changed on a connection of its own until released.
    private static func holdingRow(_ configuration: FirebirdConfiguration, _ body: @escaping @Sendable (Gate) async throws -> Void)
        async throws
    {
        let gate = Gate()
        let holder = FirebirdConnection(configuration: configuration)
        async let held: Void = holder.transaction { transaction in
            try transaction.execute("update counter set amount = amount + 100 where id = 1")
            gate.open("held")
            gate.wait("release")
        }
        await gate.pass("held")
        do { try await body(gate) } catch {
            gate.open("release")
            try await held
            await holder.close()
            throw error
        }
        gate.open("release")
        try await held
        await holder.close()
    }

    @Test(arguments: TestPlace.allCases)
    func `a held row is a conflict at once when nothing is retried`(place: TestPlace) async throws {
        try await Self.withCounter(place) { pool in
            try await Self.holdingRow(pool.configuration) { _ in
                let kind = await errorKind {
                    _ = try await pool.transaction(retryingConflicts: 0) { try $0.execute("update counter set amount = 1 where id = 1") }
                }
                #expect(kind == .conflict)
            }
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `a conflict is retried until the other has let go`(place: TestPlace) async throws {
        try await Self.withCounter(place) { pool in
            let attempts = Atomic<Int>(0)
            try await Self.holdingRow(pool.configuration) { gate in
                try await pool.transaction(retryingConflicts: 100) { transaction in
                    if attempts.add(1, ordering: .relaxed).newValue == 3 { gate.open("release") }
                    try transaction.execute("update counter set amount = amount + 1 where id = 1")
                }
            }
            #expect(attempts.load(ordering: .relaxed) >= 3)
            let amount = try await pool.value("select amount from counter", as: Int.self)
            #expect(amount == 101)
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `retries are bounded`(place: TestPlace) async throws {
        try await Self.withCounter(place) { pool in
            let attempts = Atomic<Int>(0)
            try await Self.holdingRow(pool.configuration) { _ in
                let kind = await errorKind {
                    _ = try await pool.transaction(retryingConflicts: 3) { transaction in
                        attempts.add(1, ordering: .relaxed)
                        try transaction.execute("update counter set amount = 1 where id = 1")
                    }
                }
                #expect(kind == .conflict)
            }
            #expect(attempts.load(ordering: .relaxed) == 4)
        }
    }

    @Test func `a conflict of one statement leaves the others of its transaction standing`() async throws {
        try await Self.withCounter(.embedded) { pool in
            try await Self.holdingRow(pool.configuration) { _ in
                let result = try await pool.transaction { transaction in
                    try transaction.execute("insert into counter values (2, 0)")
                    return try transaction.attempt("update counter set amount = 1 where id = 1")
                }
                #expect(result.failureKind == .conflict)
            }
            let count = try await pool.value("select count(*) from counter", as: Int.self)
            #expect(count == 2)
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `many increments of one row lose none`(place: TestPlace) async throws {
        try await Self.withCounter(place) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<40 {
                    group.addTask {
                        _ = try await pool.transaction(retryingConflicts: 1_000) {
                            try $0.execute("update counter set amount = amount + 1 where id = 1")
                        }
                    }
                }
                try await group.waitForAll()
            }
            let amount = try await pool.value("select amount from counter", as: Int.self)
            #expect(amount == 40)
        }
    }

    @Test func `a snapshot keeps seeing its beginning and a committed read does not`() async throws {
        try await Self.withCounter(.embedded) { pool in
            for (isolation, expected) in [(FirebirdIsolation.snapshotReadOnly, 0), (.readCommittedReadOnly, 7)] {
                try await pool.transaction { try $0.execute("update counter set amount = 0") }
                let gate = Gate()
                async let seen = pool.transaction(isolation) { transaction in
                    _ = try transaction.queryOne("select amount from counter")
                    gate.open("read")
                    gate.wait("changed")
                    return try #require(try transaction.queryOne("select amount from counter")).decode(0, as: Int.self)
                }
                await gate.pass("read")
                try await pool.transaction { try $0.execute("update counter set amount = 7") }
                gate.open("changed")
                let amount = try await seen
                #expect(amount == expected)
            }
        }
    }

    @Test func `a row erased by another transaction meanwhile is a conflict, any other free text is not`() {
        let freeText = 335_544_382
        #expect(FirebirdError.Kind(codes: [freeText], systemErrors: [], text: "cannot update erased record") == .conflict)
        #expect(FirebirdError.Kind(codes: [freeText], systemErrors: [], text: "something else") == .other)
    }
}
