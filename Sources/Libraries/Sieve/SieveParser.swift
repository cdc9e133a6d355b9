/// Puts words together to commands (RFC 5228 section 8.2). Recursion ends at a depth, everything else at a number.
struct SieveParser {
    private var lexer: SieveLexer
    private var token: SieveLexer.Token
    private let limits: SieveLimits
    private var depth = 0
    private var commandCount = 0
    private var testCount = 0

    init(_ text: String, _ limits: SieveLimits) throws(SieveFault) {
        guard text.utf8.count <= limits.scriptBytes else { throw SieveFault(.scriptTooLong(limits.scriptBytes), at: .start) }
        lexer = SieveLexer(text)
        token = try lexer.next()
        self.limits = limits
    }

    mutating func parse() throws(SieveFault) -> SieveSyntax {
        var commands: [SieveSyntax.Command] = []
        while token.kind != .end { commands.append(try command()) }
        return SieveSyntax(commands: commands)
    }

    private mutating func advance() throws(SieveFault) { token = try lexer.next() }

    private mutating func expect(_ kind: SieveLexer.Kind) throws(SieveFault) {
        guard token.kind == kind else { throw SieveFault(.expected(kind.word, found: token.kind.word), at: token.position) }
        try advance()
    }

    private mutating func descend() throws(SieveFault) {
        depth += 1
        guard depth <= limits.depth else { throw SieveFault(.tooDeep(limits.depth), at: token.position) }
    }

    private mutating func command() throws(SieveFault) -> SieveSyntax.Command {
        let position = token.position
        guard case .identifier(let name) = token.kind else {
            throw SieveFault(.expected("a command", found: token.kind.word), at: position)
        }
        commandCount += 1
        guard commandCount <= limits.commands else { throw SieveFault(.tooManyCommands(limits.commands), at: position) }
        try advance()
        let (arguments, tests) = try self.arguments()
        var command = SieveSyntax.Command(name: name, arguments: arguments, tests: tests, block: nil, position: position)
        switch token.kind {
        case .semicolon: try advance()
        case .leftBrace: command.block = try block()
        default: throw SieveFault(.expected("“;” or “{”", found: token.kind.word), at: token.position)
        }
        return command
    }

    private mutating func block() throws(SieveFault) -> [SieveSyntax.Command] {
        try descend()
        try advance()
        var commands: [SieveSyntax.Command] = []
        while token.kind != .rightBrace {
            guard token.kind != .end else { throw SieveFault(.expected("“}”", found: token.kind.word), at: token.position) }
            commands.append(try command())
        }
        try advance()
        depth -= 1
        return commands
    }

    private mutating func arguments() throws(SieveFault) -> ([SieveSyntax.Argument], [SieveSyntax.Test]) {
        var arguments: [SieveSyntax.Argument] = []
        while true {
            let position = token.position
            let value: SieveSyntax.Argument.Value
            switch token.kind {
            case .number(let number): value = .number(number)
            case .tag(let tag): value = .tag(tag)
            case .string(let string): value = .string(string)
            case .leftBracket:
                arguments.append(SieveSyntax.Argument(value: .list(try list()), position: position))
                continue
            case .identifier: return (arguments, [try test()])
            case .leftParenthesis: return (arguments, try testList())
            case .rightBracket, .rightParenthesis, .leftBrace, .rightBrace, .comma, .semicolon, .end: return (arguments, [])
            }
            arguments.append(SieveSyntax.Argument(value: value, position: position))
            guard arguments.count <= limits.listedStrings else {
                throw SieveFault(.tooManyStrings(limits.listedStrings), at: position)
            }
            try advance()
        }
    }

    private mutating func list() throws(SieveFault) -> [String] {
        try advance()
        var strings: [String] = []
        // The grammar knows no empty list, and yet scripts have them.
        if token.kind == .rightBracket {
            try advance()
            return strings
        }
        while true {
            guard case .string(let string) = token.kind else {
                throw SieveFault(.expected("a string", found: token.kind.word), at: token.position)
            }
            strings.append(string)
            guard strings.count <= limits.listedStrings else {
                throw SieveFault(.tooManyStrings(limits.listedStrings), at: token.position)
            }
            try advance()
            if token.kind == .comma {
                try advance()
                continue
            }
            try expect(.rightBracket)
            return strings
        }
    }

    private mutating func testList() throws(SieveFault) -> [SieveSyntax.Test] {
        try descend()
        try advance()
        var tests = [try test()]
        while token.kind == .comma {
            try advance()
            tests.append(try test())
        }
        try expect(.rightParenthesis)
        depth -= 1
        return tests
    }

    private mutating func test() throws(SieveFault) -> SieveSyntax.Test {
        let position = token.position
        guard case .identifier(let name) = token.kind else {
            throw SieveFault(.expected("a test", found: token.kind.word), at: position)
        }
        testCount += 1
        guard testCount <= limits.tests else { throw SieveFault(.tooManyTests(limits.tests), at: position) }
        try descend()
        try advance()
        let (arguments, tests) = try self.arguments()
        depth -= 1
        return SieveSyntax.Test(name: name, arguments: arguments, tests: tests, position: position)
    }
}

extension SieveSyntax {
    /// - Throws: the first thing that is wrong with the text.
    package init(parsing text: String, limits: SieveLimits = SieveLimits()) throws(SieveFault) {
        var parser = try SieveParser(text, limits)
        self = try parser.parse()
    }
}
