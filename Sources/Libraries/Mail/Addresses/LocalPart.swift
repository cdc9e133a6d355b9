/// The rules of the left side of an address (RFC 5321 §4.1.2, RFC 6531 §3.3): reading it, and writing it with quotes where needed.
enum LocalPart {
    /// RFC 5321 §4.5.3.1.1, counted on the wire form.
    static let maximumOctets = 64

    /// Reads a dot-string or quoted string and returns what it means, without quotes.
    ///
    /// Dots at the ends and in a row are accepted outside quotes: Japanese mobile carriers gave out such addresses for years. They are
    /// written in quotes, which is their valid form.
    static func read(_ text: some StringProtocol) throws(MailSyntaxError) -> String {
        guard !text.isEmpty else { throw .localPart(.empty) }
        // A quoted pair doubles each octet; nothing longer can mean 64 octets or fewer.
        guard text.utf8.count <= maximumOctets * 2 + 2 else { throw .localPart(.tooLong) }
        let meaning = text.utf8.first == 0x22 ? try unquoted(text) : try plain(text)
        guard written(meaning).utf8.count <= maximumOctets else { throw .localPart(.tooLong) }
        return meaning
    }

    /// The wire form: bare when it is a dot-string, else quoted.
    static func written(_ meaning: String) -> String {
        if isDotString(meaning) { return meaning }
        var result = String.UnicodeScalarView()
        result.append("\"")
        for scalar in meaning.unicodeScalars {
            if scalar == "\"" || scalar == "\\" { result.append("\\") }
            result.append(scalar)
        }
        result.append("\"")
        return String(result)
    }

    private static func plain(_ text: some StringProtocol) throws(MailSyntaxError) -> String {
        guard text.unicodeScalars.allSatisfy({ isAtomText($0) || $0 == "." }) else { throw .localPart(.invalidCharacter) }
        return String(text)
    }

    private static func unquoted(_ text: some StringProtocol) throws(MailSyntaxError) -> String {
        var result = String.UnicodeScalarView()
        var isEscaped = false
        var isClosed = false
        for scalar in text.unicodeScalars.dropFirst() {
            guard !isClosed, isQuotable(scalar) else { throw .localPart(.invalidCharacter) }
            if isEscaped {
                result.append(scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else if scalar == "\"" {
                isClosed = true
            } else {
                result.append(scalar)
            }
        }
        guard isClosed else { throw .localPart(.unterminatedQuote) }
        return String(result)
    }

    private static func isDotString(_ text: String) -> Bool {
        var isAtomStart = true
        for scalar in text.unicodeScalars {
            if scalar == "." {
                if isAtomStart { return false }
                isAtomStart = true
            } else {
                guard isAtomText(scalar) else { return false }
                isAtomStart = false
            }
        }
        return !isAtomStart
    }

    /// RFC 5322 atext, and every non-ASCII character that is not a control (RFC 6531 §3.3).
    private static func isAtomText(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F, 0x5E...0x60, 0x7B...0x7E: true
        default: isInternational(scalar)
        }
    }

    private static func isQuotable(_ scalar: Unicode.Scalar) -> Bool {
        (0x20...0x7E).contains(scalar.value) || isInternational(scalar)
    }

    private static func isInternational(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0xA0: false
        // Line and paragraph separators and the byte order mark would let a log or a page show something else than what is routed.
        case 0x2028, 0x2029, 0xFEFF, 0xFFFD: false
        default: true
        }
    }
}
