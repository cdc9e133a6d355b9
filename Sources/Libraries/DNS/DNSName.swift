/// Domain names as text in one form: lower case, labels joined by dots, no trailing dot, `.` for the root.
///
/// Letters, digits, hyphen, underscore and the rest of printable ASCII stand for themselves, the octets that zone files
/// give a meaning are written with a backslash before them, all others as `\DDD` (RFC 1035 §5.1, RFC 4343 §2.1).
package enum DNSName {
    /// Octets in a label (RFC 1035 §2.3.4).
    package static let maximumLabelOctets = 63
    /// Octets in a name on the wire, length octets and the root's included (RFC 1035 §2.3.4).
    package static let maximumWireOctets = 255

    /// Brings a name into the one form.
    ///
    /// - Throws: `.permanent(.invalidName)` for an empty text or label, a label or name that is too long, an octet
    ///   outside printable ASCII that is not written as `\DDD`, and an unfinished escape.
    package static func normalized(_ text: String) throws(DNSError) -> String {
        if text == "." { return text }
        var labels: [[UInt8]] = []
        var label: [UInt8] = []
        var reader = EscapedOctets(text)
        while let next = try reader.next() {
            switch next {
            case .octet(let octet): label.append(octet)
            case .separator:
                guard !label.isEmpty else { throw .permanent(.invalidName) }
                labels.append(label)
                label = []
            }
            guard label.count <= maximumLabelOctets, labels.count < maximumWireOctets / 2 + 1 else { throw .permanent(.invalidName) }
        }
        if !label.isEmpty { labels.append(label) }
        guard !labels.isEmpty, labels.reduce(1, { $0 + $1.count + 1 }) <= maximumWireOctets else { throw .permanent(.invalidName) }
        return presentation(labels)
    }

    /// Reads an uncompressed name from the wire, as it stands in record data, and moves `offset` behind it.
    ///
    /// - Returns: the name in the one form; nil when it runs over the end, is too long or holds a pointer, which
    ///   record data handed out by a resolver library must not hold.
    static func read(_ octets: [UInt8], at offset: inout Int) -> String? {
        var labels: [[UInt8]] = []
        var position = offset
        while position < octets.count {
            let length = Int(octets[position])
            position += 1
            if length == 0 {
                offset = position
                return presentation(labels)
            }
            guard length <= maximumLabelOctets, length <= octets.count - position, position + length - offset < maximumWireOctets
            else { return nil }
            labels.append(Array(octets[position..<position + length]))
            position += length
        }
        return nil
    }

    private static func presentation(_ labels: [[UInt8]]) -> String {
        guard !labels.isEmpty else { return "." }
        var text: [UInt8] = []
        for label in labels {
            if !text.isEmpty { text.append(UInt8(ascii: ".")) }
            for octet in label { append(octet, to: &text) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ octet: UInt8, to text: inout [UInt8]) {
        switch octet {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"):
            text.append(octet | 0x20)
        case UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ";"),
            UInt8(ascii: "@"), UInt8(ascii: "$"):
            text += [UInt8(ascii: "\\"), octet]
        case 0x21...0x7e:
            text.append(octet)
        default:
            let digits = [octet / 100, octet / 10 % 10, octet % 10]
            text.append(UInt8(ascii: "\\"))
            text += digits.map { $0 + UInt8(ascii: "0") }
        }
    }
}

/// The octets and separating dots of a name's text, escapes resolved.
private struct EscapedOctets {
    enum Element {
        case octet(UInt8)
        case separator
    }

    private var rest: Substring.UTF8View

    init(_ text: String) {
        rest = text[...].utf8
    }

    mutating func next() throws(DNSError) -> Element? {
        guard let octet = rest.popFirst() else { return nil }
        switch octet {
        case UInt8(ascii: "."): return .separator
        case UInt8(ascii: "\\"): return .octet(try escaped())
        case 0x21...0x7e: return .octet(octet)
        default: throw .permanent(.invalidName)
        }
    }

    private mutating func escaped() throws(DNSError) -> UInt8 {
        guard let first = rest.popFirst(), (0x20...0x7e).contains(first) else { throw .permanent(.invalidName) }
        guard let hundreds = first.decimalDigit else { return first }
        guard let tens = rest.popFirst()?.decimalDigit, let ones = rest.popFirst()?.decimalDigit,
            let value = UInt8(exactly: hundreds * 100 + tens * 10 + ones)
        else { throw .permanent(.invalidName) }
        return value
    }
}

extension UInt8 {
    fileprivate var decimalDigit: Int? {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) ? Int(self - UInt8(ascii: "0")) : nil
    }
}
