import FirebirdTestKit
import Testing

@testable import Firebird

@Suite struct ServiceTests {
    private static let schema = ["create table item (id integer not null primary key, name varchar(50), body blob)"]

    @Test(arguments: TestPlace.allCases)
    func `a backup restored has the same content`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            try await pool.transaction { transaction in
                try transaction.execute("insert into item values (?, '件名', 'body')", many: (1...100).map { [.integer($0)] })
            }
            let backup = pool.configuration.databaseName + ".fbk"
            try await FirebirdServices(pool.configuration).backup(to: backup)
            let restored = try await place.freshConfiguration()
            let services = FirebirdServices(restored)
            try await services.restore(from: backup)
            let copy = FirebirdPool(configuration: restored)
            let count = try await copy.value("select count(*) from item where name = '件名'", as: Int.self)
            let pageSize = try await copy.value("select mon$page_size from mon$database", as: Int.self)
            await copy.close()
            #expect(count == 100)
            #expect(pageSize == 16_384)
            let again = await errorKind { _ = try await services.restore(from: backup) }
            #expect(again != nil)
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `statistics, sweep and validation`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            try await pool.transaction { try $0.execute("insert into item values (1, 'a', null)") }
            let services = FirebirdServices(pool.configuration)
            let statistics = try await services.statistics()
            #expect(statistics.contains("ITEM"))
            try await services.sweep()
            let validation = try await services.validate()
            #expect(validation.isClean, "\(validation.report)")
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `a service on a missing database fails`(place: TestPlace) async throws {
        let configuration = try await place.freshConfiguration()
        await #expect(throws: FirebirdError.self) { try await FirebirdServices(configuration).statistics() }
        await #expect(throws: FirebirdError.self) {
            try await FirebirdServices(configuration).restore(from: configuration.databaseName + ".none")
        }
    }

    @Test func `a service refuses a wrong password`() async throws {
        let configuration = try await TestServer.shared().freshConfiguration(password: "wrong")
        let kind = await errorKind { _ = try await FirebirdServices(configuration).statistics() }
        #expect(kind == .wrongLogin)
    }

    @Test func `a report that speaks of an error or stops early is not clean`() {
        #expect(!FirebirdValidation(report: "Validation started\nError: Page 5 wrong\nValidation finished").isClean)
        #expect(!FirebirdValidation(report: "Validation started").isClean)
        #expect(FirebirdValidation(report: "Validation started\nRelation 128 (T) is ok\nValidation finished").isClean)
    }
}
