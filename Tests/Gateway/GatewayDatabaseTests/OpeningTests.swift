import Firebird
import FirebirdTestKit
import Foundation
import Settings
import Testing

@testable import GatewayDatabase

@Suite struct OpeningTests {
    private static func error(_ connection: NodeConfigurationFile.DatabaseConnection, absence: GatewayDatabase.Absence = .refuse) async
        -> GatewayDatabaseError?
    {
        do {
            let database = try await TestDatabase.open(connection, node: NodeID(.fresh()), absence: absence)
            await database.close()
            return nil
        } catch { return error as? GatewayDatabaseError }
    }

    private static func place(_ connection: NodeConfigurationFile.DatabaseConnection) -> String {
        GatewayDatabase.configuration(connection, home: TestEnvironment.url).description
    }

    @Test(arguments: TestPlace.allCases) func `a missing database is named unless it is to be created`(_ place: TestPlace) async throws {
        let connection = try await place.freshConnection()
        #expect(await Self.error(connection) == .missing(place: Self.place(connection)))
        #expect(await Self.error(connection, absence: .create) == nil)
        #expect(await Self.error(connection) == nil)
    }

    @Test func `a relative path lies in the home`() {
        let configuration = GatewayDatabase.configuration(.embedded(path: "gateway.fdb"), home: URL(fileURLWithPath: "/home/of/node"))
        #expect(configuration.location == .embedded(path: "/home/of/node/gateway.fdb"))
    }

    @Test func `a wrong password is named`() async throws {
        let connection = try await TestServer.shared().freshConnection(password: "wrong")
        #expect(await Self.error(connection, absence: .create) == .wrongLogin(place: Self.place(connection)))
    }

    @Test func `a server that does not answer is away`() async throws {
        let connection = NodeConfigurationFile.DatabaseConnection.server(
            host: "127.0.0.1", port: try TestPort.free(), database: "x", user: "SYSDBA", password: "x")
        let error = await Self.error(connection)
        guard case .away = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(error?.isTransient == true)
    }

    @Test func `another product's database is refused and left alone`() async throws {
        let connection = try await TestPlace.embedded.freshConnection()
        let configuration = GatewayDatabase.configuration(connection, home: TestEnvironment.url)
        try await FirebirdDatabase.create(configuration)
        let pool = FirebirdPool(configuration: configuration, size: 1)
        try await pool.transaction { try $0.execute("create table invoice (id integer)") }
        #expect(await Self.error(connection, absence: .create) == .anotherProduct(place: configuration.description, table: "INVOICE"))
        let count = try await pool.transaction { transaction in
            try transaction.queryOne("select count(*) from rdb$relations where rdb$system_flag = 0")?.decode(0, as: Int.self)
        }
        #expect(count == 1)
        await pool.close()
    }

    @Test func `a newer version's schema is refused`() async throws {
        let connection = try await TestPlace.embedded.freshConnection()
        try await TestDatabase.with(connection) { test in
            try await test.execute(
                """
                insert into schema_migration (step, name, checksum, applied_milliseconds)
                values (\(SchemaMigrations.all.count), '9999 from the future', 'x', 0)
                """)
        }
        #expect(await Self.error(connection) == .newerSchema(place: Self.place(connection), migration: "9999 from the future"))
    }

    @Test func `a history that is not ours is refused`() async throws {
        let connection = try await TestPlace.embedded.freshConnection()
        try await TestDatabase.with(connection) { test in
            try await test.execute("update schema_migration set checksum = 'changed' where step = 1")
        }
        guard case .foreignHistory = await Self.error(connection) else {
            Issue.record("it was opened")
            return
        }
    }

    @Test func `a file that is no database is refused`() async throws {
        let path = try TestEnvironment.freshPath()
        try Data(repeating: 0x41, count: 65_536).write(to: URL(fileURLWithPath: path))
        #expect(await Self.error(.embedded(path: path)) == .notADatabase(place: Self.place(.embedded(path: path))))
    }

    @Test func `a file of Firebird 2 is refused with a hint`() async throws {
        let connection = try await TestPlace.embedded.freshConnection()
        try await TestDatabase.with(connection) { _ in }
        guard case .embedded(let path) = connection else { return }
        // The on-disk structure's number stands at byte 18 of the first page: 11 is Firebird 2.
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        try file.seek(toOffset: 18)
        try file.write(contentsOf: Data([0x0B, 0x80]))
        try file.close()
        #expect(await Self.error(connection) == .wrongOnDiskStructure(place: Self.place(connection)))
    }

    @Test func `forced writes must be on`() async throws {
        let connection = try await TestPlace.embedded.freshConnection()
        try await TestDatabase.with(connection) { _ in }
        guard case .embedded(let path) = connection else { return }
        let change = try TestProcess(script: "exec /usr/bin/gfix -user SYSDBA -write async \"$1\"", [path], output: FileHandle.nullDevice)
        #expect(await change.status() == 0)
        #expect(await Self.error(connection) == .forcedWritesOff(place: Self.place(connection)))
    }

    @Test func `a file that another process has open is refused`() async throws {
        let connection = try await TestPlace.embedded.freshConnection()
        try await TestDatabase.with(connection) { _ in }
        guard case .embedded(let path) = connection else { return }
        let output = Pipe()
        let other = try TestProcess(script: "exec /usr/bin/isql-fb -q -user SYSDBA \"$1\"", [path], output: output)
        other.input.fileHandleForWriting.write(Data("select 'ready' from rdb$database;\n".utf8))
        // It answers when it has the file open.
        var answer = ""
        while !answer.contains("ready") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            answer += String(decoding: data, as: UTF8.self)
        }
        #expect(await Self.error(connection) == .inUse(place: Self.place(connection)))
        try other.input.fileHandleForWriting.close()
        #expect(await other.status() == 0)
        #expect(await Self.error(connection) == nil)
    }

    @Test(arguments: TestPlace.allCases) func `several nodes that start at once on an empty database all come up`(_ place: TestPlace)
        async throws
    {
        let connection = try await place.freshConnection()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let database = try await TestDatabase.open(connection, node: NodeID(.fresh()))
                    await database.close()
                }
            }
            try await group.waitForAll()
        }
    }
}
