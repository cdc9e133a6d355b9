/// Writes a MaxMind DB file (format version 2.0) of a few networks, as small as one can be.
struct SmallMaxMindFile {
    private indirect enum Tree {
        case empty
        case leaf(Int)
        case node(Tree, Tree)
    }

    private var tree = Tree.empty
    private var data: [UInt8] = []

    /// - Parameters:
    ///   - bits: of the network, in 128 bits; an IPv4 network stands in `::/96`.
    ///   - group: `country` or another key of the record.
    mutating func add(_ octets: [UInt8], prefix: Int, country: String, group: String = "country") {
        let full = octets.count == 4 ? [UInt8](repeating: 0, count: 12) + octets : octets
        let length = octets.count == 4 ? prefix + 96 : prefix
        let bits = (0..<length).map { full[$0 / 8] >> UInt8(7 - $0 % 8) & 1 == 1 }
        let offset = data.count
        data += Self.map([(group, Self.map([("iso_code", Self.string(country))]))])
        tree = Self.inserting(offset, at: bits[...], into: tree)
    }

    func bytes(databaseType: String = "Test-Country") -> [UInt8] {
        var nodes: [(Int, Int)] = []
        let count = Self.count(tree)
        _ = write(tree, into: &nodes, count: count)
        var file: [UInt8] = []
        for (left, right) in nodes { file += Self.three(left) + Self.three(right) }
        file += [UInt8](repeating: 0, count: 16) + data + [0xAB, 0xCD, 0xEF] + Array("MaxMind.com".utf8)
        return file
            + Self.map([
                ("binary_format_major_version", Self.number(5, 2)), ("binary_format_minor_version", [0xA0]),
                ("build_epoch", [0x04, 0x02] + [0x6A, 0x00, 0x00, 0x00]), ("database_type", Self.string(databaseType)),
                ("description", [0xE0]), ("ip_version", Self.number(5, 6)), ("languages", [0x00, 0x04]),
                ("node_count", [0xC4] + [0] + Self.three(count)), ("record_size", Self.number(5, 24)),
            ])
    }

    private static func inserting(_ offset: Int, at bits: ArraySlice<Bool>, into tree: Tree) -> Tree {
        guard let bit = bits.first else { return .leaf(offset) }
        var (left, right) = (Tree.empty, Tree.empty)
        if case .node(let first, let second) = tree { (left, right) = (first, second) }
        return bit
            ? .node(left, inserting(offset, at: bits.dropFirst(), into: right))
            : .node(inserting(offset, at: bits.dropFirst(), into: left), right)
    }

    private static func count(_ tree: Tree) -> Int {
        guard case .node(let left, let right) = tree else { return 0 }
        return 1 + count(left) + count(right)
    }

    private func write(_ tree: Tree, into nodes: inout [(Int, Int)], count: Int) -> Int {
        switch tree {
        case .empty: return count
        case .leaf(let offset): return count + 16 + offset
        case .node(let left, let right):
            let index = nodes.count
            nodes.append((count, count))
            let first = write(left, into: &nodes, count: count)
            let second = write(right, into: &nodes, count: count)
            nodes[index] = (first, second)
            return index
        }
    }

    private static func three(_ number: Int) -> [UInt8] { [UInt8(number >> 16 & 0xFF), UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)] }
    private static func number(_ type: UInt8, _ value: UInt8) -> [UInt8] { [type << 5 | 1, value] }
    /// Up to 28 bytes.
    private static func string(_ text: String) -> [UInt8] { [2 << 5 | UInt8(text.utf8.count)] + Array(text.utf8) }
    private static func map(_ entries: [(String, [UInt8])]) -> [UInt8] {
        [7 << 5 | UInt8(entries.count)] + entries.flatMap { string($0.0) + $0.1 }
    }
}
