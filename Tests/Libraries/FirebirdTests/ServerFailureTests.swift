import FirebirdTestKit
import Glibc
import Testing

@testable import Firebird

/// What happens when the server stops answering or dies. Each test has a server of its own.
@Suite struct ServerFailureTests {
    private static func withServer(
        _ name: String, _ body: (TestServer, FirebirdPool) async throws -> Void
    ) async throws {
        let server = try await TestServer.started(called: name)
        defer { server.kill() }
        let configuration = server.freshConfiguration()
        try await FirebirdDatabase.create(configuration)
        let pool = FirebirdPool(configuration: configuration, size: 2)
        do {
            try await pool.transaction(.schemaChange) { try $0.execute("create table item (id integer not null primary key)") }
            try await body(server, pool)
        } catch {
            await pool.close()
            throw error
        }
        await pool.close()
    }

    @Test func `a server that stops answering costs the deadline and a second, and is used again when it answers`() async throws {
        try await Self.withServer("stopped") { server, pool in
            try await pool.ping()
            server.send(SIGSTOP)
            let clock = ContinuousClock()
            let start = clock.now
            let kind = await errorKind {
                _ = try await pool.transaction(deadline: .milliseconds(300)) { try $0.execute("insert into item values (1)") }
            }
            #expect(kind == .deadlineExceeded)
            #expect(clock.now - start < .seconds(60))
            // The second call has to attach anew, which nothing interrupts: the caller is let go at the deadline.
            let attaching = await errorKind { try await pool.transaction(deadline: .milliseconds(300)) { _ in } }
            #expect(attaching == .deadlineExceeded)
            server.send(SIGCONT)
            try await pool.transaction { try $0.execute("insert into item values (2)") }
            let count = try await pool.value("select count(*) from item where id = 2", as: Int.self)
            #expect(count == 1)
        }
    }

    @Test func `attaching to a server that does not answer ends by the connect timeout`() async throws {
        try await Self.withServer("silent") { server, pool in
            server.send(SIGSTOP)
            defer { server.send(SIGCONT) }
            var configuration = pool.configuration
            configuration.connectTimeout = .seconds(1)
            let impatient = configuration
            let kind = await errorKind { try await FirebirdConnection(configuration: impatient).ping() }
            #expect(kind == .cannotConnect)
        }
    }

    @Test func `a killed server loses the connection, and a new one is used without another word`() async throws {
        try await Self.withServer("killed") { server, pool in
            let gate = Gate()
            async let running = errorKind {
                _ = try await pool.transaction { transaction in
                    try transaction.execute("insert into item values (1)")
                    gate.open("running")
                    gate.wait("killed")
                    return try transaction.execute("insert into item values (2)")
                }
            }
            await gate.pass("running")
            server.kill()
            gate.open("killed")
            #expect(await running == .connectionLost)
            let down = await errorKind { try await pool.ping() }
            #expect(down == .cannotConnect || down == .connectionLost)
            try await server.start()
            try await pool.transaction { try $0.execute("insert into item values (3)") }
            let ids = try await pool.transaction { try $0.query("select id from item").map { try $0.decode(0, as: Int.self) } }
            #expect(ids == [3])
        }
    }

    @Test func `a server killed before the commit leaves its outcome unknown`() async throws {
        try await Self.withServer("commit") { server, pool in
            let gate = Gate()
            async let writing = errorKind {
                try await pool.transaction { transaction in
                    try transaction.execute("insert into item values (1)")
                    gate.open("written")
                    gate.wait("killed")
                }
            }
            async let reading = errorKind {
                try await pool.transaction(.readCommittedReadOnly) { transaction in
                    _ = try transaction.query("select id from item")
                    gate.open("read")
                    gate.wait("killed")
                }
            }
            await gate.pass("written")
            await gate.pass("read")
            server.kill()
            gate.open("killed")
            let kinds = await (writing, reading)
            #expect(kinds.0 == .commitOutcomeUnknown)
            #expect(kinds.1 == .connectionLost)
        }
    }

    @Test func `a connection lost while idle is replaced without the caller's notice`() async throws {
        try await Self.withServer("idle") { server, pool in
            try await pool.transaction { try $0.execute("insert into item values (1)") }
            server.kill()
            try await server.start()
            try await pool.transaction { try $0.execute("insert into item values (2)") }
            let count = try await pool.value("select count(*) from item", as: Int.self)
            #expect(count == 2)
        }
    }

    @Test func `a killed server closes the event channel`() async throws {
        try await Self.withServer("events") { server, pool in
            let listener = try await FirebirdEventListener(pool.configuration, names: ["changed"])
            server.kill()
            var iterator = listener.notifications.makeAsyncIterator()
            let last = await iterator.next()
            #expect(last == .channelClosed)
            let end = await iterator.next()
            #expect(end == nil)
            await listener.close()
        }
    }
}
