import FirebirdTestKit
import Foundation
import Testing

@testable import Firebird

/// A measurement, run only when asked for: `FIREBIRD_THROUGHPUT=1 swift test -c release --filter ThroughputTests`.
@Suite(.serialized, .enabled(if: ProcessInfo.processInfo.environment["FIREBIRD_THROUGHPUT"] != nil))
struct ThroughputTests {
    private static let schema = [
        "create table entry (id bigint not null primary key, name varchar(100) not null, content varchar(300) character set octets)"
    ]
    private static let insert: StaticString = "insert into entry (id, name, content) values (?, ?, ?)"

    @Test(arguments: TestPlace.allCases, [20, 100, 200])
    func `rows inserted and updated per second`(place: TestPlace, rowsPerTransaction: Int) async throws {
        try await place.withDatabase { configuration in
            let connection = FirebirdConnection(configuration: configuration)
            try await connection.transaction(.schemaChange) { try $0.execute(FirebirdQuery(unsafeSQL: Self.schema[0])) }
            let content = FirebirdValue.bytes((0..<300).map { UInt8(truncatingIfNeeded: $0 &* 97) })
            let name = FirebirdValue.text("recipient@example.com")
            let total = 40_000
            let clock = ContinuousClock()
            for (label, sql) in [("insert", Self.insert), ("update", "update entry set name = ? where id = ?" as StaticString)] {
                let time = try await clock.measure {
                    for start in stride(from: 0, to: total, by: rowsPerTransaction) {
                        try await connection.transaction { transaction in
                            let rows: [[FirebirdValue]] = (start..<(start + rowsPerTransaction)).map {
                                label == "insert" ? [.integer(Int64($0)), name, content] : [name, .integer(Int64($0))]
                            }
                            let results = try transaction.attempt(sql, many: rows)
                            #expect(results.count == rowsPerTransaction)
                        }
                    }
                }
                print("\(place) \(rowsPerTransaction) rows a transaction: \(Int(Double(total) / (time / .seconds(1)))) \(label) rows/s")
            }
            await connection.close()
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `single-row transactions and reads per second`(place: TestPlace) async throws {
        try await place.withPool(size: 8, schema: Self.schema) { pool in
            let clock = ContinuousClock()
            let total = 4_000
            let writing = try await clock.measure {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in 0..<total {
                        group.addTask { _ = try await pool.transaction { try $0.execute("insert into entry values (\(id), 'n', null)") } }
                    }
                    try await group.waitForAll()
                }
            }
            let reading = try await clock.measure {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for id in 0..<(total * 5) {
                        group.addTask {
                            _ = try await pool.transaction(.readCommittedReadOnly) {
                                try $0.queryOneStatic("select name, content from entry where id = ?", [.integer(Int64(id % total))])
                            }
                        }
                    }
                    try await group.waitForAll()
                }
            }
            print(
                "\(place): \(Int(Double(total) / (writing / .seconds(1)))) commits/s, \(Int(Double(total * 5) / (reading / .seconds(1)))) reads/s"
            )
        }
    }
}
