/// A pattern taken apart.
indirect enum PatternNode: Sendable {
    case empty
    case single(LinearPattern.Instruction)
    case sequence([PatternNode])
    case choice([PatternNode])
    /// `nil`: without end.
    case repetition(PatternNode, Int, Int?)
}

/// Reads patterns; recursion ends at a depth.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var depth = 0

    private static let maximumDepth = 30
    private static let maximumRepetition = 100

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    mutating func parse() throws(PatternFault) -> PatternNode {
        let node = try alternatives()
        guard index == scalars.count else { throw fault }
        return node
    }

    private var fault: PatternFault { .malformed(position: index + 1) }
    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private mutating func alternatives() throws(PatternFault) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximumDepth else { throw fault }
        var branches = [try sequence()]
        while peek == "|" {
            index += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(PatternFault) -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            let atom = try atom(scalar)
            nodes.append(try repeated(atom))
        }
        return nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func atom(_ scalar: Unicode.Scalar) throws(PatternFault) -> PatternNode {
        switch scalar {
        case "(": return try group()
        case "[": return try characterClass()
        case "\\": return .single(try escape())
        case "*", "+", "?", "{", "}", "]": throw fault
        default:
            index += 1
            switch scalar {
            case ".": return .single(.any)
            case "^": return .single(.begin)
            case "$": return .single(.end)
            default: return .single(.scalar(FoldedText.fold(scalar)))
            }
        }
    }

    private mutating func group() throws(PatternFault) -> PatternNode {
        index += 1
        if peek == "?" {
            // Only the group without capture; nothing here captures anyway.
            guard index + 1 < scalars.count, scalars[index + 1] == ":" else { throw fault }
            index += 2
        }
        let node = try alternatives()
        guard peek == ")" else { throw fault }
        index += 1
        return node
    }

    private mutating func repeated(_ atom: PatternNode) throws(PatternFault) -> PatternNode {
        let bounds: (Int, Int?)
        switch peek {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{": bounds = try counts()
        default: return atom
        }
        index += 1
        // A lazy repetition finds the same texts.
        if peek == "?" { index += 1 }
        if let next = peek, ["*", "+", "{"].contains(next) { throw fault }
        return .repetition(atom, bounds.0, bounds.1)
    }

    /// `{m}`, `{m,}` or `{m,n}`; stands at the closing brace afterwards.
    private mutating func counts() throws(PatternFault) -> (Int, Int?) {
        index += 1
        guard let least = number() else { throw fault }
        var most: Int? = least
        if peek == "," {
            index += 1
            most = peek == "}" ? nil : number()
            if most == nil, peek != "}" { throw fault }
        }
        guard peek == "}", most ?? least >= least else { throw fault }
        return (least, most)
    }

    private mutating func number() -> Int? {
        let start = index
        while let scalar = peek, ("0"..."9").contains(scalar), index - start < 3 { index += 1 }
        guard let value = Int(String(String.UnicodeScalarView(scalars[start..<index]))), value <= Self.maximumRepetition else { return nil }
        return value
    }

    private mutating func escape() throws(PatternFault) -> LinearPattern.Instruction {
        index += 1
        guard let scalar = peek else { throw fault }
        if scalar == "b" {
            index += 1
            return .wordEdge
        }
        if let set = Self.named(scalar) {
            index += 1
            return .set(set)
        }
        return .scalar(FoldedText.fold(try escaped()))
    }

    /// The character that an escape stands for; a letter without a meaning here is refused, since it has one elsewhere.
    private mutating func escaped() throws(PatternFault) -> Unicode.Scalar {
        guard let scalar = peek else { throw fault }
        switch scalar {
        case "t", "n", "r":
            index += 1
            // Line breaks are blanks in the texts that are looked at.
            return " "
        default:
            guard !("0"..."9").contains(scalar), !scalar.properties.isAlphabetic else { throw fault }
            index += 1
            return scalar
        }
    }

    private static func named(_ scalar: Unicode.Scalar) -> ScalarSet? {
        let word = ScalarSet(ranges: [
            0x30...0x39, 0x61...0x7A, 0x5F...0x5F, 0xC0...0x2FFF, 0x3005...0x3007, 0x3040...0xDFFF, 0xF900...0xFEFF, 0xFF66...0x10FFFF,
        ])
        switch scalar {
        case "d": return .digits
        case "D": return ScalarSet(ranges: ScalarSet.digits.ranges, isNegated: true)
        case "s": return .spaces
        case "S": return ScalarSet(ranges: ScalarSet.spaces.ranges, isNegated: true)
        case "w": return word
        case "W": return ScalarSet(ranges: word.ranges, isNegated: true)
        default: return nil
        }
    }

    private mutating func characterClass() throws(PatternFault) -> PatternNode {
        index += 1
        var set = ScalarSet()
        if peek == "^" {
            set.isNegated = true
            index += 1
        }
        var isFirst = true
        while let scalar = peek, isFirst || scalar != "]" {
            isFirst = false
            if scalar == "\\", index + 1 < scalars.count, let named = Self.named(scalars[index + 1]) {
                guard !named.isNegated else { throw fault }
                set.ranges += named.ranges
                index += 2
                continue
            }
            let low = try classMember()
            var high = low
            if peek == "-", index + 1 < scalars.count, scalars[index + 1] != "]" {
                index += 1
                high = try classMember()
            }
            guard high.value >= low.value else { throw fault }
            Self.add(low, high, to: &set)
        }
        guard peek == "]", !set.ranges.isEmpty else { throw fault }
        index += 1
        return .single(.set(set))
    }

    private mutating func classMember() throws(PatternFault) -> Unicode.Scalar {
        if peek == "\\" {
            index += 1
            return try escaped()
        }
        guard let scalar = peek else { throw fault }
        index += 1
        return scalar
    }

    /// Texts are folded before they are looked at, so the ranges are too.
    private static func add(_ low: Unicode.Scalar, _ high: Unicode.Scalar, to set: inout ScalarSet) {
        set.ranges.append(low.value...high.value)
        let first = FoldedText.fold(low)
        let last = FoldedText.fold(high)
        if first <= last { set.ranges.append(first...last) }
        let capitals = max(low.value, 0x41)...max(max(low.value, 0x41), min(high.value, 0x5A))
        if low.value <= 0x5A, high.value >= 0x41 { set.ranges.append((capitals.lowerBound | 0x20)...(capitals.upperBound | 0x20)) }
    }
}

