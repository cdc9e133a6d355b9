import Mail

/// Asks of every word of a script what it means, and of every argument whether it can stand there. Goes on behind a problem, so that all
/// of them are told at once.
struct SieveChecker {
    let limits: SieveLimits
    private(set) var extensions: Set<String> = []
    private(set) var faults: [SieveFault] = []
    private var variables: Set<String> = []

    init(_ limits: SieveLimits) { self.limits = limits }

    mutating func program(_ syntax: SieveSyntax) -> [SieveProgram.Step] {
        var isHeader = true
        var commands: [SieveSyntax.Command] = []
        for command in syntax.commands {
            if command.name == "require" {
                if !isHeader { faults.append(SieveFault(.requireNotFirst, at: command.position)) }
                require(command)
            } else {
                isHeader = false
                commands.append(command)
            }
        }
        return steps(commands)
    }

    private mutating func require(_ command: SieveSyntax.Command) {
        do throws(SieveFault) {
            var arguments = try SieveArguments(command.arguments, of: "require", at: command.position, known: [:])
            let (names, position) = try arguments.strings("a list of extensions")
            try arguments.end()
            try isPlain(command)
            for name in names {
                if SieveProgram.knownExtensions.contains(name) {
                    extensions.insert(name)
                } else {
                    faults.append(SieveFault(.unknownExtension(name), at: position))
                }
            }
        } catch {
            faults.append(error)
        }
    }

    func needs(_ name: String, for what: String, at position: SievePosition) throws(SieveFault) {
        guard extensions.contains(name) else { throw SieveFault(.extensionMissing(what, extension: name), at: position) }
    }

    private func isPlain(_ command: SieveSyntax.Command) throws(SieveFault) {
        if let test = command.tests.first { throw SieveFault(.testNotTaken(command.name), at: test.position) }
        if command.block != nil { throw SieveFault(.blockNotTaken(command.name), at: command.position) }
    }

    private mutating func steps(_ commands: [SieveSyntax.Command]) -> [SieveProgram.Step] {
        var steps: [SieveProgram.Step] = []
        var branches: [SieveProgram.Branch]?
        func close(_ branches: inout [SieveProgram.Branch]?, otherwise: [SieveProgram.Step] = []) {
            if let open = branches { steps.append(.choice(open, otherwise: otherwise)) }
            branches = nil
        }
        for command in commands {
            switch command.name {
            case "if":
                close(&branches)
                branches = branch(command).map { [$0] } ?? []
            case "elsif":
                if branches == nil { faults.append(SieveFault(.elseWithoutIf(command.name), at: command.position)) }
                if let branch = branch(command) { branches?.append(branch) }
            case "else":
                if branches == nil { faults.append(SieveFault(.elseWithoutIf(command.name), at: command.position)) }
                if let test = command.tests.first { faults.append(SieveFault(.testNotTaken("else"), at: test.position)) }
                if let extra = command.arguments.first { faults.append(SieveFault(.tooManyArguments("else"), at: extra.position)) }
                close(&branches, otherwise: block(command))
            default:
                close(&branches)
                do throws(SieveFault) {
                    steps.append(.act(try act(command), command.position))
                } catch {
                    faults.append(error)
                    // Its block may have more to tell.
                    if let block = command.block { _ = self.steps(block) }
                }
            }
        }
        close(&branches)
        return steps
    }

    private mutating func branch(_ command: SieveSyntax.Command) -> SieveProgram.Branch? {
        var test: SieveProgram.Test?
        if let extra = command.arguments.first { faults.append(SieveFault(.tooManyArguments(command.name), at: extra.position)) }
        if command.tests.count > 1 {
            faults.append(SieveFault(.expected("one test", found: "a list of tests"), at: command.tests[1].position))
        } else if let first = command.tests.first {
            do throws(SieveFault) { test = try self.test(first) } catch { faults.append(error) }
        } else {
            faults.append(SieveFault(.testMissing(command.name), at: command.position))
        }
        let steps = block(command)
        return test.map { SieveProgram.Branch(test: $0, steps: steps) }
    }

    private mutating func block(_ command: SieveSyntax.Command) -> [SieveProgram.Step] {
        guard let block = command.block else {
            faults.append(SieveFault(.blockMissing(command.name), at: command.position))
            return []
        }
        return steps(block)
    }

