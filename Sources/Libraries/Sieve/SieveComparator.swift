/// How strings are compared (RFC 4790).
enum SieveComparator: String, Sendable, Hashable, CaseIterable {
    case octet = "i;octet"
    case asciiCasemap = "i;ascii-casemap"
    case asciiNumeric = "i;ascii-numeric"

    /// The form in which equal strings have equal bytes.
    func folded(_ text: String) -> [UInt8] {
        switch self {
        case .octet: Array(text.utf8)
        case .asciiCasemap: text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        case .asciiNumeric: Self.digits(text)
        }
    }

    /// -1, 0 or 1.
    func compare(_ left: String, _ right: String) -> Int {
        let (left, right) = (folded(left), folded(right))
        if self == .asciiNumeric {
            // No number is larger than any, and equal to another one (RFC 4790 section 9.1.1).
            if left.isEmpty || right.isEmpty { return left.isEmpty == right.isEmpty ? 0 : left.isEmpty ? 1 : -1 }
            if left.count != right.count { return left.count < right.count ? -1 : 1 }
        }
        if left == right { return 0 }
        return left.lexicographicallyPrecedes(right) ? -1 : 1
    }

    /// The digits it begins with, without leading zeros; empty when it begins with none.
    private static func digits(_ text: String) -> [UInt8] {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty else { return [] }
        let significant = digits.drop { $0 == 0x30 }
        return significant.isEmpty ? [0x30] : Array(significant)
    }
}

/// RFC 5231.
package enum SieveRelation: String, Sendable, Hashable, CaseIterable {
    case gt, ge, lt, le, eq, ne

    /// - Parameter order: -1, 0 or 1.
    func holds(_ order: Int) -> Bool {
        switch self {
        case .gt: order > 0
        case .ge: order >= 0
        case .lt: order < 0
        case .le: order <= 0
        case .eq: order == 0
        case .ne: order != 0
        }
    }
}

/// Finds bytes in bytes, in linear time (Knuth, Morris and Pratt).
enum SieveSearch {
    static func contains(_ text: [UInt8], _ key: [UInt8]) -> Bool {
        guard !key.isEmpty else { return true }
        guard key.count <= text.count else { return false }
        var borders = [Int](repeating: 0, count: key.count)
        var length = 0
        for index in 1..<max(1, key.count) {
            while length > 0, key[index] != key[length] { length = borders[length - 1] }
            if key[index] == key[length] { length += 1 }
            borders[index] = length
        }
        var matched = 0
        for byte in text {
            while matched > 0, byte != key[matched] { matched = borders[matched - 1] }
            if byte == key[matched] { matched += 1 }
            if matched == key.count { return true }
        }
        return false
    }
}
