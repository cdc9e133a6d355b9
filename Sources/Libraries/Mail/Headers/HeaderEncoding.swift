/// Writes header fields: text beyond ASCII as encoded words (RFC 2047, UTF-8), parameters by RFC 2231, lines folded at 78.
///
/// Line ends in the input never reach the output: they count as blanks, so no field can be smuggled in through a value.
package enum HeaderEncoding {
    /// RFC 5322 §2.1.1, without CRLF.
    static let preferredLineBytes = 78
    /// RFC 2047 §2: one word, and the lines it stands in.
    static let maximumWordBytes = 75
    static let maximumWordLineBytes = 76

    /// An unstructured field such as `Subject`, with its final CRLF. `name` must be a field name (visible ASCII without a colon).
    package static func unstructuredField(_ name: String, _ text: String) -> [UInt8] {
        var line = FoldedField(name: name)
        line.appendText(clean(text))
        return line.finished()
    }

    /// A field of addresses such as `From`, with its final CRLF.
    package static func addressField(_ name: String, _ mailboxes: [HeaderMailbox]) -> [UInt8] {
        var line = FoldedField(name: name)
        for (index, mailbox) in mailboxes.enumerated() {
            let comma = index + 1 < mailboxes.count ? "," : ""
            let address = clean(mailbox.address).filter { $0 != " " }
            guard let display = mailbox.name, !display.isEmpty else {
                line.appendToken(address + comma)
                continue
            }
            line.appendPhrase(clean(display))
            line.appendToken("<\(address)>" + comma)
        }
        return line.finished()
    }

    /// A field of tokens that may be folded between them (`Received`, `References`, `Authentication-Results`), with its final CRLF.
    /// Tokens must be ASCII or, under SMTPUTF8, UTF-8; they are not encoded.
    package static func tokenField(_ name: String, _ tokens: [String]) -> [UInt8] {
        var line = FoldedField(name: name)
        for token in tokens { line.appendToken(clean(token)) }
        return line.finished()
    }

    /// A `Date` field, with its final CRLF.
    package static func dateField(_ name: String = "Date", _ date: MailDate) -> [UInt8] { tokenField(name, [date.formatted]) }

    /// A field with parameters such as `Content-Type`, with its final CRLF; values beyond ASCII by RFC 2231.
    package static func parameterizedField(_ name: String, _ value: String, _ parameters: [(name: String, value: String)]) -> [UInt8] {
        var line = FoldedField(name: name)
        line.appendToken(clean(value) + (parameters.isEmpty ? "" : ";"))
        for (index, parameter) in parameters.enumerated() {
            let pieces = ParameterEncoding.pieces(name: parameter.name, value: clean(parameter.value))
            for (pieceIndex, piece) in pieces.enumerated() {
                let isLast = index + 1 == parameters.count && pieceIndex + 1 == pieces.count
                line.appendToken(piece + (isLast ? "" : ";"))
            }
        }
        return line.finished()
    }

    /// Text as encoded words joined by blanks, or as it is when it is plain ASCII that needs none.
    package static func encodedText(_ text: String) -> String {
        let cleaned = clean(text)
        return needsEncoding(cleaned) ? EncodedWordWriter.words(cleaned, firstWordBytes: maximumWordBytes).joined(separator: " ") : cleaned
    }

    /// Beyond ASCII, or something a reader would take for an encoded word.
    static func needsEncoding(_ text: String) -> Bool { !text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } || text.contains("=?") }

    private static func clean(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
    }
}

/// One field being written, folded before the token that would make a line too long.
struct FoldedField {
    private var output: [UInt8]
    private var column: Int
    private var hasContent = false

    init(name: String) {
        output = Array(name.utf8) + [0x3A]
        column = output.count
    }

    /// Adds a token that must not be broken, with a blank or a fold before it.
    mutating func appendToken(_ token: String, limit: Int = HeaderEncoding.preferredLineBytes) {
        guard !token.isEmpty else { return }
        if hasContent, column + 1 + token.utf8.count > limit {
            output += [0x0D, 0x0A]
            column = 0
        }
        output.append(0x20)
        output += token.utf8
        column += 1 + token.utf8.count
        hasContent = true
    }