    private mutating func act(_ command: SieveSyntax.Command) throws(SieveFault) -> SieveProgram.Act {
        let (name, position) = (command.name, command.position)
        switch name {
        case "stop", "keep", "discard":
            let arguments = try SieveArguments(command.arguments, of: name, at: position, known: [:])
            try arguments.end()
            try isPlain(command)
            return name == "stop" ? .stop : name == "keep" ? .keep : .discard
        case "fileinto", "redirect":
            if name == "fileinto" { try needs("fileinto", for: name, at: position) }
            var arguments = try SieveArguments(command.arguments, of: name, at: position, known: ["copy": false])
            if let copy = arguments.tags["copy"] { try needs("copy", for: ":copy", at: copy.position) }
            let (target, place) = try arguments.string(name == "fileinto" ? "the name of a folder" : "an e-mail address")
            try arguments.end()
            try isPlain(command)
            let text = try self.text(target, at: place)
            if name == "fileinto" { return .fileInto(text, copies: arguments.has("copy")) }
            if let address = text.literal, (try? EmailAddress(address)) == nil { throw SieveFault(.badAddress(address), at: place) }
            return .redirect(text, copies: arguments.has("copy"))
        case "reject", "ereject":
            try needs(name, for: name, at: position)
            var arguments = try SieveArguments(command.arguments, of: name, at: position, known: [:])
            let (reason, place) = try arguments.string("a reason")
            try arguments.end()
            try isPlain(command)
            return .reject(try text(reason, at: place))
        case "set":
            try needs("variables", for: name, at: position)
            return try set(command)
        case "addheader", "deleteheader":
            try needs("editheader", for: name, at: position)
            return name == "addheader" ? try addHeader(command) : try deleteHeader(command)
        case "require": throw SieveFault(.requireNotFirst, at: position)
        default: throw SieveFault(.unknownCommand(name), at: position)
        }
    }

    private mutating func set(_ command: SieveSyntax.Command) throws(SieveFault) -> SieveProgram.Act {
        let known = Dictionary(uniqueKeysWithValues: SieveProgram.Modifier.allCases.map { ($0.rawValue, false) })
        var arguments = try SieveArguments(command.arguments, of: "set", at: command.position, known: known)
        if let quote = arguments.tags["quoteregex"] { try needs("regex", for: ":quoteregex", at: quote.position) }
        for pair in [["lower", "upper"], ["lowerfirst", "upperfirst"], ["quotewildcard", "quoteregex"]] { _ = try arguments.one(of: pair) }
        let (name, place) = try arguments.string("the name of a variable")
        guard let variable = SieveVariableName.normalized(name) else { throw SieveFault(.badVariableName(name), at: place) }
        let (value, valuePlace) = try arguments.string("a value")
        try arguments.end()
        try isPlain(command)
        try note(variable, at: place)
        let modifiers = SieveProgram.Modifier.allCases.filter { arguments.has($0.rawValue) }
        return .set(name: variable, try text(value, at: valuePlace), Set(modifiers))
    }

    private mutating func addHeader(_ command: SieveSyntax.Command) throws(SieveFault) -> SieveProgram.Act {
        var arguments = try SieveArguments(command.arguments, of: "addheader", at: command.position, known: ["last": false])
        let (name, place) = try arguments.string("the name of a header field")
        let (value, valuePlace) = try arguments.string("a value")
        try arguments.end()
        try isPlain(command)
        return .addHeader(
            name: try fieldName(name, at: place), value: try text(value, at: valuePlace), isLast: arguments.has("last"))
    }

    private mutating func deleteHeader(_ command: SieveSyntax.Command) throws(SieveFault) -> SieveProgram.Act {
        var known = Self.matchTags
        known["index"] = true
        known["last"] = false
        var arguments = try SieveArguments(command.arguments, of: "deleteheader", at: command.position, known: known)
        var index: Int?
        if let value = arguments.values["index"] {
            guard case .number(let number) = value.value, number > 0 else {
                throw SieveFault(.wrongArgument("deleteheader", expected: "a number from 1 on"), at: value.position)
            }
            index = number
        }
        if let last = arguments.tags["last"], index == nil {
            throw SieveFault(.argumentMissing(":index", of: "deleteheader"), at: last.position)
        }
        let (name, place) = try arguments.string("the name of a header field")
        let matching = try matching(arguments)
        var keys: [SieveProgram.Key] = []
        if arguments.count > 0 {
            let (texts, keyPlace) = try arguments.strings("a list of values")
            keys = try self.keys(texts, matching, at: keyPlace)
        }
        try arguments.end()
        try isPlain(command)
        return .deleteHeader(
            name: try fieldName(name, at: place), matching, keys, index: index, isFromEnd: arguments.has("last"))
    }
}

