import Testing

@testable import Sieve

/// What is said about scripts that have no meaning.
@Suite struct SieveCompilingTests {
    private static func faults(_ script: String) -> [SieveFault] {
        do throws(SieveFaults) {
            _ = try SieveProgram(compiling: script)
            return []
        } catch {
            return error.faults
        }
    }

    @Test(arguments: [
        ("keep", SieveFault.Problem.expected("“;” or “{”", found: "the end of the script"), 1, 5),
        ("\n  fly;", .unknownCommand("fly"), 2, 3),
        ("fileinto \"x\";", .extensionMissing("fileinto", extension: "fileinto"), 1, 1),
        ("require \"vacation\";", .unknownExtension("vacation"), 1, 9),
        ("keep; require \"copy\";", .requireNotFirst, 1, 7),
        ("if header :contains \"s\" { keep; }", .argumentMissing("a list of values", of: "header"), 1, 4),
        ("if header :like \"s\" \"t\" { keep; }", .unknownTag("like", of: "header"), 1, 11),
        ("if header :is :contains \"s\" \"t\" { keep; }", .tagTwice("contains"), 1, 15),
        ("if size :over \"5\" { keep; }", .wrongArgument("size", expected: "a number such as 100K"), 1, 15),
        ("else { keep; }", .elseWithoutIf("else"), 1, 1),
        ("if { keep; }", .testMissing("if"), 1, 1),
        ("if true;", .blockMissing("if"), 1, 1),
        ("keep { stop; }", .blockNotTaken("keep"), 1, 1),
        ("redirect \"nobody\";", .badAddress("nobody"), 1, 10),
        ("require \"regex\";\nif header :regex \"s\" \"a(\" { keep; }", .badPattern("a(", character: 3), 2, 22),
        ("if header :is \"a:b\" \"c\" { keep; }", .badHeaderName("a:b"), 1, 15),
        ("/* never", .commentNotClosed, 1, 1),
        ("redirect \"never", .stringNotClosed, 1, 10),
        ("redirect text:\nnever\n", .textNotClosed, 1, 10),
        ("if size :over 99999999999999999999 { keep; }", .numberTooLarge, 1, 15),
        ("if true { keep;", .expected("“}”", found: "the end of the script"), 1, 16),
        ("keep; §", .unexpectedCharacter("§"), 1, 7),
    ])
    func `a problem is told with its place`(_ script: String, _ problem: SieveFault.Problem, _ line: Int, _ column: Int) {
        let fault = Self.faults(script).first
        #expect(fault == SieveFault(problem, at: SievePosition(line: line, column: column)))
        #expect(fault.map { $0.problem.english.hasSuffix(".") && $0.problem.japanese.hasSuffix("。") } == true)
    }

    @Test func `all problems of a script are told at once, in their order`() {
        #expect(Self.faults("fly;\nswim;\nif flies { sing; }").map(\.position.line) == [1, 2, 3, 3])
    }

    @Test func `nesting, patterns and scripts have limits`() {
        let deep = String(repeating: "if true { ", count: 25) + String(repeating: "}", count: 25)
        #expect(Self.faults(deep).first?.problem == .tooDeep(24))
        let allowed = String(repeating: "if true { ", count: 20) + String(repeating: "}", count: 20)
        #expect(Self.faults(allowed).isEmpty)
        #expect(Self.faults(String(repeating: "#", count: 65 << 10)).first?.problem == .scriptTooLong(64 << 10))
        #expect(Self.faults(String(repeating: "keep;", count: 1_001)).first?.problem == .tooManyCommands(1_000))
        let large = #"require "regex"; if header :regex "s" "((((){200}){200}){200}a{200}){200}" { keep; }"#
        #expect(Self.faults(large).first?.problem == .patternTooLarge)
    }

    @Test func `texts of several lines lose their stuffed dots`() throws {
        let syntax = try SieveSyntax(parsing: "redirect text: # note\r\n..a\r\nb\n.\r\n;")
        #expect(syntax.commands.first?.arguments.first?.value == .string(".a\r\nb\r\n"))
    }

    @Test func `any bytes are read without a crash`() {
        var generator = SeededGenerator(seed: 11)
        let words = [
            "if ", "header", "\"", "[", "]", "(", ")", "{", "}", ";", ",", ":is ", "text:\n", ".\n", "/*", "*/", "not ", "require ", "9K",
            "\\",
        ]
        for _ in 0..<3_000 {
            let count = Int.random(in: 0..<40, using: &generator)
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let text = (0..<count).map { _ in words.randomElement(using: &generator) ?? "" }.joined()
            for script in [String(decoding: bytes, as: UTF8.self), text] {
                if let program = try? SieveProgram(compiling: script) {
                    #expect(SieveInterpreter { _ in false }.run(program, SieveRunTests.message()).fault == nil)
                }
            }
        }
    }

    @Test func `what is written for a script reads as the same script`() throws {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<500 {
            let syntax = SieveSyntax(commands: (0..<3).map { _ in Self.command(depth: 3, &generator) })
            #expect(try SieveSyntax(parsing: syntax.description) == syntax)
        }
    }

    private static func word(_ generator: inout SeededGenerator) -> String {
        ["a", "keep", "x_1", "header", "zz9"].randomElement(using: &generator) ?? "a"
    }

    private static func arguments(_ generator: inout SeededGenerator) -> [SieveSyntax.Argument] {
        (0..<Int.random(in: 0...3, using: &generator)).map { _ in
            let texts = ["", "a\"b", "back\\slash", "日本語", "two\r\nlines", "${x}"]
            let text = texts.randomElement(using: &generator) ?? ""
            let values: [SieveSyntax.Argument.Value] = [
                .number(Int.random(in: 0...1_000_000, using: &generator)), .tag(word(&generator)), .string(text), .list([text, "b"]),
                .list([]),
            ]
            return SieveSyntax.Argument(value: values.randomElement(using: &generator) ?? .number(0))
        }
    }

    private static func tests(depth: Int, _ generator: inout SeededGenerator) -> [SieveSyntax.Test] {
        guard depth > 0 else { return [] }
        return (0..<Int.random(in: 0...2, using: &generator)).map { _ in
            SieveSyntax.Test(name: word(&generator), arguments: arguments(&generator), tests: tests(depth: depth - 1, &generator))
        }
    }

    private static func command(depth: Int, _ generator: inout SeededGenerator) -> SieveSyntax.Command {
        let hasBlock = depth > 0 && Bool.random(using: &generator)
        let block = hasBlock ? (0..<2).map { _ in command(depth: depth - 1, &generator) } : nil
        return SieveSyntax.Command(
            name: word(&generator), arguments: arguments(&generator), tests: tests(depth: depth, &generator), block: block)
    }
}

/// The same numbers at each run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
