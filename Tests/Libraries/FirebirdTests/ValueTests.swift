import FirebirdTestKit
import Testing

@testable import Firebird

@Suite struct ValueTests {
    private static let schema = [
        """
        create table everything (
            id integer not null primary key, small_value smallint, int_value integer, big_value bigint,
            exact_value numeric(18, 4), nine_value numeric(9, 2), float_value float, double_value double precision,
            flag boolean, padded char(5), words varchar(200), octets varchar(32) character set octets,
            fixed_octets char(4) character set octets, moment timestamp, calendar_day date, day_time time,
            long_text blob sub_type text, content blob sub_type binary)
        """
    ]

    private static let columns: [(name: String, value: FirebirdValue)] = [
        ("small_value", .integer(Int64(Int16.min))),
        ("int_value", .integer(Int64(Int32.max))),
        ("big_value", .integer(.min)),
        ("exact_value", .decimal(unscaled: 123_456_789, scale: -4)),
        ("nine_value", .decimal(unscaled: -12_345, scale: -2)),
        ("float_value", .double(0.5)),
        ("double_value", .double(.pi)),
        ("flag", .boolean(true)),
        ("padded", .text("日本")),
        ("words", .text("件名：見積書の送付 ｶﾅ 𠮷野家 🍣")),
        ("words", .text("")),
        ("octets", .bytes([0, 1, 2, 0xFF])),
        ("octets", .bytes([])),
        ("fixed_octets", .bytes([0, 0, 0, 1])),
        ("moment", .timestamp(FirebirdTimestamp(days: 61_000, ticks: 863_999_999))),
        ("calendar_day", .date(days: -1)),
        ("day_time", .time(ticks: 1)),
    ]

    @Test(arguments: TestPlace.allCases)
    func `every type comes back as it went in`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            for (index, column) in Self.columns.enumerated() {
                let read = try await pool.transaction { transaction in
                    try transaction.execute(
                        "insert into everything (id, \(unsafeSQL: column.name)) values (\(index), \(column.value))")
                    return try transaction.queryOne("select \(unsafeSQL: column.name) from everything where id = \(index)")?.value(at: 0)
                }
                #expect(read == column.value, "\(column.name)")
            }
        }
    }

    @Test(arguments: TestPlace.allCases)
    func `NULL is NULL in every type and nil in Swift`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            let row = try await pool.transaction { transaction in
                let none: String? = nil
                try transaction.execute("insert into everything (id, words) values (1, \(none))")
                return try #require(try transaction.queryOne("select * from everything"))
            }
            for index in 1..<row.columns.names.count { #expect(try row.value(at: index) == .null) }
            #expect(try row.decode("words", as: String?.self) == nil)
            #expect(throws: FirebirdError.self) { try row.decode("words", as: String.self) }
        }
    }

    @Test func `columns are found by name in any case and by alias`() async throws {
        try await TestPlace.embedded.withPool { pool in
            let row = try await pool.transaction { try #require(try $0.queryOne("select 7 as number, true as flag from rdb$database")) }
            #expect(try row.decode("number", as: Int.self) == 7)
            #expect(try row.decode("FLAG", as: Bool.self))
            #expect(throws: FirebirdError.self) { try row.decode("other", as: Int.self) }
            #expect(throws: FirebirdError.self) { try row.decode(2, as: Int.self) }
            #expect(throws: FirebirdError.self) { try row.decode(0, as: String.self) }
        }
    }

    private enum Colour: Int, FirebirdEncodable, FirebirdDecodable {
        case red = 1
        case blue = 2
    }

    @Test func `an enum with raw values is stored as its raw value and an unknown one refused`() async throws {
        try await TestPlace.embedded.withPool(schema: Self.schema) { pool in
            let rows = try await pool.transaction { transaction in
                try transaction.execute("insert into everything (id, int_value) values (1, \(Colour.blue))")
                try transaction.execute("insert into everything (id, int_value) values (2, 3)")
                return try transaction.query("select int_value from everything order by id")
            }
            #expect(try rows[0].decode(0, as: Colour.self) == .blue)
            #expect(throws: FirebirdError.self) { try rows[1].decode(0, as: Colour.self) }
        }
    }

    private static let refused: [(column: String, value: FirebirdValue, kind: FirebirdError.Kind)] = [
        ("small_value", .integer(40_000), .invalidValue),
        ("int_value", .integer(.max), .invalidValue),
        ("int_value", .text("1"), .invalidArgument),
        ("exact_value", .double(1.5), .invalidArgument),
        ("nine_value", .decimal(unscaled: 12_345, scale: -3), .invalidValue),
        ("exact_value", .integer(.max), .invalidValue),
        ("padded", .text("123456"), .invalidValue),
        ("words", .text(String(repeating: "x", count: 801)), .invalidValue),
        ("octets", .text("text"), .invalidArgument),
        ("octets", .bytes([UInt8](repeating: 1, count: 33)), .invalidValue),
        ("flag", .integer(1), .invalidArgument),
    ]

    @Test func `a value that does not fit its column is refused, never cut`() async throws {
        try await TestPlace.embedded.withPool(schema: Self.schema) { pool in
            for (column, value, kind) in Self.refused {
                let found = await errorKind {
                    _ = try await pool.transaction {
                        try $0.execute("insert into everything (id, \(unsafeSQL: column)) values (1, \(value))")
                    }
                }
                #expect(found == kind, "\(column)")
            }
            let count = try await pool.value("select count(*) from everything", as: Int.self)
            #expect(count == 0)
        }
    }

    @Test func `timestamps convert to milliseconds and back`() throws {
        for milliseconds in [Int64(0), -1, 1_700_000_000_123, -3_506_716_800_000, 253_402_300_799_999] {
            #expect(try #require(FirebirdTimestamp(millisecondsSince1970: milliseconds)).millisecondsSince1970 == milliseconds)
        }
        #expect(FirebirdTimestamp(millisecondsSince1970: .max) == nil)
    }
}
