/// A regular expression that is matched in time linear in the text: all alternatives advance together through the text, none is ever
/// tried again (Thompson's construction). Knows what mail rules need: literals, `.`, classes, groups, `|`, `* + ? {m,n}`, `^ $`,
/// `\d \w \s \D \W \S \b`. Back references and look-around, which cannot be had in linear time, are refused.
package struct LinearPattern: Sendable, Hashable {
    let program: [Instruction]

    enum Instruction: Sendable, Hashable {
        case scalar(UInt32)
        case any
        case set(ScalarSet)
        /// Goes on at both.
        case split(Int, Int)
        case jump(Int)
        case begin, end, wordEdge
        case match
    }

    /// What one pattern may be compiled to; repetitions are written out.
    package static let maximumInstructions = 2_000
    package static let maximumBytes = 500

    /// - Throws: what is wrong with it.
    package init(_ text: String) throws(PatternFault) {
        guard text.utf8.count <= Self.maximumBytes else { throw .tooLong }
        var parser = PatternParser(text)
        let node = try parser.parse()
        var compiler = PatternCompiler()
        try compiler.add(node)
        try compiler.add(.match)
        program = compiler.program
    }

    /// Whether it occurs somewhere in the text.
    /// - Parameter steps: how many may still be made; what was made is taken off.
    /// - Returns: `nil` when there were too few.
    package func matches(_ text: FoldedText, steps: inout Int) -> Bool? {
        var matcher = PatternMatcher(program, text.scalars)
        return matcher.run(&steps)
    }
}

package enum PatternFault: Error, Sendable, Hashable {
    case tooLong
    /// Something has no meaning at this character, counted from 1.
    case malformed(position: Int)
    /// Repetitions make it too large.
    case tooLarge
}

/// Characters of a class, as ranges.
struct ScalarSet: Sendable, Hashable {
    var ranges: [ClosedRange<UInt32>] = []
    var isNegated = false

    static let digits = ScalarSet(ranges: [0x30...0x39])
    static let spaces = ScalarSet(ranges: [0x20...0x20])

    func contains(_ scalar: UInt32) -> Bool { ranges.contains { $0.contains(scalar) } != isNegated }

    /// Letters, digits and the underline, of any script.
    static func isWord(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x30...0x39, 0x61...0x7A, 0x5F: return true
        case 0..<0x80: return false
        default: return Unicode.Scalar(scalar).map { $0.properties.isAlphabetic || $0.properties.numericType != nil } ?? false
        }
    }
}

/// One walk over one text. The states are kept as sparse sets, so that a step costs what is active and nothing is entered twice.
struct PatternMatcher {
    private let program: [LinearPattern.Instruction]
    private let text: [UInt32]
    private var marks: [Int]
    private var mark = 0
    private var stack: [Int] = []
    private var isMatch = false

    init(_ program: [LinearPattern.Instruction], _ text: [UInt32]) {
        self.program = program
        self.text = text
        marks = [Int](repeating: -1, count: program.count)
    }

    mutating func run(_ steps: inout Int) -> Bool? {
        var active: [Int] = []
        var next: [Int] = []
        for position in 0...text.count {
            // The states that the character before led to, and a new beginning at each place.
            if active.isEmpty { mark += 1 }
            enter(0, position, &steps, into: &active)
            if isMatch { return true }
            guard steps > 0 else { return nil }
            guard position < text.count else { return false }
            let scalar = text[position]
            mark += 1
            next.removeAll(keepingCapacity: true)
            for state in active {
                steps -= 1
                if accepts(program[state], scalar) { enter(state + 1, position + 1, &steps, into: &next) }
            }
            if isMatch { return true }
            swap(&active, &next)
        }
        return false
    }

    private func accepts(_ instruction: LinearPattern.Instruction, _ scalar: UInt32) -> Bool {
        switch instruction {
        case .scalar(let wanted): wanted == scalar
        case .any: true
        case .set(let set): set.contains(scalar)
        case .split, .jump, .begin, .end, .wordEdge, .match: false
        }
    }

    /// Adds a state and all that are reached from it without a character.
    private mutating func enter(_ state: Int, _ position: Int, _ steps: inout Int, into list: inout [Int]) {
        stack.append(state)
        while let state = stack.popLast() {
            guard marks[state] != mark else { continue }
            marks[state] = mark
            steps -= 1
            switch program[state] {
            case .split(let first, let second): stack += [second, first]
            case .jump(let target): stack.append(target)
            case .begin: if position == 0 { stack.append(state + 1) }
            case .end: if position == text.count { stack.append(state + 1) }
            case .wordEdge: if isWordEdge(position) { stack.append(state + 1) }
            case .match: isMatch = true
            case .scalar, .any, .set: list.append(state)
            }
        }
    }

    private func isWordEdge(_ position: Int) -> Bool {
        let before = position > 0 && ScalarSet.isWord(text[position - 1])
        let after = position < text.count && ScalarSet.isWord(text[position])
        return before != after
    }
}
