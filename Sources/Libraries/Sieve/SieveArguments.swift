/// The arguments of one command or test, its tags told from the rest: tags may stand in any order before the others (RFC 5228 section 2.6.2).
struct SieveArguments {
    let name: String
    let position: SievePosition
    private(set) var tags: [String: SieveSyntax.Argument] = [:]
    /// What follows a tag that wants something behind it.
    private(set) var values: [String: SieveSyntax.Argument] = [:]
    private var rest: ArraySlice<SieveSyntax.Argument>

    /// - Parameter known: the tags it has, and whether something stands behind each.
    init(
        _ arguments: [SieveSyntax.Argument], of name: String, at position: SievePosition, known: [String: Bool]
    ) throws(SieveFault) {
        self.name = name
        self.position = position
        var rest = arguments[...]
        while let first = rest.first, case .tag(let tag) = first.value {
            guard let takesValue = known[tag] else { throw SieveFault(.unknownTag(tag, of: name), at: first.position) }
            guard tags[tag] == nil else { throw SieveFault(.tagTwice(tag), at: first.position) }
            tags[tag] = first
            rest = rest.dropFirst()
            guard takesValue else { continue }
            guard let value = rest.first else {
                throw SieveFault(.argumentMissing("a value behind “:\(tag)”", of: name), at: first.position)
            }
            values[tag] = value
            rest = rest.dropFirst()
        }
        self.rest = rest
    }

    func has(_ tag: String) -> Bool { tags[tag] != nil }

    /// The one of some tags that exclude each other.
    func one(of candidates: [String]) throws(SieveFault) -> String? {
        let present = candidates.compactMap { tag in tags[tag].map { (tag, $0.position) } }.sorted { $0.1 < $1.1 }
        if present.count > 1 { throw SieveFault(.tagTwice(present[1].0), at: present[1].1) }
        return present.first?.0
    }

    var count: Int { rest.count }

    private mutating func next(_ what: String) throws(SieveFault) -> SieveSyntax.Argument {
        guard let first = rest.first else { throw SieveFault(.argumentMissing(what, of: name), at: position) }
        if case .tag(let tag) = first.value { throw SieveFault(.unknownTag(tag, of: name), at: first.position) }
        rest = rest.dropFirst()
        return first
    }

    mutating func string(_ what: String) throws(SieveFault) -> (String, SievePosition) {
        let argument = try next(what)
        return (try Self.string(argument, what, name), argument.position)
    }

    mutating func strings(_ what: String) throws(SieveFault) -> ([String], SievePosition) {
        let argument = try next(what)
        return (try Self.strings(argument, what, name), argument.position)
    }

    mutating func number(_ what: String) throws(SieveFault) -> Int {
        let argument = try next(what)
        guard case .number(let number) = argument.value else {
            throw SieveFault(.wrongArgument(name, expected: what), at: argument.position)
        }
        return number
    }

    func end() throws(SieveFault) {
        if let extra = rest.first { throw SieveFault(.tooManyArguments(name), at: extra.position) }
    }

    static func string(_ argument: SieveSyntax.Argument, _ what: String, _ name: String) throws(SieveFault) -> String {
        switch argument.value {
        case .string(let string): return string
        case .list(let strings) where strings.count == 1: return strings[0]
        case .list, .number, .tag: throw SieveFault(.wrongArgument(name, expected: what), at: argument.position)
        }
    }

    static func strings(_ argument: SieveSyntax.Argument, _ what: String, _ name: String) throws(SieveFault) -> [String] {
        switch argument.value {
        case .string(let string): return [string]
        case .list(let strings): return strings
        case .number, .tag: throw SieveFault(.wrongArgument(name, expected: what), at: argument.position)
        }
    }
}
