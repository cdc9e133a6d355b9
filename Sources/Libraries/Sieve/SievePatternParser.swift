/// A regular expression taken apart.
indirect enum SievePatternNode: Sendable {
    case empty
    case single(SievePattern.Instruction)
    case sequence([SievePatternNode])
    case choice([SievePatternNode])
    /// Counted from 1.
    case group(Int, SievePatternNode)
    /// `nil`: without end.
    case repetition(SievePatternNode, Int, Int?, isLazy: Bool)
}

/// Reads extended regular expressions (POSIX), with `\d \w \s \b`; recursion ends at a depth.
struct SievePatternParser {
    private let scalars: [Unicode.Scalar]
    private let isFolded: Bool
    private var index = 0
    private var depth = 0
    private(set) var groups = 0

    private static let maximumDepth = 30
    private static let maximumRepetition = 255

    init(_ text: String, isFolded: Bool) {
        scalars = Array(text.unicodeScalars)
        self.isFolded = isFolded
    }

    mutating func parse() throws(SievePatternFault) -> SievePatternNode {
        let node = try alternatives()
        guard index == scalars.count else { throw fault }
        return node
    }

    private var fault: SievePatternFault { .malformed(index + 1) }
    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    private func literal(_ scalar: Unicode.Scalar) -> SievePattern.Instruction {
        .scalar(isFolded ? SievePattern.fold(scalar.value) : scalar.value)
    }

