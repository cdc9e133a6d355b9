import FuzzTargets
import Testing

@testable import Filtering

/// Regular expressions in linear time.
@Suite struct LinearPatternTests {
    private func matches(_ pattern: String, _ text: String) throws -> Bool? {
        var steps = 1_000_000
        return try LinearPattern(pattern).matches(FoldedText(text), steps: &steps)
    }

    @Test(arguments: [
        ("abc", "xxABCxx", true), ("^abc$", "abc", true), ("^abc$", "abcd", false), ("a.c", "a-c", true), ("colou?r", "color", true),
        ("(cat|dog)s", "dogs", true), ("(cat|dog)s", "birds", false), ("[a-c]{3}", "xxabcx", true), ("[^0-9]", "123", false),
        ("\\d{3}-\\d{4}", "tel 123-4567", true), ("\\bcat\\b", "a cat.", true), ("\\bcat\\b", "concatenate", false),
        ("a{2,3}b", "ab", false),
        ("a{2,3}b", "aaab", true), ("a{2,}b", "aaaaaab", true), ("", "anything", true), ("x*", "", true), ("請求書|見積", "お見積もり", true),
        ("[ぁ-ん]+", "ひらがな", true), ("ＡＢＣ", "abc", true), ("abc", "ＡＢＣ", true), ("[A-Z]{3}", "abc", true), ("\\.exe$", "a.EXE", true),
        ("(?:ab)+c", "ababc", true), ("a+?b", "aab", true), ("\\w+\\s\\w+", "Hello\r\n  World", true), ("[\\]]", "]", true),
        ("a||b", "zz", true),
    ])
    func `patterns find what they say`(pattern: String, text: String, isMatch: Bool) throws {
        #expect(try matches(pattern, text) == isMatch)
    }

    @Test(arguments: [
        "(", ")", "[a", "a{", "a{2", "a{3,2}", "*a", "a**", "(?=a)", "(?<n>a)", "\\1", "[z-a]", "a{1000}", "\\",
        String(repeating: "(", count: 100),
    ])
    func `what has no meaning here is refused with its place`(pattern: String) {
        #expect(throws: PatternFault.self) { try LinearPattern(pattern) }
    }

    @Test func `repetitions of repetitions that would fill the memory are refused`() {
        #expect(throws: PatternFault.tooLarge) { try LinearPattern("((a{100}){100}){100}") }
    }

    @Test(arguments: ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){12}$", "^(([a-z])+.)+[A-Z]([a-z])+$"])
    func `patterns that ruin backtracking matchers cost steps in proportion to the text`(pattern: String) throws {
        let compiled = try LinearPattern(pattern)
        for length in [1_000, 10_000] {
            var steps = Int.max
            _ = compiled.matches(FoldedText(String(repeating: "a", count: length) + "!"), steps: &steps)
            #expect(Int.max - steps <= (length + 2) * compiled.program.count * 2)
        }
    }

    @Test func `without steps nothing is claimed`() throws {
        var steps = 10
        #expect(try LinearPattern("(a|b)*c").matches(FoldedText(String(repeating: "ab", count: 100)), steps: &steps) == nil)
    }

    /// Against a matcher that tries everything, on short texts over two letters.
    @Test func `random patterns agree with a matcher that tries everything`() throws {
        var generator = SeededGenerator(seed: 20_261_128)
        for _ in 0..<400 {
            let pattern = Self.pattern(depth: 3, &generator)
            let compiled = try LinearPattern(pattern.text)
            for _ in 0..<12 {
                let text = (0..<Int.random(in: 0...7, using: &generator)).map { _ in Bool.random(using: &generator) ? "a" : "b" }.joined()
                var steps = Int.max
                let isFound = compiled.matches(FoldedText(text), steps: &steps)
                let expected =
                    text.indices.map { $0 }.contains { pattern.ends(Array(text[$0...]), 0).isEmpty == false }
                    || !pattern.ends([], 0).isEmpty
                #expect(isFound == expected, "\(pattern.text) on \(text)")
            }
        }
    }

    private indirect enum Tree {
        case letter(Character), any, both(Tree, Tree), either(Tree, Tree), many(Tree), maybe(Tree)

        var text: String {
            switch self {
            case .letter(let letter): String(letter)
            case .any: "."
            case .both(let first, let second): first.text + second.text
            case .either(let first, let second): "(\(first.text)|\(second.text))"
            case .many(let tree): "(\(tree.text))*"
            case .maybe(let tree): "(\(tree.text))?"
            }
        }

        /// Where a match that begins at `start` can end.
        func ends(_ text: [Character], _ start: Int) -> Set<Int> {
            switch self {
            case .letter(let letter): return start < text.count && text[start] == letter ? [start + 1] : []
            case .any: return start < text.count ? [start + 1] : []
            case .both(let first, let second):
                return first.ends(text, start).reduce(into: Set<Int>()) { $0.formUnion(second.ends(text, $1)) }
            case .either(let first, let second): return first.ends(text, start).union(second.ends(text, start))
            case .maybe(let tree): return tree.ends(text, start).union([start])
            case .many(let tree):
                var found: Set<Int> = [start]
                var open = found
                while !open.isEmpty {
                    open = open.reduce(into: Set<Int>()) { $0.formUnion(tree.ends(text, $1)) }.subtracting(found)
                    found.formUnion(open)
                }
                return found
            }
        }
    }

    private static func pattern(depth: Int, _ generator: inout SeededGenerator) -> Tree {
        guard depth > 0 else { return [.letter("a"), .letter("b"), .any][Int.random(in: 0..<3, using: &generator)] }
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: return .both(pattern(depth: depth - 1, &generator), pattern(depth: depth - 1, &generator))
        case 1: return .either(pattern(depth: depth - 1, &generator), pattern(depth: depth - 1, &generator))
        case 2: return .many(pattern(depth: depth - 1, &generator))
        case 3: return .maybe(pattern(depth: depth - 1, &generator))
        default: return .both(.letter("a"), pattern(depth: depth - 1, &generator))
        }
    }

    @Test func `a part of a text is found in linear time, wherever it stands`() {
        #expect(FoldedText("aaaaaaaaab").contains(FoldedText("aaab")))
        #expect(!FoldedText("aaaaaaaaa").contains(FoldedText("aab")))
        #expect(FoldedText("Ｉｎｖｏｉｃｅ　No.５").contains(FoldedText("invoice no.5")))
        #expect(FoldedText("x").contains(FoldedText("")))
    }
}
