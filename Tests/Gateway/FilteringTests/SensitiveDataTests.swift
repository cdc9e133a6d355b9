import FuzzTargets
import Testing

@testable import Filtering

/// Numbers that should not get out. All are made up by their check digits.
@Suite struct SensitiveDataTests {
    private func count(_ kind: SensitiveData, _ text: String) -> Int { kind.count(in: FoldedText(text)) }

    /// 11 digits and the check digit of the ordinance's formula, worked out here in the order in which it is printed.
    private static func myNumber(_ eleven: [Int]) -> String {
        let weights = [6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]
        let rest = zip(eleven, weights).reduce(0) { $0 + $1.0 * $1.1 } % 11
        return eleven.map(String.init).joined() + String(rest <= 1 ? 0 : 11 - rest)
    }

    @Test(arguments: [
        ("番号は123456789018です", 1), ("1234 5678 9018", 1), ("１２３４－５６７８－９０１８", 1), ("1234ー5678ー9018", 1), ("123456789012", 0),
        ("1234567890180", 0), ("tel123456789018", 0), ("12 3456 789018", 0), ("000000000000", 0), ("123456789018 と 123456789018", 1),
    ])
    func `a My Number is one by its check digit and the way it is written`(text: String, expected: Int) {
        #expect(count(.myNumber, text) == expected)
    }

    @Test func `every My Number is found and none with another check digit`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let eleven = (0..<11).map { _ in Int.random(in: 0...9, using: &generator) }
            guard Set(eleven).count > 1 else { continue }
            let number = Self.myNumber(eleven)
            #expect(count(.myNumber, "x \(number) y") == 1)
            let wrong = number.dropLast() + String((number.last?.wholeNumberValue ?? 0) + 1).suffix(1)
            #expect(count(.myNumber, String(wrong)) == 0)
        }
    }

    @Test(arguments: [("7000012050002", 1), ("7-0000-1205-0002", 1), ("７０００012050002", 1), ("8000012050002", 0)])
    func `a corporate number has its check digit in front`(text: String, expected: Int) {
        #expect(count(.corporateNumber, text) == expected)
    }

    @Test(arguments: [
        ("4111111111111111", 1), ("4111 1111 1111 1111", 1), ("4111-1111-1111-1111", 1), ("４１１１　１１１１　１１１１　１１１１", 1),
        ("4111111111111112", 0), ("378282246310005", 1), ("3530111333300000", 1), ("5555555555554444", 1), ("9111111111111111", 0),
        ("order 2024 4111 1111 1111 1111 done", 1), ("4111111111111111 5555555555554444", 2), ("12345678901234567890123", 0),
    ])
    func `a card has an issuer and Luhn's digit`(text: String, expected: Int) {
        #expect(count(.card, text) == expected)
    }

    @Test(arguments: [
        ("DE89 3704 0044 0532 0130 00", 1), ("DE89370400440532013000", 1), ("gb82west12345698765432", 1), ("DE88370400440532013000", 0),
        ("XX89370400440532013000", 0), ("xDE89370400440532013000", 0), ("ＤＥ８９３７０４００４４０５３２０１３０００", 1),
    ])
    func `an account number has its country's length and rest 1 of 97`(text: String, expected: Int) {
        #expect(count(.iban, text) == expected)
    }

    @Test func `texts of nothing but digits and separators are looked through within bounds`() {
        let text = String(repeating: "1 ", count: 50_000)
        for kind in SensitiveData.allCases { #expect(count(kind, text) <= SensitiveData.maximumCount) }
    }
}
