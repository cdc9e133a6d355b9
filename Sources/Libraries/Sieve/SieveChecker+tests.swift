extension SieveChecker {
    /// Tags of how strings are compared, and whether something stands behind them.
    static let matchTags: [String: Bool] = [
        "is": false, "contains": false, "matches": false, "regex": false, "value": true, "count": true, "comparator": true,
    ]

    /// - Throws: the first thing that is wrong with it.
    mutating func test(_ test: SieveSyntax.Test) throws(SieveFault) -> SieveProgram.Test {
        let question = try question(test)
        var name = test.name
        for argument in test.arguments { if case .tag(let tag) = argument.value { name += " :\(tag)" } }
        return SieveProgram.Test(question: question, name: name, position: test.position)
    }

    private mutating func question(_ test: SieveSyntax.Test) throws(SieveFault) -> SieveProgram.Question {
        switch test.name {
        case "true", "false":
            try plain(test)
            return .always(test.name == "true")
        case "not":
            if let extra = test.arguments.first { throw SieveFault(.tooManyArguments("not"), at: extra.position) }
            guard let inner = test.tests.first else { throw SieveFault(.testMissing("not"), at: test.position) }
            guard test.tests.count == 1 else {
                throw SieveFault(.expected("one test", found: "a list of tests"), at: test.tests[1].position)
            }
            return .not(try self.test(inner))
        case "allof", "anyof":
            if let extra = test.arguments.first { throw SieveFault(.tooManyArguments(test.name), at: extra.position) }
            guard !test.tests.isEmpty else { throw SieveFault(.testMissing(test.name), at: test.position) }
            var tests: [SieveProgram.Test] = []
            for inner in test.tests { tests.append(try self.test(inner)) }
            return test.name == "allof" ? .all(tests) : .any(tests)
        default:
            if let inner = test.tests.first { throw SieveFault(.testNotTaken(test.name), at: inner.position) }
            return try leaf(test)
        }
    }

    private func plain(_ test: SieveSyntax.Test) throws(SieveFault) {
        if let extra = test.arguments.first { throw SieveFault(.tooManyArguments(test.name), at: extra.position) }
        if let inner = test.tests.first { throw SieveFault(.testNotTaken(test.name), at: inner.position) }
    }

    private mutating func leaf(_ test: SieveSyntax.Test) throws(SieveFault) -> SieveProgram.Question {
        switch test.name {
        case "exists":
            var arguments = try read(test, [:])
            let (names, place) = try arguments.strings("a list of header fields")
            try arguments.end()
            return .exists(try fieldNames(names, at: place))
        case "size":
            let arguments = try read(test, ["over": true, "under": true])
            guard let tag = try arguments.one(of: ["over", "under"]), let value = arguments.values[tag] else {
                throw SieveFault(.argumentMissing(":over or :under", of: "size"), at: test.position)
            }
            guard case .number(let bytes) = value.value else {
                throw SieveFault(.wrongArgument("size", expected: "a number such as 100K"), at: value.position)
            }
            try arguments.end()
            return .size(isOver: tag == "over", bytes)
        case "header":
            var arguments = try read(test, Self.matchTags)
            let (names, place) = try arguments.strings("a list of header fields")
            let (matching, keys) = try rest(&arguments)
            return .header(try fieldNames(names, at: place), matching, keys)
        case "address": return try address(test)
        case "envelope":
            try needs("envelope", for: "envelope", at: test.position)
            return try envelope(test)
        case "body":
            try needs("body", for: "body", at: test.position)
            return try body(test)
        case "string":
            try needs("variables", for: "string", at: test.position)
            var arguments = try read(test, Self.matchTags)
            let (sources, place) = try arguments.strings("a list of strings")
            let (matching, keys) = try rest(&arguments)
            return .string(try texts(sources, at: place), matching, keys)
        case "spamtest", "virustest": return try verdict(test)
        default: throw SieveFault(.unknownTest(test.name), at: test.position)
        }
    }

    private func read(_ test: SieveSyntax.Test, _ known: [String: Bool]) throws(SieveFault) -> SieveArguments {
        try SieveArguments(test.arguments, of: test.name, at: test.position, known: known)
    }

    private mutating func texts(_ strings: [String], at position: SievePosition) throws(SieveFault) -> [SieveProgram.Text] {
        var texts: [SieveProgram.Text] = []
        for string in strings { texts.append(try text(string, at: position)) }
        return texts
    }

    private mutating func fieldNames(_ names: [String], at position: SievePosition) throws(SieveFault) -> [SieveProgram.Text] {
        var texts: [SieveProgram.Text] = []
        for name in names { texts.append(try fieldName(name, at: position)) }
        return texts
    }

    /// The list of keys that ends nearly every test.
    private mutating func rest(
        _ arguments: inout SieveArguments
    ) throws(SieveFault) -> (SieveProgram.Matching, [SieveProgram.Key]) {
        let matching = try matching(arguments)
        let (keys, place) = try arguments.strings("a list of values")
        try arguments.end()
        return (matching, try self.keys(keys, matching, at: place))
    }

    private static let addressParts = ["all", "localpart", "domain", "user", "detail"]

    private func addressPart(_ arguments: SieveArguments) throws(SieveFault) -> SieveProgram.AddressPart {
        guard let tag = try arguments.one(of: Self.addressParts), let part = SieveProgram.AddressPart(rawValue: tag) else { return .all }
        if part == .user || part == .detail {
            try needs("subaddress", for: ":\(tag)", at: arguments.tags[tag]?.position ?? arguments.position)
        }
        return part
    }

    private static var addressTags: [String: Bool] {
        Self.matchTags.merging(addressParts.map { ($0, false) }) { first, _ in first }
    }

    private mutating func address(_ test: SieveSyntax.Test) throws(SieveFault) -> SieveProgram.Question {
        var arguments = try read(test, Self.addressTags)
        let part = try addressPart(arguments)
        let (names, place) = try arguments.strings("a list of header fields")
        let (matching, keys) = try rest(&arguments)
        return .address(part, try fieldNames(names, at: place), matching, keys)
    }

    private mutating func envelope(_ test: SieveSyntax.Test) throws(SieveFault) -> SieveProgram.Question {
        var arguments = try read(test, Self.addressTags)
        let part = try addressPart(arguments)
        let (names, place) = try arguments.strings("\"from\" or \"to\"")
        let (matching, keys) = try rest(&arguments)
        var parts: [SieveProgram.EnvelopePart] = []
        for name in names {
            guard let known = SieveProgram.EnvelopePart(rawValue: name.lowercased()) else {
                throw SieveFault(.unknownEnvelopePart(name), at: place)
            }
            parts.append(known)
        }
        return .envelope(part, parts, matching, keys)
    }

    private mutating func body(_ test: SieveSyntax.Test) throws(SieveFault) -> SieveProgram.Question {
        let known = Self.matchTags.merging(["raw": false, "text": false, "content": true]) { first, _ in first }
        var arguments = try read(test, known)
        let transform: SieveProgram.BodyTransform
        switch try arguments.one(of: ["raw", "text", "content"]) {
        case "raw": transform = .raw
        case "content":
            guard let value = arguments.values["content"] else {
                throw SieveFault(.argumentMissing("a list of media types", of: "body"), at: test.position)
            }
            let types = try SieveArguments.strings(value, "a list of media types", "body").map { $0.lowercased() }
            if let bad = types.first(where: { !Self.isMediaType($0) }) { throw SieveFault(.badMediaType(bad), at: value.position) }
            transform = .content(types)
        default: transform = .text
        }
        let (matching, keys) = try rest(&arguments)
        return .body(transform, matching, keys)
    }

    private static func isMediaType(_ type: String) -> Bool {
        type.utf8.count <= 100 && type.utf8.allSatisfy { (0x21...0x7E).contains($0) }
            && type.split(separator: "/", omittingEmptySubsequences: false).count <= 2
    }

    private mutating func verdict(_ test: SieveSyntax.Test) throws(SieveFault) -> SieveProgram.Question {
        let isSpam = test.name == "spamtest"
        if isSpam, !extensions.contains("spamtestplus") { try needs("spamtest", for: "spamtest", at: test.position) }
        if !isSpam { try needs("virustest", for: "virustest", at: test.position) }
        var arguments = try read(test, isSpam ? Self.matchTags.merging(["percent": false]) { first, _ in first } : Self.matchTags)
        if let percent = arguments.tags["percent"] { try needs("spamtestplus", for: ":percent", at: percent.position) }
        let matching = try matching(arguments)
        let (value, place) = try arguments.string("a number in quotation marks")
        try arguments.end()
        let keys = try self.keys([value], matching, at: place)
        if case .regex = matching.kind {
        } else if case .matches = matching.kind {
        } else if let literal = keys[0].text.literal {
            guard !literal.isEmpty, literal.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw SieveFault(.badSpamValue, at: place)
            }
        }
        return isSpam ? .spam(isPercent: arguments.has("percent"), matching, keys[0]) : .virus(matching, keys[0])
    }

    /// How strings are to be compared.
    func matching(_ arguments: SieveArguments) throws(SieveFault) -> SieveProgram.Matching {
        var matching = SieveProgram.Matching()
        if let value = arguments.values["comparator"] {
            let name = try SieveArguments.string(value, "the name of a comparator", arguments.name)
            guard let comparator = SieveComparator(rawValue: name) else { throw SieveFault(.unknownComparator(name), at: value.position) }
            if comparator == .asciiNumeric { try needs("comparator-\(name)", for: name, at: value.position) }
            matching.comparator = comparator
        }
        guard let tag = try arguments.one(of: ["is", "contains", "matches", "regex", "value", "count"]) else { return matching }
        let position = arguments.tags[tag]?.position ?? arguments.position
        switch tag {
        case "contains": matching.kind = .contains
        case "matches": matching.kind = .matches
        case "regex":
            try needs("regex", for: ":regex", at: position)
            matching.kind = .regex
        case "value", "count":
            try needs("relational", for: ":\(tag)", at: position)
            guard let value = arguments.values[tag] else {
                throw SieveFault(.argumentMissing("a relation behind “:\(tag)”", of: arguments.name), at: position)
            }
            let word = try SieveArguments.string(value, "a relation such as \"ge\"", arguments.name)
            guard let relation = SieveRelation(rawValue: word.lowercased()) else {
                throw SieveFault(.unknownRelation(word), at: value.position)
            }
            matching.kind = tag == "value" ? .value(relation) : .count(relation)
        default: break
        }
        if matching.comparator == .asciiNumeric, ["contains", "matches", "regex"].contains(tag) {
            throw SieveFault(.comparatorCannot(matching.comparator.rawValue, tag), at: position)
        }
        return matching
    }
}