extension PatternNode {
    /// Whether it is written out as nothing. Repeated, it stays nothing, however often.
    var isNothing: Bool {
        switch self {
        case .empty: true
        case .single, .choice: false
        case .sequence(let nodes): nodes.allSatisfy(\.isNothing)
        case .repetition(let node, _, let most): most == 0 || node.isNothing
        }
    }
}

/// Writes a pattern out as instructions, in steps whose number is bounded whatever the pattern.
struct PatternCompiler {
    private(set) var program: [LinearPattern.Instruction] = []
    private var steps = 0

    private static let maximumSteps = 20_000

    mutating func add(_ instruction: LinearPattern.Instruction) throws(PatternFault) {
        guard program.count < LinearPattern.maximumInstructions else { throw .tooLarge }
        program.append(instruction)
    }

    mutating func add(_ node: PatternNode) throws(PatternFault) {
        steps += 1
        guard steps <= Self.maximumSteps else { throw .tooLarge }
        switch node {
        case .empty: break
        case .single(let instruction): try add(instruction)
        case .sequence(let nodes): for node in nodes { try add(node) }
        case .choice(let branches): try add(branches[...])
        case .repetition(let node, let least, let most):
            if node.isNothing { return }
            for _ in 0..<least { try add(node) }
            guard let most else { return try addLoop(node) }
            for _ in least..<most { try addOptional(node) }
        }
    }

    private mutating func add(_ branches: ArraySlice<PatternNode>) throws(PatternFault) {
        guard let first = branches.first else { return }
        guard branches.count > 1 else { return try add(first) }
        let split = program.count
        try add(.jump(0))
        try add(first)
        let jump = program.count
        try add(.jump(0))
        program[split] = .split(split + 1, program.count)
        try add(branches.dropFirst())
        program[jump] = .jump(program.count)
    }

    private mutating func addLoop(_ node: PatternNode) throws(PatternFault) {
        let split = program.count
        try add(.jump(0))
        try add(node)
        try add(.jump(split))
        program[split] = .split(split + 1, program.count)
    }

    private mutating func addOptional(_ node: PatternNode) throws(PatternFault) {
        let split = program.count
        try add(.jump(0))
        try add(node)
        program[split] = .split(split + 1, program.count)
    }
}
