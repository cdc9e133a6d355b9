import FirebirdTestKit
import Testing

@testable import Firebird

@Suite struct BatchTests {
    private static let schema = [
        """
        create table entry (
            id bigint not null primary key, name varchar(40) not null, price numeric(9, 2), flag boolean, moment timestamp,
            octets varchar(16) character set octets, letters char(3), weight double precision, body blob sub_type text)
        """
    ]

    private static let insert: StaticString =
        "insert into entry (id, name, price, flag, moment, octets, letters, weight, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?)"

    private static func row(_ id: Int) -> [FirebirdValue] {
        [
            .integer(Int64(id)), .text("名前 \(id)"), .decimal(unscaled: Int64(id), scale: -2), .boolean(id % 2 == 0),
            .timestamp(FirebirdTimestamp(days: 60_000, ticks: UInt32(id))), .bytes([UInt8(id % 256), 0]), .text("日本"),
            .double(Double(id) / 4), .text("本文 \(id)"),
        ]
    }

    private static let ways: [(TestPlace, FirebirdBatching)] = TestPlace.allCases.flatMap { place in
        [FirebirdBatching.automatic, .oneByOne, .blocks].map { (place, $0) }
    }

    @Test(arguments: ways)
    func `a batch stores every row as single statements would`(place: TestPlace, batching: FirebirdBatching) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            try await pool.transaction { try $0.execute(Self.insert, many: (1...203).map(Self.row), batching: batching) }
            try await pool.transaction(.readCommittedReadOnly) { transaction in
                var count = 0
                try transaction.forEach("select id, name, price, flag, moment, octets, letters, weight, body from entry order by id") {
                    row in
                    count += 1
                    let expected = Self.row(count)
                    for column in 0..<8 {
                        let value = try row.value(at: column)
                        #expect(value == expected[column])
                    }
                    let body = try transaction.readBlob(try row.decode("body"))
                    #expect(String(decoding: body, as: UTF8.self) == "本文 \(count)")
                }
                #expect(count == 203)
            }
        }
    }

    @Test(arguments: ways)
    func `bad rows fail alone and each row tells its outcome`(place: TestPlace, batching: FirebirdBatching) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            var rows = (1...70).map(Self.row)
            rows[5][0] = .integer(1)
            rows[40][1] = .null
            let bad = rows
            let results = try await pool.transaction { try $0.attempt(Self.insert, many: bad, batching: batching) }
            #expect(results.count == 70)
            for (index, result) in results.enumerated() {
                switch index {
                case 5: #expect(result.failureKind == .duplicateKey)
                case 40: #expect(result.failureKind == .constraintViolated)
                default: #expect(try result.get() == 1)
                }
            }
            let count = try await pool.value("select count(*) from entry", as: Int.self)
            #expect(count == 68)
        }
    }

    @Test(arguments: ways)
    func `conditional updates report rows changed one by one`(place: TestPlace, batching: FirebirdBatching) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            let counts = try await pool.transaction { transaction in
                try transaction.execute(Self.insert, many: (1...20).map(Self.row))
                let rows: [[FirebirdValue]] = (1...20).map { [.text("new"), .integer(Int64($0)), .boolean(true)] }
                return try transaction.attempt("update entry set name = ? where id = ? and flag = ?", many: rows, batching: batching)
                    .map { try $0.get() }
            }
            #expect(counts == (1...20).map { $0 % 2 == 0 ? 1 : 0 })
        }
    }

    @Test(arguments: ways)
    func `one bad row ends a batch that must be whole`(place: TestPlace, batching: FirebirdBatching) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            let kind = await errorKind {
                try await pool.transaction { try $0.execute(Self.insert, many: (1...30).map(Self.row) + [Self.row(3)], batching: batching) }
            }
            #expect(kind == .duplicateKey)
            let count = try await pool.value("select count(*) from entry", as: Int.self)
            #expect(count == 0)
        }
    }

    @Test func `a batch of a value too long in one row tells it of that row only`() async throws {
        try await TestPlace.server.withPool(schema: Self.schema) { pool in
            var rows = (1...16).map(Self.row)
            rows[7][1] = .text(String(repeating: "x", count: 500))
            let bad = rows
            let results = try await pool.transaction { try $0.attempt(Self.insert, many: bad) }
            #expect(results.indices.filter { results[$0].failureKind != nil } == [7])
            #expect(results[7].failureKind == .invalidValue)
        }
    }

    @Test func `a row of the wrong width is refused`() async throws {
        try await TestPlace.embedded.withPool(schema: Self.schema) { pool in
            for batching in [FirebirdBatching.oneByOne, .blocks] {
                let kind = await errorKind {
                    try await pool.transaction {
                        try $0.execute(
                            "insert into entry (id, name) values (?, ?)", many: [[.integer(1), .text("a")], [.integer(2)]],
                            batching: batching)
                    }
                }
                #expect(kind == .invalidArgument)
            }
        }
    }
}
