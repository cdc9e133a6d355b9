@_spi(_Unicode) import Swift

/// A mail domain as DNS, look-ups and the wire know it: lower-case A-labels (RFC 5890), at most 255 octets, labels at most 63.
///
/// U-labels are accepted and converted; `ascii` is the only stored form, so two spellings of one domain are equal. Underscores are
/// accepted because real sender domains have them. A wholly numeric last label is refused: it is an IPv4 address out of its brackets.
package struct DomainName: Hashable, Sendable, CustomStringConvertible, Comparable {
    /// Lower-case ASCII, `xn--` labels for international ones, without a final dot.
    package let ascii: String

    /// RFC 5321 §4.5.3.1.2.
    package static let maximumOctets = 255
    /// RFC 1035 §2.3.4.
    package static let maximumLabelOctets = 63

    /// Reads a domain written with A-labels, U-labels or both; letters of either case; IDEOGRAPHIC FULL STOP counts as a dot.
    ///
    /// - Throws: `MailSyntaxError.domain` with the rule that is broken.
    package init(_ text: some StringProtocol) throws(MailSyntaxError) {
        guard !text.isEmpty else { throw .domain(.empty) }
        // Four octets a scalar is UTF-8's worst case; nothing longer can shrink to a valid name.
        guard text.utf8.count <= Self.maximumOctets * 4 else { throw .domain(.tooLong) }
        var labels: [String] = []
        for label in Self.labels(of: text) {
            labels.append(try Self.asciiLabel(label))
        }
        if let last = labels.last, last.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) { throw .domain(.numericTopLevel) }
        let joined = labels.joined(separator: ".")
        guard joined.utf8.count <= Self.maximumOctets else { throw .domain(.tooLong) }
        ascii = joined
    }

    package var description: String { ascii }

    /// For people: U-labels where an A-label is genuine, the A-label itself where it is not.
    package var unicode: String {
        ascii.split(separator: ".").map { label in Self.unicodeLabel(label) ?? String(label) }.joined(separator: ".")
    }

    /// From the left, without dots, in ASCII.
    package var labels: [Substring] { ascii.split(separator: ".") }

    /// The domain without its leftmost label; nil for a single label.
    package var parent: DomainName? {
        guard let dot = ascii.firstIndex(of: ".") else { return nil }
        return DomainName(validated: String(ascii[ascii.index(after: dot)...]))
    }

    /// Whether this is `domain` itself or a name below it.
    package func isEqualOrBelow(_ domain: DomainName) -> Bool {
        ascii == domain.ascii || ascii.hasSuffix("." + domain.ascii)
    }

    package static func < (left: DomainName, right: DomainName) -> Bool { left.ascii < right.ascii }

    private init(validated ascii: String) { self.ascii = ascii }
}

extension DomainName: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do throws(MailSyntaxError) {
            self = try DomainName(try container.decodedText())
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(ascii)
    }
}

extension SingleValueDecodingContainer {
    /// The text of the value; a value of another type counts as text of the wrong form.
    func decodedText() throws(MailSyntaxError) -> String {
        do { return try decode(String.self) } catch { throw .notUTF8 }
    }
}

extension DomainName {
    private static let asciiPrefix = "xn--"

    private static func labels(of text: some StringProtocol) -> [String] {
        var labels: [String] = []
        var current = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x2E, 0x3002, 0xFF0E, 0xFF61:
                labels.append(String(current))
                current = String.UnicodeScalarView()
            case 0xFF01...0xFF5E:
                // Japanese input methods leave full-width letters behind; UTS 46 maps them too.
                current.append(Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value - 0xFEE0)))
            default: current.append(scalar)
            }
        }
        labels.append(String(current))
        return labels
    }

    private static func asciiLabel(_ label: String) throws(MailSyntaxError) -> String {
        guard !label.isEmpty else { throw .domain(.emptyLabel) }
        let lowered = label.lowercased()
        if lowered.utf8.allSatisfy({ $0 < 0x80 }) {
            try validate(lowered)
            return lowered
        }
        let composed = normalized(lowered)
        guard composed.unicodeScalars.allSatisfy(isAllowedInUnicodeLabel) else { throw .domain(.invalidCharacter) }
        guard let first = composed.unicodeScalars.first, !isMark(first) else { throw .domain(.invalidCharacter) }
        guard let encoded = Punycode.encode(composed) else { throw .domain(.labelTooLong) }
        let result = asciiPrefix + encoded
        try validate(result)
        return result
    }

    private static func validate(_ label: String) throws(MailSyntaxError) {
        guard label.utf8.count <= maximumLabelOctets else { throw .domain(.labelTooLong) }
        guard label.utf8.first != 0x2D, label.utf8.last != 0x2D else { throw .domain(.hyphenAtEdge) }
        for byte in label.utf8 {
            switch byte {
            case 0x61...0x7A, 0x30...0x39, 0x2D, 0x5F: continue
            default: throw .domain(.invalidCharacter)
            }
        }
    }

    /// A genuine A-label decodes to a U-label that encodes to it again (RFC 5890 §2.3.2.1); a fake one is left as it is.
    private static func unicodeLabel(_ label: Substring) -> String? {
        guard label.hasPrefix(asciiPrefix), let decoded = Punycode.decode(String(label.dropFirst(asciiPrefix.count))) else { return nil }
        do throws(MailSyntaxError) {
            return try asciiLabel(decoded) == label ? decoded : nil
        } catch {
            return nil  // Not a label at all: the reader is shown the A-label.
        }
    }

    private static func normalized(_ text: String) -> String {
        var view = String.UnicodeScalarView()
        for scalar in text._nfc { view.append(scalar) }
        return String(view)
    }

    /// RFC 5892 in short: letters, marks, digits and the few joiners; ASCII only where a host name has it.
    private static func isAllowedInUnicodeLabel(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII {
            return scalar.properties.isAlphabetic || (0x30...0x39).contains(scalar.value) || scalar == "-" || scalar == "_"
        }
        switch scalar.properties.generalCategory {
        case .lowercaseLetter, .uppercaseLetter, .otherLetter, .modifierLetter, .nonspacingMark, .spacingMark, .decimalNumber: return true
        default: return [0xB7, 0x375, 0x5F3, 0x5F4, 0x30FB, 0x200C, 0x200D].contains(scalar.value)
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }
}
