/// A text as conditions compare it: letters in lower case, full-width forms of ASCII as ASCII, runs of white space as one space.
package struct FoldedText: Sendable, Hashable {
    package private(set) var scalars: [UInt32] = []

    package init(_ text: String, limit: Int = .max) {
        scalars.reserveCapacity(min(limit, text.utf8.count))
        append(text, limit: limit)
    }

    init() {}

    /// Puts another text behind it, up to `limit` characters in all.
    /// - Returns: whether all of it had room.
    @discardableResult
    mutating func append(_ text: String, limit: Int) -> Bool {
        for scalar in text.unicodeScalars {
            let folded = Self.fold(scalar)
            if folded == 0x20, scalars.last == 0x20 { continue }
            guard scalars.count < limit else { return false }
            scalars.append(folded)
        }
        return true
    }

    static func fold(_ scalar: Unicode.Scalar) -> UInt32 {
        let value = scalar.value
        switch value {
        case 0x41...0x5A: return value | 0x20
        case 0x09...0x0D, 0x20, 0xA0, 0x3000, 0x2028, 0x2029: return 0x20
        case 0..<0xC0: return value
        case 0xFF21...0xFF3A: return value - 0xFEE0 + 0x20
        case 0xFF01...0xFF5E: return value - 0xFEE0
        case 0x3040...0x9FFF: return value
        default:
            let lower = scalar.properties.lowercaseMapping.unicodeScalars
            return lower.count == 1 ? lower.first?.value ?? value : value
        }
    }

    /// Whether `part` occurs: Knuth, Morris and Pratt, in time linear in both.
    package func contains(_ part: FoldedText) -> Bool {
        let pattern = part.scalars
        guard !pattern.isEmpty else { return true }
        guard pattern.count <= scalars.count else { return false }
        var jumps = [Int](repeating: 0, count: pattern.count)
        var length = 0
        for index in pattern.indices.dropFirst() {
            while length > 0, pattern[index] != pattern[length] { length = jumps[length - 1] }
            if pattern[index] == pattern[length] { length += 1 }
            jumps[index] = length
        }
        var matched = 0
        for scalar in scalars {
            while matched > 0, scalar != pattern[matched] { matched = jumps[matched - 1] }
            if scalar == pattern[matched] { matched += 1 }
            if matched == pattern.count { return true }
        }
        return false
    }
}
