/// A wildcard pattern of `:matches` or a regular expression of `:regex`, compiled so that a text is searched in time proportional to its
/// length (a Pike machine). Back references and look-around, which cannot be had so, are refused. Groups are those of the leftmost match,
/// of several the one that the pattern prefers by its order.
struct SievePattern: Sendable, Hashable {
    let program: [Instruction]
    /// Places of groups' ends that are remembered; two for each of `${0}` to `${9}` at most.
    let slots: Int
    /// Whether it must match the whole text.
    let isWhole: Bool
    let isFolded: Bool

    enum Instruction: Sendable, Hashable {
        case scalar(UInt32)
        case any
        case set(SieveCharacterSet)
        /// Goes on at both, preferring the first.
        case split(Int, Int)
        case jump(Int)
        case save(Int)
        case begin, end, wordEdge
        case match
    }

    /// RFC 5229 section 3.2.
    static let maximumGroups = 9

    /// `*` and `?` are wildcards, a backslash takes a character's meaning away (RFC 5228 section 2.7.1).
    init(wildcards text: String, isFolded: Bool, limits: SieveLimits) throws(SievePatternFault) {
        guard text.utf8.count <= limits.patternBytes else { throw .tooLarge }
        var compiler = SievePatternCompiler(limits)
        var groups = 0
        var isEscaped = false
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\" where !isEscaped:
                isEscaped = true
                continue
            case "*" where !isEscaped:
                groups += 1
                try compiler.add(.group(groups, .repetition(.single(.any), 0, nil, isLazy: true)))
            case "?" where !isEscaped:
                groups += 1
                try compiler.add(.group(groups, .single(.any)))
            default: try compiler.add(.single(.scalar(isFolded ? Self.fold(scalar.value) : scalar.value)))
            }
            isEscaped = false
        }
        try compiler.add(.single(.match))
        program = compiler.program
        slots = 2 * (1 + min(groups, Self.maximumGroups))
        isWhole = true
        self.isFolded = isFolded
    }

    init(expression text: String, isFolded: Bool, limits: SieveLimits) throws(SievePatternFault) {
        guard text.utf8.count <= limits.patternBytes else { throw .tooLarge }
        var parser = SievePatternParser(text, isFolded: isFolded)
        let node = try parser.parse()
        var compiler = SievePatternCompiler(limits)
        try compiler.add(node)
        try compiler.add(.single(.match))
        program = compiler.program
        slots = 2 * (1 + min(parser.groups, Self.maximumGroups))
        isWhole = false
        self.isFolded = isFolded
    }

    /// ASCII only, as `i;ascii-casemap` wants it.
    static func fold(_ scalar: UInt32) -> UInt32 { (0x41...0x5A).contains(scalar) ? scalar | 0x20 : scalar }

    /// - Parameters:
    ///   - steps: how many may still be made; what was made is taken off.
    ///   - wantsGroups: whether the groups' texts are asked for.
    /// - Returns: the texts of the whole and of the groups; `nil` when it does not match.
    /// - Throws: when there were too few steps.
    func match(_ text: String, steps: inout Int, wantsGroups: Bool) throws(SieveOutOfSteps) -> [String]? {
        let scalars = Array(text.unicodeScalars)
        var machine = SievePatternMachine(self, scalars, slots: wantsGroups ? slots : 2)
        guard let places = try machine.run(&steps) else { return nil }
        return stride(from: 0, to: places.count, by: 2).map { index in
            guard places[index] >= 0, places[index + 1] >= places[index] else { return "" }
            return String(String.UnicodeScalarView(scalars[places[index]..<places[index + 1]]))
        }
    }
}

enum SievePatternFault: Error, Sendable, Hashable {
    /// Something has no meaning at this character, counted from 1.
    case malformed(Int)
    case tooLarge
}

struct SieveOutOfSteps: Error {}

/// Characters of a class, as ranges.
struct SieveCharacterSet: Sendable, Hashable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isNegated }
}