    private mutating func alternatives() throws(SievePatternFault) -> SievePatternNode {
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

    private mutating func sequence() throws(SievePatternFault) -> SievePatternNode {
        var nodes: [SievePatternNode] = []
        while let scalar = peek, scalar != "|", scalar != ")" {
            let atom = try atom(scalar)
            nodes.append(try repeated(atom))
        }
        return nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func atom(_ scalar: Unicode.Scalar) throws(SievePatternFault) -> SievePatternNode {
        switch scalar {
        case "(": return try group()
        case "[": return .single(.set(try bracket()))
        case "\\": return .single(try escape())
        case "*", "+", "?", "{": throw fault
        default:
            index += 1
            switch scalar {
            case ".": return .single(.any)
            case "^": return .single(.begin)
            case "$": return .single(.end)
            default: return .single(literal(scalar))
            }
        }
    }

    private mutating func group() throws(SievePatternFault) -> SievePatternNode {
        index += 1
        var number: Int?
        if peek == "?" {
            guard index + 1 < scalars.count, scalars[index + 1] == ":" else { throw fault }
            index += 2
        } else {
            groups += 1
            number = groups
        }
        let node = try alternatives()
        guard peek == ")" else { throw fault }
        index += 1
        return number.map { .group($0, node) } ?? node
    }

    private mutating func repeated(_ atom: SievePatternNode) throws(SievePatternFault) -> SievePatternNode {
        let bounds: (Int, Int?)
        switch peek {
        case "*": bounds = (0, nil)
        case "+": bounds = (1, nil)
        case "?": bounds = (0, 1)
        case "{": bounds = try counts()
        default: return atom
        }
        index += 1
        let isLazy = peek == "?"
        if isLazy { index += 1 }
        if let next = peek, ["*", "+", "?", "{"].contains(next) { throw fault }
        return .repetition(atom, bounds.0, bounds.1, isLazy: isLazy)
    }

    /// `{m}`, `{m,}` or `{m,n}`; stands at the closing brace afterwards.
    private mutating func counts() throws(SievePatternFault) -> (Int, Int?) {
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
        while let scalar = peek, ("0"..."9").contains(scalar), index - start < 4 { index += 1 }
        guard let value = Int(String(String.UnicodeScalarView(scalars[start..<index]))), value <= Self.maximumRepetition else { return nil }
        return value
    }

    private mutating func escape() throws(SievePatternFault) -> SievePattern.Instruction {
        index += 1
        guard let scalar = peek else { throw fault }
        if scalar == "b" {
            index += 1
            return .wordEdge
        }
        if let ranges = Self.named[scalar] {
            index += 1
            return .set(SieveCharacterSet(ranges: ranges))
        }
        // A digit would be a back reference, a letter something that is not known.
        guard !("0"..."9").contains(scalar), !scalar.properties.isAlphabetic else { throw fault }
        index += 1
        return literal(scalar)
    }

    private static let digits: [ClosedRange<UInt32>] = [0x30...0x39]
    private static let spaces: [ClosedRange<UInt32>] = [0x09...0x0D, 0x20...0x20, 0x3000...0x3000]
    private static let named: [Unicode.Scalar: [ClosedRange<UInt32>]] = [
        "d": digits, "s": spaces, "w": digits + [0x41...0x5A, 0x61...0x7A, 0x5F...0x5F, 0xC0...0x2FFF, 0x3005...0x10FFFF],
    ]
    private static let classes: [String: [ClosedRange<UInt32>]] = [
        "alpha": [0x41...0x5A, 0x61...0x7A], "digit": digits, "alnum": digits + [0x41...0x5A, 0x61...0x7A],
        "upper": [0x41...0x5A], "lower": [0x61...0x7A], "space": spaces, "blank": [0x09...0x09, 0x20...0x20],
        "punct": [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E], "xdigit": digits + [0x41...0x46, 0x61...0x66],
        "cntrl": [0x00...0x1F, 0x7F...0x7F], "print": [0x20...0x7E], "graph": [0x21...0x7E],
    ]

    /// In a bracket a backslash stands for itself by POSIX; here it takes the meaning of what follows away, as everybody writes it.
    private mutating func bracket() throws(SievePatternFault) -> SieveCharacterSet {
        index += 1
        var set = SieveCharacterSet()
        if peek == "^" {
            set.isNegated = true
            index += 1
        }
        var isFirst = true
        while let scalar = peek, isFirst || scalar != "]" {
            isFirst = false
            if scalar == "[", index + 1 < scalars.count, scalars[index + 1] == ":" {
                add(try characterClass(), to: &set)
                continue
            }
            if scalar == "\\", index + 1 < scalars.count, let ranges = Self.named[scalars[index + 1]] {
                add(ranges, to: &set)
                index += 2
                continue
            }
            let low = try member()
            var high = low
            if peek == "-", index + 1 < scalars.count, scalars[index + 1] != "]" {
                index += 1
                high = try member()
            }
            guard high >= low else { throw fault }
            add([low...high], to: &set)
        }
        guard peek == "]", !set.ranges.isEmpty else { throw fault }
        index += 1
        return set
    }

    private mutating func member() throws(SievePatternFault) -> UInt32 {
        if peek == "\\" { index += 1 }
        guard let scalar = peek else { throw fault }
        index += 1
        return scalar.value
    }

    private mutating func characterClass() throws(SievePatternFault) -> [ClosedRange<UInt32>] {
        let start = index + 2
        guard let end = scalars[start...].prefix(8).firstIndex(of: ":"), end + 1 < scalars.count, scalars[end + 1] == "]",
            let ranges = Self.classes[String(String.UnicodeScalarView(scalars[start..<end]))]
        else { throw fault }
        index = end + 2
        return ranges
    }

    /// Texts are folded before they are looked at, so the ranges are too.
    private func add(_ ranges: [ClosedRange<UInt32>], to set: inout SieveCharacterSet) {
        for range in ranges {
            set.ranges.append(range)
            let capitals = max(range.lowerBound, 0x41)
            let last = min(range.upperBound, 0x5A)
            if isFolded, capitals <= last { set.ranges.append((capitals | 0x20)...(last | 0x20)) }
        }
    }
}

/// Writes a pattern out as instructions.
struct SievePatternCompiler {
    private(set) var program: [SievePattern.Instruction] = []
    private let limits: SieveLimits
    /// Nodes gone through: repetitions of nothing write no instruction and take time all the same.
    private var nodes = 0

    init(_ limits: SieveLimits) { self.limits = limits }

    private mutating func emit(_ instruction: SievePattern.Instruction) throws(SievePatternFault) {
        guard program.count < limits.patternInstructions else { throw .tooLarge }
        program.append(instruction)
    }

    mutating func add(_ node: SievePatternNode) throws(SievePatternFault) {
        nodes += 1
        guard nodes <= 4 * limits.patternInstructions else { throw .tooLarge }
        switch node {
        case .empty: break
        case .single(let instruction): try emit(instruction)
        case .sequence(let nodes): for node in nodes { try add(node) }
        case .choice(let branches): try add(branches[...])
        case .group(let number, let node):
            let isRemembered = number <= SievePattern.maximumGroups
            if isRemembered { try emit(.save(2 * number)) }
            try add(node)
            if isRemembered { try emit(.save(2 * number + 1)) }
        case .repetition(let node, let least, let most, let isLazy):
            for _ in 0..<least { try add(node) }
            guard let most else { return try addLoop(node, isLazy: isLazy) }
            for _ in least..<most { try addOptional(node, isLazy: isLazy) }
        }
    }

    private mutating func add(_ branches: ArraySlice<SievePatternNode>) throws(SievePatternFault) {
        guard let first = branches.first else { return }
        guard branches.count > 1 else { return try add(first) }
        let split = program.count
        try emit(.jump(0))
        try add(first)
        let jump = program.count
        try emit(.jump(0))
        program[split] = .split(split + 1, program.count)
        try add(branches.dropFirst())
        program[jump] = .jump(program.count)
    }

    private mutating func addLoop(_ node: SievePatternNode, isLazy: Bool) throws(SievePatternFault) {
        let split = program.count
        try emit(.jump(0))
        try add(node)
        try emit(.jump(split))
        program[split] = isLazy ? .split(program.count, split + 1) : .split(split + 1, program.count)
    }

    private mutating func addOptional(_ node: SievePatternNode, isLazy: Bool) throws(SievePatternFault) {
        let split = program.count
        try emit(.jump(0))
        try add(node)
        program[split] = isLazy ? .split(program.count, split + 1) : .split(split + 1, program.count)
    }
}
