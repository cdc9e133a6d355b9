package import NIOCore

/// One reply of a server: code, optional enhanced code, and lines of text (RFC 5321 §4.2, RFC 2034).
package struct SMTPReply: Sendable, Hashable {
    /// What the first digit says about the command.
    package enum Category: Sendable, Hashable {
        /// 2: done.
        case completion
        /// 3: go on.
        case intermediate
        /// 4: failed, try again later.
        case transientFailure
        /// 5: failed for good.
        case permanentFailure
    }

    /// 200 to 599.
    package let code: Int
    /// Written at the beginning of each line; nil for greetings, EHLO, 3xx replies.
    package var enhancedCode: EnhancedStatusCode?
    /// The text, one element a line, without codes; never empty as a whole.
    package var lines: [String]

    /// Lines beyond this number are not written; no client is bound to read more.
    package static let maximumLines = 100

    /// A reply; a code outside 200 to 599 is a programmer's error. Empty `lines` become one empty line.
    package init(_ code: Int, _ enhancedCode: EnhancedStatusCode? = nil, lines: [String]) {
        precondition((200...599).contains(code))
        self.code = code
        self.enhancedCode = enhancedCode
        self.lines = lines.isEmpty ? [""] : lines
    }

    /// A reply of one line with an enhanced code.
    package init(_ code: Int, _ enhancedCode: EnhancedStatusCode?, _ text: String) {
        self.init(code, enhancedCode, lines: [text])
    }

    /// A reply of one line without an enhanced code.
    package init(_ code: Int, _ text: String) {
        self.init(code, nil, lines: [text])
    }

    /// What the first digit says.
    package var category: Category {
        switch code / 100 {
        case 2: .completion
        case 3: .intermediate
        case 4: .transientFailure
        default: .permanentFailure
        }
    }

    /// All lines joined by a space, without codes: for logs and reports.
    package var text: String { lines.joined(separator: " ") }
}

extension SMTPReply {
    /// Appends the reply as it goes over the wire.
    ///
    /// What a line must not hold never gets there: control characters become spaces, and a line that would exceed 512
    /// octets is cut between two characters (RFC 5321 §4.5.3.1.5).
    ///
    /// - Parameter allowsUTF8: whether the peer asked for SMTPUTF8 (RFC 6531 §3.7.4.1); otherwise each character
    ///   outside ASCII becomes `?`.
    package func write(into buffer: inout ByteBuffer, allowsUTF8: Bool = false) {
        let prefix = enhancedCode.map { "\($0) " } ?? ""
        let written = lines.prefix(Self.maximumLines)
        for (index, line) in written.enumerated() {
            let start = buffer.writerIndex
            buffer.writeString("\(code)\(index == written.count - 1 ? " " : "-")\(prefix)")
            Self.write(line, into: &buffer, before: start + SMTPLimits.replyLine - 2, allowsUTF8)
            buffer.writeStaticString("\r\n")
        }
    }

    private static func write(_ line: String, into buffer: inout ByteBuffer, before end: Int, _ allowsUTF8: Bool) {
        if line.utf8.count <= end - buffer.writerIndex, line.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) {
            buffer.writeString(line)
            return
        }
        for scalar in line.unicodeScalars {
            let octets = UTF8.encode(scalar)
            guard buffer.writerIndex + (octets?.count ?? 1) <= end else { return }
            if scalar.isControl {
                buffer.writeInteger(UInt8(ascii: " "))
            } else if scalar.isASCII || allowsUTF8, let octets {
                buffer.writeBytes(octets)
            } else {
                buffer.writeInteger(UInt8(ascii: "?"))
            }
        }
    }
}

extension SMTPReply: CustomStringConvertible {
    /// One line for the log: codes and text; control characters appear as spaces.
    package var description: String {
        let prefix = enhancedCode.map { "\(code) \($0) " } ?? "\(code) "
        return prefix + text.withoutControlCharacters
    }
}

extension Unicode.Scalar {
    /// C0, DEL, C1, and the separators that some programs take for line ends.
    var isControl: Bool {
        value < 0x20 || (0x7f...0x9f).contains(value) || value == 0x2028 || value == 0x2029
    }
}

extension String {
    /// The text with a space for each control character.
    var withoutControlCharacters: String {
        if utf8.allSatisfy({ (0x20...0x7e).contains($0) }) { return self }
        var scalars = String.UnicodeScalarView()
        for scalar in unicodeScalars { scalars.append(scalar.isControl ? " " : scalar) }
        return String(scalars)
    }
}
