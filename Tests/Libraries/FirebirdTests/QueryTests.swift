import FirebirdTestKit
import Testing

@testable import Firebird

@Suite struct QueryTests {
    @Test func `interpolated values become parameters`() {
        let name = "x' or 1 = 1 --"
        let query: FirebirdQuery = "select a from t where name = \(name) and id in (\(list: [1, 2])) and \(unsafeSQL: "b") = \(true)"
        #expect(query.sql == "select a from t where name = ? and id in (?, ?) and b = ?")
        #expect(query.values == [.text(name), .integer(1), .integer(2), .boolean(true)])
    }

    @Test func `queries are put together with their values`() {
        let condition: FirebirdQuery = "id = \(5)"
        let query: FirebirdQuery = "select a from t where \(condition) and c = \("x")"
        #expect(query.sql == "select a from t where id = ? and c = ?")
        #expect(query.values == [.integer(5), .text("x")])
    }

    @Test func `an empty list matches nothing`() {
        let none: [Int] = []
        let query: FirebirdQuery = "select a from t where id in (\(list: none))"
        #expect(query.sql == "select a from t where id in (null)")
    }

    @Test(arguments: TestPlace.allCases)
    func `hostile text stays text`(place: TestPlace) async throws {
        try await place.withPool(schema: ["create table person (name varchar(100))"]) { pool in
            let hostile = ["'; drop table person; --", "x' or '1' = '1", "?", "\0", "\"", "/* */", "\\'", "名前'"]
            try await pool.transaction { transaction in
                for text in hostile { try transaction.execute("insert into person (name) values (\(text))") }
            }
            for text in hostile {
                #expect(try await pool.value("select count(*) from person where name = \(text)", as: Int.self) == 1)
            }
            #expect(try await pool.value("select count(*) from person", as: Int.self) == hostile.count)
        }
    }

    @Test func `parameter marks are seen past strings, names and comments`() {
        let text = StatementText("update t /* ? */ set a = ?, b = '?''?' -- ?\n where \"c?\" = ?")
        #expect(text.pieces == ["update t /* ? */ set a = ", ", b = '?''?' -- ?\n where \"c?\" = ", ""])
        #expect(text.leadingWord == "update")
    }

    @Test(arguments: ["'never ends ?", "/* never ends ?", "\"never ends ?", "-- ?", "", "?", "'"])
    func `unfinished text does not trap`(sql: String) {
        #expect(StatementText(sql).pieces.joined(separator: "?") == sql)
    }

    @Test func `too few or too many values are refused`() async throws {
        try await TestPlace.embedded.withPool { pool in
            for values in [[], [FirebirdValue.integer(1), .integer(2)]] {
                let kind = await errorKind {
                    try await pool.transaction {
                        _ = try $0.query(FirebirdQuery(unsafeSQL: "select 1 from rdb$database where rdb$relation_id > ?", values: values))
                    }
                }
                #expect(kind == .invalidArgument)
            }
        }
    }
}