extension SieveChecker {
    /// A string with its character codes and variables, as far as the script asked for them.
    mutating func text(_ string: String, at position: SievePosition) throws(SieveFault) -> SieveProgram.Text {
        let decoded = extensions.contains("encoded-character") ? try SieveEncodedCharacter.decode(string, at: position) : string
        guard extensions.contains("variables") else { return SieveProgram.Text(literal: decoded) }
        let text = SieveProgram.Text(template: decoded)
        for variable in text.variables { try note(variable, at: position) }
        return text
    }

    private mutating func note(_ variable: String, at position: SievePosition) throws(SieveFault) {
        variables.insert(variable)
        guard variables.count <= limits.variables else { throw SieveFault(.tooManyVariables(limits.variables), at: position) }
    }

    mutating func fieldName(_ string: String, at position: SievePosition) throws(SieveFault) -> SieveProgram.Text {
        let text = try self.text(string, at: position)
        if let name = text.literal, !SieveFieldName.isValid(name) { throw SieveFault(.badHeaderName(name), at: position) }
        return text
    }

    mutating func keys(
        _ strings: [String], _ matching: SieveProgram.Matching, at position: SievePosition
    ) throws(SieveFault) -> [SieveProgram.Key] {
        var keys: [SieveProgram.Key] = []
        for string in strings {
            let text = try self.text(string, at: position)
            var pattern: SievePattern?
            if let literal = text.literal {
                do throws(SievePatternFault) {
                    pattern = try matching.pattern(literal, limits)
                } catch {
                    switch error {
                    case .malformed(let character): throw SieveFault(.badPattern(literal, character: character), at: position)
                    case .tooLarge: throw SieveFault(.patternTooLarge, at: position)
                    }
                }
            }
            keys.append(SieveProgram.Key(text: text, pattern: pattern))
        }
        return keys
    }
}

extension SieveProgram.Matching {
    /// - Returns: `nil` for a way of comparing that has no patterns.
    func pattern(_ text: String, _ limits: SieveLimits) throws(SievePatternFault) -> SievePattern? {
        switch kind {
        case .matches: try SievePattern(wildcards: text, isFolded: comparator == .asciiCasemap, limits: limits)
        case .regex: try SievePattern(expression: text, isFolded: comparator == .asciiCasemap, limits: limits)
        case .same, .contains, .value, .count: nil
        }
    }
}

enum SieveFieldName {
    /// RFC 5322 section 2.2.
    static func isValid(_ name: String) -> Bool {
        (1...77).contains(name.utf8.count) && name.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x3A }
    }
}

/// RFC 5228 section 2.4.2.4.
enum SieveEncodedCharacter {
    static func decode(_ string: String, at position: SievePosition) throws(SieveFault) -> String {
        guard string.contains("${") else { return string }
        let scalars = Array(string.unicodeScalars)
        var bytes: [UInt8] = []
        var index = 0
        while index < scalars.count {
            if let (decoded, end) = try code(scalars, index, at: position) {
                bytes += decoded
                index = end
            } else {
                bytes += Array(String(Character(scalars[index])).utf8)
                index += 1
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func code(
        _ scalars: [Unicode.Scalar], _ start: Int, at position: SievePosition
    ) throws(SieveFault) -> ([UInt8], Int)? {
        guard scalars[start] == "$", start + 2 < scalars.count, scalars[start + 1] == "{",
            let end = scalars[(start + 2)...].prefix(500).firstIndex(of: "}")
        else { return nil }
        let inside = String(String.UnicodeScalarView(scalars[(start + 2)..<end]))
        let words = inside.split(separator: ":", maxSplits: 1).map(String.init)
        guard words.count == 2, ["hex", "unicode"].contains(words[0].lowercased()) else { return nil }
        let codes = words[1].split { $0 == " " || $0 == "\t" || $0.isNewline }.map(String.init)
        guard !codes.isEmpty, codes.allSatisfy({ $0.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit } }) else { return nil }
        var bytes: [UInt8] = []
        for code in codes {
            if words[0].lowercased() == "hex" {
                guard code.utf8.count <= 2, let byte = UInt8(code, radix: 16) else { return nil }
                bytes.append(byte)
            } else {
                guard let number = UInt32(code, radix: 16), let scalar = Unicode.Scalar(number) else {
                    throw SieveFault(.badCharacterCode(code), at: position)
                }
                bytes += Array(String(Character(scalar)).utf8)
            }
        }
        return (bytes, end + 1)
    }
}