    /// Adds text for people; runs of blanks in plain ASCII are kept, one of them carrying the fold.
    mutating func appendText(_ text: String) {
        guard !HeaderEncoding.needsEncoding(text), !Self.hasLongWord(text) else {
            appendWords(text)
            return
        }
        var pending = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            // Empty pieces are further blanks; they stay in front of the next word.
            if word.isEmpty {
                pending += " "
            } else {
                appendToken(pending + word)
                pending = ""
            }
        }
    }

    /// Adds a display name: bare when it consists of atoms, quoted when of ASCII, else encoded.
    mutating func appendPhrase(_ text: String) {
        if HeaderEncoding.needsEncoding(text) || Self.hasLongWord(text) {
            appendWords(text)
        } else if text.utf8.allSatisfy({ Self.isAtomText($0) || $0 == 0x20 }) {
            appendText(text)
        } else {
            appendToken("\"" + text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\"")
        }
    }

    func finished() -> [UInt8] { output + [0x0D, 0x0A] }

    private mutating func appendWords(_ text: String) {
        let room = HeaderEncoding.maximumWordLineBytes - column - 1
        // A first word that would be tiny is not worth it: it starts on a line of its own.
        let first = room >= 30 ? min(room, HeaderEncoding.maximumWordBytes) : HeaderEncoding.maximumWordBytes
        for word in EncodedWordWriter.words(text, firstWordBytes: first) { appendToken(word, limit: HeaderEncoding.maximumWordLineBytes) }
    }

    /// A word of ASCII that no fold could keep under the hard limit of a line (RFC 5322 §2.1.1).
    private static func hasLongWord(_ text: String) -> Bool { text.split(separator: " ").contains { $0.utf8.count > 900 } }

    private static func isAtomText(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F, 0x5E...0x60, 0x7B...0x7E: true
        default: false
        }
    }
}

/// Cuts text into encoded words at whole characters.
enum EncodedWordWriter {
    private static let quotedPrefix = "=?UTF-8?Q?"
    private static let base64Prefix = "=?UTF-8?B?"
    private static let suffix = "?="
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Words of at most 75 octets, the first of at most `firstWordBytes`. Q where most of it is ASCII, else B.
    static func words(_ text: String, firstWordBytes: Int) -> [String] {
        let high = text.utf8.lazy.filter { $0 >= 0x80 }.count
        let usesQuoting = high * 3 < text.utf8.count
        var words: [String] = []
        var current: [UInt8] = []
        var width = 0
        var room = max(firstWordBytes, 30) - quotedPrefix.utf8.count - suffix.utf8.count
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            let added = usesQuoting ? bytes.reduce(0) { $0 + quoted($1).count } : 0
            let next = usesQuoting ? width + added : (current.count + bytes.count + 2) / 3 * 4
            if next > room, !current.isEmpty {
                words.append(word(current, usesQuoting))
                current = []
                width = 0
                room = HeaderEncoding.maximumWordBytes - quotedPrefix.utf8.count - suffix.utf8.count
            }
            current += bytes
            width += added
        }
        if !current.isEmpty { words.append(word(current, usesQuoting)) }
        return words
    }

    private static func word(_ bytes: [UInt8], _ usesQuoting: Bool) -> String {
        usesQuoting
            ? quotedPrefix + String(decoding: bytes.flatMap(quoted), as: UTF8.self) + suffix
            : base64Prefix + String(decoding: Base64.encode(bytes[...]), as: UTF8.self) + suffix
    }

    /// Only what RFC 2047 §5 (3) allows in a phrase stays as it is, so a word may stand anywhere.
    private static func quoted(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x2A, 0x2B, 0x2D, 0x2F: [byte]
        case 0x20: [0x5F]
        default: [0x3D, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}

/// Writes one parameter: token, quoted string, or RFC 2231 with continuations.
enum ParameterEncoding {
    private static let maximumPieceBytes = 60
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func pieces(name: String, value: String) -> [String] {
        if value.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }), value.utf8.count <= maximumPieceBytes {
            return ["\(name)=\(isToken(value) ? value : quoted(value))"]
        }
        var pieces: [String] = []
        var current = "UTF-8''"
        for scalar in value.unicodeScalars {
            let encoded = String(decoding: String(scalar).utf8.flatMap(percent), as: UTF8.self)
            if current.utf8.count + encoded.utf8.count > maximumPieceBytes {
                pieces.append(current)
                current = ""
            }
            current += encoded
        }
        pieces.append(current)
        guard pieces.count > 1 else { return ["\(name)*=\(pieces[0])"] }
        return pieces.enumerated().map { "\(name)*\($0.offset)*=\($0.element)" }
    }

    private static func quoted(_ value: String) -> String {
        "\"" + value.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] } + "\""
    }

    private static func isToken(_ value: String) -> Bool { !value.isEmpty && value.utf8.allSatisfy { isAttributeCharacter($0) } }

    private static func percent(_ byte: UInt8) -> [UInt8] {
        isAttributeCharacter(byte) ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
    }

    /// RFC 2231 §7 attribute-char.
    private static func isAttributeCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x21, 0x23, 0x24, 0x26, 0x2B, 0x2D, 0x2E, 0x5E, 0x5F, 0x60, 0x7B...0x7E: true
        default: false
        }
    }
}
