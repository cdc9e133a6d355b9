/// The word that is being read: its first bytes, its running hash, and what kinds of characters are in it.
struct WordBuffer {
    private(set) var count = 0
    private var bytes: [UInt8] = []
    private static let www = [0x77, 0x77, 0x77].reduce(TokenHash.seed) { TokenHash.adding($1, to: $0) }
    private var hash = TokenHash.seed
    private var digits = 0
    private var capitals = 0
    private let keepsText: Bool

    /// - Parameter keepsText: whether the bytes are wanted; names need the hash alone.
    init(keepsText: Bool) { self.keepsText = keepsText }

    var isEmpty: Bool { count == 0 }
    var isAllCapitals: Bool { capitals > 2 && capitals == count }
    var isWWW: Bool { count == 3 && hash == Self.www }

    @inline(__always)
    mutating func append(_ byte: UInt8, isCapital: Bool = false) {
        hash = TokenHash.adding(byte, to: hash)
        if keepsText, count <= TextTokenizer.maximumWordBytes { bytes.append(byte) }
        count += 1
        if isCapital { capitals += 1 } else if byte < 0x3A && byte > 0x2F { digits += 1 }
    }

    mutating func append(scalar: UInt32) {
        guard scalar >= 0x80 else { return append(UInt8(truncatingIfNeeded: scalar)) }
        UTF8Scalar.encode(scalar) { append($0) }
    }

    @inline(__always)
    mutating func clear() {
        count = 0
        if keepsText { bytes.removeAll(keepingCapacity: true) }
        hash = TokenHash.seed
        digits = 0
        capitals = 0
    }

    /// The hash of what the word counts as: itself, or for long numbers and encoded data only its form.
    func shape(maximum: Int, shortestNumber: Int) -> UInt64 {
        guard count >= shortestNumber, let form = form(maximum, shortestNumber) else { return hash }
        var hash = TokenHash.seed
        for byte in form.utf8 { hash = TokenHash.adding(byte, to: hash) }
        return hash
    }

    /// What the word counts as, readable.
    func text(maximum: Int, shortestNumber: Int) -> String {
        form(maximum, shortestNumber) ?? String(decoding: bytes, as: UTF8.self)
    }

    private func form(_ maximum: Int, _ shortestNumber: Int) -> String? {
        if count > maximum { return "(\(count > 70 ? "very long" : "long") word)" }
        if digits == count, count >= shortestNumber { return "(number of \(count) digits)" }
        if digits >= 3, count >= 12 { return "(letters and digits)" }
        return nil
    }
}
