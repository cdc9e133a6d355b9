import FirebirdTestKit
import Testing

@testable import Firebird

@Suite struct BlobTests {
    private static let schema = ["create table document (id integer not null primary key, body blob sub_type text, content blob)"]

    private static func pattern(_ count: Int) -> [UInt8] { (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ ($0 >> 8)) } }

    @Test(arguments: TestPlace.allCases)
    func `five megabytes go in and come out in pieces`(place: TestPlace) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            let piece = Self.pattern(100_003)
            let rounds = 53
            try await pool.transaction { transaction in
                let blob = try transaction.createBlob { writer in for _ in 0..<rounds { try writer.write(piece) } }
                try transaction.execute("insert into document (id, content) values (1, \(blob))")
            }
            let (bytes, matches) = try await pool.transaction(.readCommittedReadOnly) { transaction in
                let row = try #require(try transaction.queryOne("select content from document"))
                var position = 0
                var matches = true
                try transaction.forEachPiece(of: try row.decode(0)) { bytes in
                    for byte in bytes {
                        matches = matches && byte == piece[position % piece.count]
                        position += 1
                    }
                }
                return (position, matches)
            }
            #expect(bytes == piece.count * rounds)
            #expect(matches)
        }
    }

    @Test(arguments: TestPlace.allCases, [0, 1, 65_535, 65_536, 200_000])
    func `bytes given for a BLOB column become one`(place: TestPlace, count: Int) async throws {
        try await place.withPool(schema: Self.schema) { pool in
            let content = Self.pattern(count)
            try await pool.transaction { try $0.execute("insert into document values (1, \("件名"), \(content))") }
            let (text, bytes) = try await pool.transaction(.readCommittedReadOnly) { transaction in
                let row = try #require(try transaction.queryOne("select body, content from document"))
                return (try transaction.readBlob(try row.decode(0)), try transaction.readBlob(try row.decode(1)))
            }
            #expect(String(decoding: text, as: UTF8.self) == "件名")
            #expect(bytes == content)
        }
    }

    @Test func `a BLOB longer than allowed is refused`() async throws {
        try await TestPlace.embedded.withPool(schema: Self.schema) { pool in
            try await pool.transaction { try $0.execute("insert into document values (1, null, \(Self.pattern(1_000)))") }
            let kind = await errorKind {
                _ = try await pool.transaction { transaction in
                    let row = try #require(try transaction.queryOne("select content from document"))
                    return try transaction.readBlob(try row.decode(0), maximumBytes: 999)
                }
            }
            #expect(kind == .tooLarge)
        }
    }
}
