/// How the body of a part is written (RFC 2045 §6), as far as anyone can tell.
package enum TransferEncoding: Hashable, Sendable {
    case sevenBit, eightBit, binary, quotedPrintable, base64, uuencode
    /// A name nobody defined; the body is taken as it is.
    case unknown(String)

    /// Whether the body has to be decoded before it can be read.
    package var isEncoded: Bool {
        switch self {
        case .quotedPrintable, .base64, .uuencode: true
        case .sevenBit, .eightBit, .binary, .unknown: false
        }
    }

    /// Reads the value of `Content-Transfer-Encoding`. What only resembles a known name counts as it, with a fault: programs differ
    /// in whether they decode then, and the decoded form is the dangerous one.
    static func read(_ bytes: [UInt8]) -> (encoding: TransferEncoding, isExact: Bool) {
        let name = bytes[...].trimmed.lowercasedLatin
        if let exact = names[name] { return (exact, true) }
        let reduced = name.filter { $0.isLetter || $0.isNumber }
        if reduced.contains("base64") { return (.base64, false) }
        if reduced.contains("quotedprintable") { return (.quotedPrintable, false) }
        if reduced.contains("uue") { return (.uuencode, false) }
        if let near = names.first(where: { $0.value.isEncoded == false && name.hasPrefix($0.key) }) { return (near.value, false) }
        return (.unknown(String(name.prefix(40))), false)
    }

    private static let names: [String: TransferEncoding] = [
        "7bit": .sevenBit, "8bit": .eightBit, "binary": .binary, "quoted-printable": .quotedPrintable, "base64": .base64,
        "x-uuencode": .uuencode, "x-uue": .uuencode, "uuencode": .uuencode, "7-bit": .sevenBit, "8-bit": .eightBit,
    ]
}
