import FirebirdTestKit
import Synchronization
import Testing

@testable import Firebird

@Suite struct PoolTests {
    /// Runs for minutes unless interrupted.
    static let endless: FirebirdQuery = "select count(*) from rdb$fields a, rdb$fields b, rdb$fields c, rdb$fields d, rdb$fields e"

    @Test(arguments: TestPlace.allCases)
    func `a thousand tasks share four connections`(place: TestPlace) async throws {
        try await place.withPool(schema: ["create table item (id integer not null primary key)"]) { pool in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for id in 0..<1_000 {
                    group.addTask { _ = try await pool.transaction { try $0.execute("insert into item values (\(id))") } }
                }
                try await group.waitForAll()
            }
            let count = try await pool.value("select count(*) from item", as: Int.self)
            #expect(count == 1_000)
        }
    }

    private final class Order: Sendable {
        let numbers = Mutex<[Int]>([])
    }

    @Test func `transactions of a connection run in the order of the calls`() async throws {
        try await TestPlace.embedded.withDatabase { configuration in
            let connection = FirebirdConnection(configuration: configuration)
            let order = Order()
            let gate = Gate()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await connection.transaction { _ in gate.wait("queued") } }
                for number in 0..<10 {
                    while connection.queue.monitor.withLock({
                        connection.queue.waiting.count + connection.queue.workers.count(where: { $0.job != nil })
                    }) < number + 1 {
                        await Task.yield()
                    }
                    group.addTask { try await connection.transaction { _ in order.numbers.withLock { $0.append(number) } } }
                }
                while connection.queue.monitor.withLock({ connection.queue.waiting.count }) < 10 { await Task.yield() }
                gate.open("queued")
                try await group.waitForAll()
            }
            await connection.close()
            #expect(order.numbers.withLock(\.self) == Array(0..<10))
        }
    }

    @Test func `more waiting calls than allowed are refused at once`() async throws {
        try await TestPlace.embedded.withDatabase { configuration in
            let pool = FirebirdPool(configuration: configuration, size: 1, maximumWaiting: 1)
            let gate = Gate()
            async let running: Void = pool.transaction { _ in
                gate.open("running")
                gate.wait("end")
            }
            await gate.pass("running")
            let kinds = await withTaskGroup(of: FirebirdError.Kind?.self) { group in
                for _ in 0..<2 { group.addTask { await errorKind { try await pool.transaction { _ in } } } }
                let first = await group.next()
                gate.open("end")
                let second = await group.next()
                return [first, second]
            }
            try await running
            await pool.close()
            #expect(kinds == [.some(.poolExhausted), .some(nil)])
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `a statement is ended at its deadline and the connection goes on`(place: TestPlace) async throws {
        try await place.withPool(size: 1) { pool in
            let before = try await pool.value("select current_connection from rdb$database", as: Int.self)
            let clock = ContinuousClock()
            let start = clock.now
            let kind = await errorKind { _ = try await pool.transaction(deadline: .milliseconds(300)) { try $0.query(Self.endless) } }
            #expect(kind == .deadlineExceeded)
            #expect(clock.now - start < .seconds(60))
            let after = try await pool.value("select current_connection from rdb$database", as: Int.self)
            #expect(before == after)
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `a cancelled task ends its statement`(place: TestPlace) async throws {
        try await place.withPool(size: 1) { pool in
            let gate = Gate()
            let task = Task {
                await errorKind {
                    _ = try await pool.transaction(deadline: .seconds(300)) { transaction in
                        gate.open("running")
                        return try transaction.query(Self.endless)
                    }
                }
            }
            await gate.pass("running")
            task.cancel()
            #expect(await task.value == .cancelled)
            try await pool.ping()
        }
    }

    @Test func `a closure that swallows the interruption commits nothing`() async throws {
        try await TestPlace.embedded.withPool(size: 1, schema: ["create table item (id integer)"]) { pool in
            let kind = await errorKind {
                try await pool.transaction(deadline: .milliseconds(200)) { transaction in
                    try transaction.execute("insert into item values (1)")
                    do { _ = try transaction.query(Self.endless) } catch {}
                    _ = try? transaction.execute("insert into item values (2)")
                }
            }
            #expect(kind == .deadlineExceeded)
            let count = try await pool.value("select count(*) from item", as: Int.self)
            #expect(count == 0)
        }
    }

    @Test func `waiting for a connection ends by deadline and by cancellation`() async throws {
        try await TestPlace.embedded.withPool(size: 1) { pool in
            let gate = Gate()
            async let running: Void = pool.transaction { _ in
                gate.open("running")
                gate.wait("end")
            }
            await gate.pass("running")
            let late = await errorKind { try await pool.transaction(deadline: .milliseconds(50)) { _ in } }
            let task = Task { await errorKind { try await pool.transaction { _ in } } }
            task.cancel()
            let cancelled = await task.value
            gate.open("end")
            try await running
            #expect(late == .deadlineExceeded)
            #expect(cancelled == .cancelled)
        }
    }

    @Test func `a closed pool refuses calls and closing again is nothing`() async throws {
        try await TestPlace.embedded.withDatabase { configuration in
            let pool = FirebirdPool(configuration: configuration)
            try await pool.ping()
            await pool.close()
            await pool.close()
            let kind = await errorKind { try await pool.ping() }
            #expect(kind == .closed)
            let unused = FirebirdPool(configuration: configuration)
            await unused.close()
        }
    }
}
