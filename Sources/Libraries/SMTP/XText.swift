/// The encoding of parameter values that may hold anything (RFC 3461 §4): `+` and two hexadecimal digits for what
/// must not stand there.
package enum XText {
    /// Encodes octets; the result is printable ASCII without space, `+` and `=` other than those of the encoding.
    package static func encode(_ octets: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for octet in octets {
            if isPlain(octet) {
                text.append(octet)
            } else {
                text += [UInt8(ascii: "+"), hexadecimalDigits[Int(octet >> 4)], hexadecimalDigits[Int(octet & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Decodes; nil when an octet stands there that must not, or after `+` something else than two hexadecimal digits
    /// (lower case is tolerated).
    package static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var octets: [UInt8] = []
        var iterator = text.makeIterator()
        while let octet = iterator.next() {
            if octet == UInt8(ascii: "+") {
                guard let high = iterator.next()?.hexadecimalValue, let low = iterator.next()?.hexadecimalValue else { return nil }
                octets.append(high << 4 | low)
            } else if isPlain(octet) {
                octets.append(octet)
            } else {
                return nil
            }
        }
        return octets
    }

    private static let hexadecimalDigits = Array("0123456789ABCDEF".utf8)

    private static func isPlain(_ octet: UInt8) -> Bool {
        (0x21...0x7e).contains(octet) && octet != UInt8(ascii: "+") && octet != UInt8(ascii: "=")
    }
}

/// The encoding of international addresses in ORCPT and in reports (RFC 6533 §3): `\x{6771}` for a character.
package enum UTF8AddressText {
    /// The largest number of digits a character needs.
    private static let maximumDigits = 6

    /// Encodes for a peer without SMTPUTF8: everything outside ASCII, and `\`, `+`, `=`, space and controls.
    package static func encode(_ address: String) -> String {
        var text = ""
        for scalar in address.unicodeScalars {
            let isPlain = (0x21...0x7e).contains(scalar.value) && scalar != "\\" && scalar != "+" && scalar != "="
            text += isPlain ? String(scalar) : "\\x{\(String(scalar.value, radix: 16, uppercase: true))}"
        }
        return text
    }

    /// Decodes; raw UTF-8 may be mixed in. nil for an unfinished or impossible escape, and for octets that are no UTF-8.
    package static func decode(_ octets: some Collection<UInt8>) -> String? {
        guard let text = String(validating: octets, as: UTF8.self) else { return nil }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            guard scalar == "\\" else {
                result.append(scalar)
                continue
            }
            guard let escaped = escapedScalar(&rest) else { return nil }
            result.append(escaped)
        }
        return String(result)
    }

    private static func escapedScalar(_ rest: inout Substring.UnicodeScalarView) -> Unicode.Scalar? {
        guard rest.popFirst() == "x", rest.popFirst() == "{" else { return nil }
        var value: UInt32 = 0
        for _ in 0...maximumDigits {
            guard let scalar = rest.popFirst() else { return nil }
            if scalar == "}" { return Unicode.Scalar(value) }
            guard let digit = UInt8(exactly: scalar.value)?.hexadecimalValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return nil
    }
}

extension UInt8 {
    /// The value of a hexadecimal digit of either case.
    fileprivate var hexadecimalValue: UInt8? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): self - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): self - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): self - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