/// One walk over one text. A state is entered once at each place, so that a step costs what is active.
struct SievePatternMachine {
    private let program: [SievePattern.Instruction]
    private let text: [Unicode.Scalar]
    private let slots: Int
    private let isWhole: Bool
    private let isFolded: Bool
    private var marks: [Int]
    private var found: [Int]?

    private struct Thread {
        let state: Int
        let places: [Int]
    }

    init(_ pattern: SievePattern, _ text: [Unicode.Scalar], slots: Int) {
        program = pattern.program
        self.text = text
        self.slots = slots
        isWhole = pattern.isWhole
        isFolded = pattern.isFolded
        marks = [Int](repeating: -1, count: pattern.program.count)
    }

    /// - Returns: the places of the groups' ends.
    mutating func run(_ steps: inout Int) throws(SieveOutOfSteps) -> [Int]? {
        var active: [Thread] = []
        for position in 0...text.count {
            var next: [Thread] = []
            var seeds = active
            // A match that began further left is preferred, so nothing begins once there is one.
            if found == nil, position == 0 || !isWhole {
                var places = [Int](repeating: -1, count: slots)
                places[0] = position
                seeds.append(Thread(state: 0, places: places))
            }
            steps -= 1
            guard !seeds.isEmpty else { break }
            for seed in seeds {
                guard try !enter(seed, position, &steps, into: &next) else { break }
            }
            guard position < text.count else { break }
            let scalar = isFolded ? SievePattern.fold(text[position].value) : text[position].value
            active = next.compactMap { accepts(program[$0.state], scalar) ? Thread(state: $0.state + 1, places: $0.places) : nil }
            if active.isEmpty, found != nil || isWhole { break }
        }
        return found
    }

    /// Adds all states that are reached without a character, the preferred first.
    /// - Returns: whether the pattern is matched; what stands behind is preferred less then.
    private mutating func enter(
        _ seed: Thread, _ position: Int, _ steps: inout Int, into list: inout [Thread]
    ) throws(SieveOutOfSteps) -> Bool {
        var stack = [seed]
        while let thread = stack.popLast() {
            guard marks[thread.state] != position else { continue }
            marks[thread.state] = position
            steps -= 1
            guard steps > 0 else { throw SieveOutOfSteps() }
            switch program[thread.state] {
            case .split(let first, let second):
                stack.append(Thread(state: second, places: thread.places))
                stack.append(Thread(state: first, places: thread.places))
            case .jump(let target): stack.append(Thread(state: target, places: thread.places))
            case .save(let slot):
                var places = thread.places
                if slot < slots {
                    places[slot] = position
                    steps -= slots
                }
                stack.append(Thread(state: thread.state + 1, places: places))
            case .begin: if position == 0 { stack.append(Thread(state: thread.state + 1, places: thread.places)) }
            case .end: if position == text.count { stack.append(Thread(state: thread.state + 1, places: thread.places)) }
            case .wordEdge: if isWordEdge(position) { stack.append(Thread(state: thread.state + 1, places: thread.places)) }
            case .match:
                guard !isWhole || position == text.count else { continue }
                var places = thread.places
                places[1] = position
                found = places
                return true
            case .scalar, .any, .set: list.append(thread)
            }
        }
        return false
    }

    private func accepts(_ instruction: SievePattern.Instruction, _ scalar: UInt32) -> Bool {
        switch instruction {
        case .scalar(let wanted): wanted == scalar
        case .any: true
        case .set(let set): set.contains(scalar)
        case .split, .jump, .save, .begin, .end, .wordEdge, .match: false
        }
    }

    private func isWordEdge(_ position: Int) -> Bool {
        let before = position > 0 && Self.isWord(text[position - 1])
        let after = position < text.count && Self.isWord(text[position])
        return before != after
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || ("0"..."9").contains(scalar) || scalar.properties.isAlphabetic
    }
}
