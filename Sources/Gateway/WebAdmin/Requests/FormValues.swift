/// Names and values of a query or of a form sent as `application/x-www-form-urlencoded`, repeated names in order.
struct FormValues: Sendable {
    private let values: [String: [String]]

    /// A request body larger than this is refused. Ten thousand recipients, the most one action takes, fit.
    static let maximumBytes = 1_048_576
    /// Values beyond are dropped: no page of ours has as many.
    static let maximumCount = 2000

    static let empty = FormValues(urlEncoded: "")

    /// Values that have been decoded already.
    init(_ values: [String: [String]]) { self.values = values }

    init(urlEncoded text: some StringProtocol) {
        var values: [String: [String]] = [:]
        for pair in text.utf8.split(separator: UInt8(ascii: "&")).prefix(Self.maximumCount) {
            let end = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            let value = end < pair.endIndex ? pair[pair.index(after: end)...] : pair[pair.endIndex...]
            values[Self.decode(pair[..<end]), default: []].append(Self.decode(value))
        }
        self.values = values
    }

    /// The first value of a name; `nil` when the form has none.
    subscript(_ name: String) -> String? { values[name]?.first }

    /// Value without white space at both ends; empty when the form has none.
    func trimmed(_ name: String) -> String { (self[name] ?? "").trimmingWhiteSpace }

    func all(_ name: String) -> [String] { values[name] ?? [] }

    func contains(_ name: String) -> Bool { values[name] != nil }

    /// Percent and plus decoding; bytes that are not UTF-8 become U+FFFD, damaged escapes stay as they are.
    private static func decode(_ encoded: some Collection<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var index = encoded.startIndex
        while index < encoded.endIndex {
            let byte = encoded[index]
            let next = encoded.index(after: index)
            if byte == UInt8(ascii: "%"), let (value, after) = escaped(encoded, at: next) {
                bytes.append(value)
                index = after
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
                index = next
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func escaped<Bytes: Collection<UInt8>>(_ bytes: Bytes, at index: Bytes.Index) -> (value: UInt8, after: Bytes.Index)? {
        guard index < bytes.endIndex, let high = nibble(bytes[index]) else { return nil }
        let second = bytes.index(after: index)
        guard second < bytes.endIndex, let low = nibble(bytes[second]) else { return nil }
        return (high << 4 | low, bytes.index(after: second))
    }

    private static func nibble(_ digit: UInt8) -> UInt8? {
        Character(UnicodeScalar(digit)).hexDigitValue.map { UInt8($0) }
    }
}

extension StringProtocol {
    var trimmingWhiteSpace: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(self[first...last])
    }
}

/// A path with a query, each value escaped.
struct PageLink {
    private var path: String
    private var hasQuery = false

    init(_ path: String) { self.path = path }

    /// Adds a value unless it is empty.
    func with(_ name: String, _ value: String?) -> PageLink {
        guard let value, !value.isEmpty else { return self }
        var link = self
        link.path += "\(hasQuery ? "&" : "?")\(name)=\(Self.escape(value))"
        link.hasQuery = true
        return link
    }

    var text: String { path }

    /// Everything but the unreserved characters of RFC 3986 as percent escapes.
    static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                bytes.append(byte)
            default:
                bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
