import Administration

/// Takes the members of a JSON object one by one and remembers everything that is wrong with it: members that are missing, of
/// another type, or unknown. `finish` throws them all at once.
struct JSONObjectReader {
    private let members: [String: JSONValue]
    private var taken: Set<String> = []
    private var problems: [FieldProblem] = []
    /// Place of this object in the body: empty, or `mailServers[0].`.
    private let prefix: String

    /// Bound of the problems of one answer.
    private static let maximumProblems = 50

    /// - Throws: `.malformed` when the value is no object.
    init(_ value: JSONValue) throws(APIError) {
        guard case .object(let members) = value else {
            throw .malformed([
                .malformedBody("the body is \(value.kind.english), not an object", ja: "本文がオブジェクトではなく\(value.kind.japanese)です")
            ])
        }
        self.members = members
        prefix = ""
    }

    private init(members: [String: JSONValue], prefix: String) {
        self.members = members
        self.prefix = prefix
    }

    /// - Throws: `.malformed` with every problem met, if there is any.
    mutating func finish() throws(APIError) {
        noteUnknownMembers()
        guard problems.isEmpty else { throw .malformed(Array(problems.prefix(Self.maximumProblems))) }
    }

    mutating func note(_ name: String, _ english: String, ja japanese: String) {
        problems.append(FieldProblem(prefix + name, english, ja: japanese))
    }

    mutating func string(_ name: String) -> String? {
        guard let value = optional(name) else { return nil }
        if case .string(let text) = value { return text }
        noteType(name, value, "a string", ja: "文字列")
        return nil
    }

    mutating func requiredString(_ name: String) -> String {
        noteIfMissing(name)
        return string(name) ?? ""
    }

    mutating func integer(_ name: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = optional(name) else { return nil }
        guard case .integer(let number) = value else {
            noteType(name, value, "an integer", ja: "整数")
            return nil
        }
        guard range.contains(number) else {
            note(
                name, "a number from \(range.lowerBound) to \(range.upperBound) is expected",
                ja: "\(range.lowerBound) から \(range.upperBound) までの数を指定してください")
            return nil
        }
        return number
    }

    mutating func choice<Value: RawRepresentable & CaseIterable>(_ name: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        guard let text = string(name) else { return nil }
        if let value = Value(rawValue: text) { return value }
        let list = Value.allCases.map(\.rawValue).joined(separator: ", ")
        note(name, "one of \(list) is expected", ja: "\(list) のいずれかを指定してください")
        return nil
    }

    mutating func boolean(_ name: String) -> Bool? {
        guard let value = optional(name) else { return nil }
        if case .boolean(let isTrue) = value { return isTrue }
        noteType(name, value, "true or false", ja: "true または false")
        return nil
    }

    /// `nil` when there is no such member.
    mutating func strings(_ name: String) -> [String]? {
        optional(name) == nil ? nil : requiredStrings(name)
    }

    /// A missing one is a problem too.
    mutating func requiredChoice<Value: RawRepresentable & CaseIterable>(_ name: String, _ type: Value.Type) -> Value?
    where Value.RawValue == String {
        noteIfMissing(name)
        return choice(name, type)
    }

    mutating func requiredStrings(_ name: String) -> [String] {
        requiredArray(name).enumerated().compactMap { index, value in
            if case .string(let text) = value { return text }
            noteType("\(name)[\(index)]", value, "a string", ja: "文字列")
            return nil
        }
    }

    /// Objects of an array, each read by `read`.
    mutating func requiredObjects<Item>(_ name: String, _ read: (inout JSONObjectReader) -> Item) -> [Item] {
        var items: [Item] = []
        for (index, value) in requiredArray(name).enumerated() {
            guard case .object(let members) = value else {
                noteType("\(name)[\(index)]", value, "an object", ja: "オブジェクト")
                continue
            }
            var reader = JSONObjectReader(members: members, prefix: "\(prefix)\(name)[\(index)].")
            items.append(read(&reader))
            reader.noteUnknownMembers()
            // Enough to answer with; the rest of a hostile array is not worth reading.
            problems += reader.problems
            if problems.count > Self.maximumProblems { break }
        }
        return items
    }

    /// The members of an object whose names are the caller's own.
    mutating func requiredMembers(_ name: String) -> [String: JSONValue] {
        noteIfMissing(name)
        guard let value = optional(name) else { return [:] }
        if case .object(let members) = value { return members }
        noteType(name, value, "an object", ja: "オブジェクト")
        return [:]
    }

    /// Any value; a missing one is a problem, `null` is a value.
    mutating func requiredValue(_ name: String) -> JSONValue {
        taken.insert(name)
        if let value = members[name] { return value }
        noteIfMissing(name)
        return .null
    }

    private mutating func requiredArray(_ name: String) -> [JSONValue] {
        noteIfMissing(name)
        guard let value = optional(name) else { return [] }
        if case .array(let items) = value { return items }
        noteType(name, value, "an array", ja: "配列")
        return []
    }

    /// `null` is a value, and of no type but its own: it does not count as not given.
    private mutating func optional(_ name: String) -> JSONValue? {
        taken.insert(name)
        return members[name]
    }

    private mutating func noteIfMissing(_ name: String) {
        guard members[name] == nil else { return }
        note(name, "“\(prefix)\(name)” is missing", ja: "「\(prefix)\(name)」がありません")
    }

    private mutating func noteType(_ name: String, _ value: JSONValue, _ expected: String, ja japanese: String) {
        note(
            name, "“\(prefix)\(name)” is \(value.kind.english); \(expected) is expected",
            ja: "「\(prefix)\(name)」は\(value.kind.japanese)です。\(japanese)を指定してください")
    }

    private mutating func noteUnknownMembers() {
        for name in members.keys.sorted() where !taken.contains(name) {
            let shown = String(name.prefix(100))
            note(shown, "“\(prefix)\(shown)” is not known here", ja: "「\(prefix)\(shown)」という項目はありません")
        }
    }
}
