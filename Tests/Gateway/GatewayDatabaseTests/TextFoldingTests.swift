import Firebird
import FirebirdTestKit
import Testing

@testable import GatewayDatabase

/// The index's idea of a text beside the engine's `containing`: whatever the engine finds, the index must not leave out.
@Suite struct TextFoldingTests {
    private static let scalars = (UInt32(1)...0x10_FFFF).compactMap(Unicode.Scalar.init)
    private static let scalarsPerStatement = 4_000

    /// The engine's upper case of every scalar there is.
    private static func upperCase(_ test: TestDatabase) async throws -> [UInt32: UInt32] {
        try await test.database.sessions.requests.transaction(.readCommittedReadOnly, deadline: .seconds(120)) { transaction in
            var upper: [UInt32: UInt32] = [:]
            for start in stride(from: 0, to: scalars.count, by: scalarsPerStatement) {
                let part = scalars[start..<min(scalars.count, start + scalarsPerStatement)]
                var text = String.UnicodeScalarView()
                text.append(contentsOf: part)
                let row = try transaction.queryOne(
                    "select upper(cast(\(String(text)) as varchar(4000) character set utf8)) from rdb$database")
                let mapped = try Array((row?.decode(0, as: String.self) ?? "").unicodeScalars)
                #expect(mapped.count == part.count)
                for (scalar, one) in zip(part, mapped) { upper[scalar.value] = one.value }
            }
            return upper
        }
    }

    @Test func `scalars that the engine takes for the same are folded alike, every one of Unicode`() async throws {
        try await TestDatabase.with { test in
            let upper = try await Self.upperCase(test)
            var classes: [UInt32: Set<UInt32>] = [:]
            for (scalar, mapped) in upper { classes[mapped, default: [mapped]].insert(scalar) }
            #expect(upper.values.allSatisfy { upper[$0] == $0 })
            #expect(classes.values.count { $0.count > 1 } > 1_000)
            for members in classes.values where Set(members.map(TextFolding.folded)).count > 1 {
                Issue.record("\(members.map { String($0, radix: 16) }) are folded differently")
            }
        }
    }

    @Test func `containing compares in the upper case that was looked at`() async throws {
        try await TestDatabase.with { test in
            let upper = try await Self.upperCase(test)
            let changed = upper.filter { $0 != $1 }.keys.sorted().filter { $0.isMultiple(of: 3) }
            try await test.database.sessions.requests.transaction(.readCommittedReadOnly, deadline: .seconds(120)) { transaction in
                for value in changed {
                    guard let scalar = Unicode.Scalar(value), let mapped = upper[value].flatMap(Unicode.Scalar.init) else { continue }
                    let (isFound, isFoundBack) = (
                        try Self.contains("a\(mapped)b", "\(scalar)B", transaction),
                        try Self.contains("a\(scalar)b", "\(mapped)B", transaction)
                    )
                    #expect(isFound && isFoundBack, "\(value)")
                }
            }
        }
    }

    private static let alphabets = [
        "abcXYZ 019@.-", "ıiİIşŞğĞ abc", "ßẞssSSäÄöÜü str", "σςΣάΆΐΰαΩ abc", "абвгАБВГёЁ abc", "ａｂｃＡＢＣ１２３ｱｲｳ abc", "請求書見積会議のごアイウエオ ab1",
        "ǆǅǄŉǰﬁﬂſsKkµμ", "ɓƁɐⱯᲀвВაᲐ", "👍🏽e\u{301}é한글ᄒ",
    ]

    private static func text(_ count: Int, _ alphabet: [Unicode.Scalar]) -> String {
        var text = String.UnicodeScalarView()
        for _ in 0..<count { text.append(alphabet[Int.random(in: 0..<alphabet.count)]) }
        return String(text)
    }

    /// A part of it, each letter in a case of its own.
    private static func part(of text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        let start = Int.random(in: 0..<scalars.count)
        let part = scalars[start..<min(scalars.count, start + Int.random(in: 1...6))]
        return part.map { scalar in
            switch Int.random(in: 0..<3) {
            case 0: scalar.properties.uppercaseMapping
            case 1: scalar.properties.lowercaseMapping
            default: String(scalar)
            }
        }.joined()
    }

    @Test(arguments: TestPlace.allCases) func `whatever the engine finds in a text, the index has all grams of`(
        _ place: TestPlace
    ) async throws {
        try await TestDatabase.with(place) { test in
            let found = try await test.database.sessions.requests.transaction(.readCommittedReadOnly, deadline: .seconds(120)) {
                transaction in
                var found = 0
                for number in 0..<3_000 {
                    let alphabet = Array(Self.alphabets[number % Self.alphabets.count].unicodeScalars)
                    let text = Self.text(Int.random(in: 1...30), alphabet)
                    let part = Bool.random() ? Self.part(of: text) : Self.text(Int.random(in: 1...3), alphabet)
                    guard try Self.contains(text, part, transaction) else { continue }
                    let grams = TextGrams.grams(of: part)
                    if !grams.isEmpty { found += 1 }
                    #expect(grams.isSubset(of: TextGrams.grams(of: text)), "“\(part)” in “\(text)”")
                }
                return found
            }
            #expect(found > 300)
        }
    }

    private static func contains(_ text: String, _ part: String, _ transaction: FirebirdTransaction) throws -> Bool {
        let texts: FirebirdQuery = "select cast(\(text) as varchar(320) character set utf8) as content from rdb$database"
        return try transaction.queryOne("select 1 from (\(texts)) t where \(FirebirdQuery.contains("t.content", part))") != nil
    }

    @Test func `words of three letters and of two kanji have grams, shorter ones have none`() {
        #expect(TextGrams.grams(of: "abc").count == 1 && TextGrams.grams(of: "ab").isEmpty)
        #expect(TextGrams.grams(of: "請求").count == 1 && TextGrams.grams(of: "請").isEmpty)
        #expect(TextGrams.grams(of: "ABC") == TextGrams.grams(of: "abc"))
        #expect(TextGrams.grams(of: "aßbc").isEmpty)
        #expect(TextGrams.grams(of: "abcde").count == 4 && TextGrams.grams(of: "見積書").count == 3)
        #expect(TextGrams.positions(of: "abc").count == 3)
    }
}
