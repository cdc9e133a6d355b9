import FirebirdTestKit
import Foundation
import Glibc
import Testing

@testable import Firebird

@Suite struct ConnectionTests {
    @Test func `a server's connection is encrypted and authenticated by Srp256`() async throws {
        try await TestPlace.server.withPool { pool in
            let row = try await pool.transaction(.readCommittedReadOnly) { transaction in
                try #require(
                    try transaction.queryOne(
                        """
                        select trim(mon$auth_method) as method, rdb$get_context('SYSTEM', 'WIRE_ENCRYPTED') as encrypted
                        from mon$attachments where mon$attachment_id = current_connection
                        """))
            }
            #expect(try row.decode("method", as: String.self) == "Srp256")
            #expect(try row.decode("encrypted", as: String.self) == "TRUE")
        }
    }

    @Test func `a wrong password and an unknown user are refused as such`() async throws {
        let server = try await TestServer.shared()
        var configuration = server.freshConfiguration(password: "wrong")
        let wrong = await errorKind { try await FirebirdDatabase.create(configuration) }
        #expect(wrong == .wrongLogin)
        configuration.user = "NOBODY"
        let unknown = await errorKind { try await FirebirdDatabase.create(configuration) }
        #expect(unknown == .wrongLogin)
    }

    @Test func `no password is in a description`() async throws {
        let configuration = FirebirdConfiguration(location: .server(host: "h", port: 1, database: "d"), password: "secret-word")
        #expect(!"\(configuration)".contains("secret-word"))
    }

    @Test(arguments: TestPlace.allCases)
    func `a missing database is not found and an existing one not overwritten`(place: TestPlace) async throws {
        let configuration = try await place.freshConfiguration()
        let missing = await errorKind { try await FirebirdConnection(configuration: configuration).ping() }
        #expect(missing == .databaseNotFound)
        try await FirebirdDatabase.create(configuration)
        let existing = await errorKind { try await FirebirdDatabase.create(configuration) }
        #expect(existing == .databaseExists)
    }

    @Test(arguments: TestPlace.allCases)
    func `a new database is of dialect 3, UTF8, 16 KiB pages and forced writes`(place: TestPlace) async throws {
        try await place.withPool { pool in
            let row = try await pool.transaction(.readCommittedReadOnly) { transaction in
                try #require(
                    try transaction.queryOne(
                        """
                        select mon$sql_dialect, mon$page_size, mon$forced_writes, trim(rdb$character_set_name)
                        from mon$database cross join rdb$database
                        """))
            }
            #expect(try row.decode(0, as: Int.self) == 3)
            #expect(try row.decode(1, as: Int.self) == 16_384)
            #expect(try row.decode(2, as: Int.self) == 1)
            #expect(try row.decode(3, as: String.self) == "UTF8")
        }
    }

    @Test func `a port where nobody listens cannot be connected`() async throws {
        _ = try TestEnvironment.engine.get()
        let configuration = FirebirdConfiguration(
            location: .server(host: "127.0.0.1", port: try TestPort.free(), database: "x"), password: "x")
        let kind = await errorKind { try await FirebirdConnection(configuration: configuration).ping() }
        #expect(kind == .cannotConnect)
    }

    @Test func `a database of Firebird 2 is told by its structure`() async throws {
        let path = try TestEnvironment.freshPath()
        try FileManager.default.createDirectory(atPath: TestEnvironment.folder, withIntermediateDirectories: true)
        // A header page: type, checksum, page size, structure 11 with Firebird's bit, minor 2.
        var page = [UInt8](repeating: 0, count: 8_192)
        page.replaceSubrange(0..<4, with: [1, 0, 0x39, 0x30])
        page.replaceSubrange(16..<20, with: [0x00, 0x10, 0x0B, 0x80])
        page.replaceSubrange(62..<66, with: [2, 0, 2, 0])
        try Data(page).write(to: URL(fileURLWithPath: path))
        let kind = await errorKind {
            try await FirebirdConnection(configuration: FirebirdConfiguration(location: .embedded(path: path))).ping()
        }
        #expect(kind == .wrongOnDiskStructure)
    }

    @Test func `a file that is no database is refused`() async throws {
        let path = try TestEnvironment.freshPath()
        try FileManager.default.createDirectory(atPath: TestEnvironment.folder, withIntermediateDirectories: true)
        try Data(repeating: 0x41, count: 20_000).write(to: URL(fileURLWithPath: path))
        let kind = await errorKind {
            try await FirebirdConnection(configuration: FirebirdConfiguration(location: .embedded(path: path))).ping()
        }
        #expect(kind == .notADatabase)
    }

    @Test(arguments: ["WIN1252", "SJIS_0208", "EUCJ_0208"])
    func `the engine has the character sets of old databases`(name: String) async throws {
        let schema = ["create table legacy (word varchar(20) character set \(name))"]
        try await TestPlace.embedded.withPool(schema: schema) { pool in
            let word = name == "WIN1252" ? "é€" : "日本語"
            try await pool.transaction { try $0.execute("insert into legacy values (\(word))") }
            let read = try await pool.value("select word from legacy", as: String.self)
            #expect(read == word)
        }
    }

    @Test func `a relative path is refused`() async throws {
        _ = try TestEnvironment.engine.get()
        let kind = await errorKind {
            try await FirebirdConnection(configuration: FirebirdConfiguration(location: .embedded(path: "x.fdb"))).ping()
        }
        #expect(kind == .invalidArgument)
    }

    @Test func `a file another process has open is already open`() async throws {
        let server = try await TestServer.shared()
        let remote = server.freshConfiguration()
        try await FirebirdDatabase.create(remote)
        let pool = FirebirdPool(configuration: remote)
        try await pool.ping()
        let kind = await errorKind {
            try await FirebirdConnection(configuration: FirebirdConfiguration(location: .embedded(path: remote.databaseName))).ping()
        }
        await pool.close()
        #expect(kind == .alreadyOpen)
    }

    @Test func `the description of a duplicate key does not repeat the key`() async throws {
        try await TestPlace.embedded.withPool(schema: ["create table item (name varchar(50) not null primary key)"]) { pool in
            try await pool.transaction { try $0.execute("insert into item values ('secret-value')") }
            do {
                try await pool.transaction { try $0.execute("insert into item values ('secret-value')") }
                Issue.record("the duplicate was accepted")
            } catch let error as FirebirdError {
                #expect(error.kind == .duplicateKey)
                #expect(error.sqlState == "23000")
                #expect(!error.description.contains("secret-value"))
                #expect(error.message.contains("secret-value"))
            }
        }
    }

    @Test func `one process has one engine environment`() throws {
        let engine = try TestEnvironment.engine.get()
        #expect(try EmbeddedFirebirdEnvironment.prepare(root: engine.root) == engine)
        #expect(throws: FirebirdError.self) { try EmbeddedFirebirdEnvironment.prepare(root: engine.root + "-other") }
    }

    @Test func `a database is made while other programs are being started`() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<12 { group.addTask { try await FirebirdDatabase.create(try await TestPlace.embedded.freshConfiguration()) } }
            for _ in 0..<24 {
                group.addTask {
                    let other = try TestProcess(script: "true", output: FileHandle.nullDevice)
                    #expect(await other.status() == 0)
                }
            }
            try await group.waitForAll()
        }
    }
}
