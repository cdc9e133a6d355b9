/// One mailbox of a header field: what a reader is shown, and the address as written.
package struct HeaderMailbox: Hashable, Sendable {
    /// The display name, or the comment behind a bare address; decoded; nil when there is none.
    package var name: String?
    /// As written, without comments, blanks and source route; possibly no valid address at all; empty when only a name is there.
    package var address: String

    package init(name: String?, address: String) {
        self.name = name
        self.address = address
    }

    /// The address by RFC 5321; nil when what is written is none.
    package var emailAddress: EmailAddress? {
        do throws(MailSyntaxError) {
            return try EmailAddress(address)
        } catch {
            return nil  // Not valid is an answer here, not a failure.
        }
    }
}

/// The addresses of a header field (RFC 5322 §3.4 with groups and obsolete forms, RFC 6532).
package struct AddressList: Hashable, Sendable {
    package enum Entry: Hashable, Sendable {
        case mailbox(HeaderMailbox)
        /// A named group; may be empty (`undisclosed-recipients:;`).
        case group(name: String, members: [HeaderMailbox])
    }

    package var entries: [Entry]

    package init(entries: [Entry]) { self.entries = entries }

    /// Reads an unfolded field body; what is no address is left out. Linear in the length of `bytes`.
    package init(parsing bytes: [UInt8]) {
        var parser = AddressListParser(bytes)
        entries = parser.parse()
    }

    /// All mailboxes in order, those of groups included.
    package var mailboxes: [HeaderMailbox] {
        entries.flatMap { entry in
            switch entry {
            case .mailbox(let mailbox): [mailbox]
            case .group(_, let members): members
            }
        }
    }
}

/// Builds entries from tokens.
private struct AddressListParser {
    private var tokenizer: AddressTokenizer
    private var entries: [AddressList.Entry] = []
    private var group: (name: String, members: [HeaderMailbox])?
    private var words: [AddressTokenizer.SpacedToken] = []
    /// Whether there is an at sign among `words`; kept, because looking for it at every colon would take quadratic time.
    private var hasAtSign = false
    private var comments: [[UInt8]] = []
    private var angle: [UInt8]?
    /// Whether there is an at sign in `angle`; kept for the same reason.
    private var hasAtSignInAngle = false
    private var isInsideAngle = false
    /// Whether the words being collected follow an angle address without a comma.
    private var isTrailing = false

    init(_ bytes: [UInt8]) { tokenizer = AddressTokenizer(bytes) }

    mutating func parse() -> [AddressList.Entry] {
        while let token = tokenizer.next() { take(token) }
        finishMailbox()
        finishGroup()
        return entries
    }

    private mutating func take(_ spaced: AddressTokenizer.SpacedToken) {
        if case .comment(let text) = spaced.token {
            comments.append(text)
        } else if isInsideAngle {
            takeInsideAngle(spaced.token)
        } else if case .special(let byte) = spaced.token {
            takeSpecial(byte, spaced)
        } else {
            // Text behind the angle address without a comma begins the next mailbox.
            if angle != nil {
                finishMailbox()
                isTrailing = true
            }
            words.append(spaced)
        }
    }

    private mutating func takeSpecial(_ byte: UInt8, _ spaced: AddressTokenizer.SpacedToken) {
        switch byte {
        case 0x3C:
            if angle != nil { finishMailbox() }
            openAngle()
            isInsideAngle = true
        case 0x2C: finishMailbox()
        case 0x3B:
            finishMailbox()
            finishGroup()
        case 0x3A where group == nil && angle == nil && !hasAtSign:
            group = (Self.text(of: words), [])
            words = []
            comments = []
        case 0x3E: break
        default:
            if byte == 0x40 { hasAtSign = true }
            words.append(spaced)
        }
    }

    private mutating func openAngle() {
        angle = []
        hasAtSignInAngle = false
    }

    private mutating func takeInsideAngle(_ token: AddressTokenizer.Token) {
        switch token {
        case .special(0x3E): isInsideAngle = false
        // A comma before any at sign belongs to a source route, after one the bracket was forgotten.
        case .special(0x2C) where hasAtSignInAngle && angle?.first != 0x40:
            isInsideAngle = false
            finishMailbox()
        case .special(0x3C): openAngle()
        default:
            let added = Self.addressBytes(token)
            if added.contains(0x40) { hasAtSignInAngle = true }
            angle?.append(contentsOf: added)
        }
    }

    private mutating func finishMailbox() {
        defer {
            words = []
            hasAtSign = false
            comments = []
            angle = nil
            hasAtSignInAngle = false
            isInsideAngle = false
            isTrailing = false
        }
        guard let mailbox = angle.map(mailboxWithAngle) ?? bareMailbox() else { return }
        if group != nil { group?.members.append(mailbox) } else { entries.append(.mailbox(mailbox)) }
    }

    private mutating func finishGroup() {
        if let group { entries.append(.group(name: group.name, members: group.members)) }
        group = nil
    }

    private func mailboxWithAngle(_ address: [UInt8]) -> HeaderMailbox {
        let name = words.isEmpty ? commentText : Self.text(of: words)
        return HeaderMailbox(name: name.flatMap { $0.isEmpty ? nil : $0 }, address: Self.withoutRoute(address))
    }

    /// Without angle brackets: the address is what holds together around the at sign, words before it are a name.
    private func bareMailbox() -> HeaderMailbox? {
        guard !words.isEmpty else { return nil }
        guard let atSign = words.lastIndex(where: Self.isAtSign) else {
            let text = Self.text(of: words)
            guard !text.isEmpty, !isTrailing else { return nil }
            // A single word may be a local user; several are a name whose address is missing.
            return words.count == 1 ? HeaderMailbox(name: commentText, address: text) : HeaderMailbox(name: text, address: "")
        }
        var start = atSign
        while start > 0,
            start == atSign || !words[start].hasSpaceBefore || Self.endsInDot(words[start - 1]) || Self.startsWithDot(words[start])
        {
            start -= 1
        }
        let address = words[start...].flatMap { Self.addressBytes($0.token) }
        let name = start > 0 ? Self.text(of: Array(words[..<start])) : commentText
        return HeaderMailbox(name: name, address: Self.decodedAddress(address))
    }

    private var commentText: String? {
        guard let text = comments.last(where: { !$0.isEmpty }) else { return nil }
        return EncodedWord.decode(text).trimmingBlanks
    }

    private static func isAtSign(_ spaced: AddressTokenizer.SpacedToken) -> Bool {
        if case .special(0x40) = spaced.token { true } else { false }
    }

    private static func endsInDot(_ spaced: AddressTokenizer.SpacedToken) -> Bool {
        if case .atom(let bytes) = spaced.token { bytes.last == 0x2E } else { false }
    }

    private static func startsWithDot(_ spaced: AddressTokenizer.SpacedToken) -> Bool {
        if case .atom(let bytes) = spaced.token { bytes.first == 0x2E } else { false }
    }

    /// The display text: tokens with one blank where blanks were, encoded words decoded.
    private static func text(of words: [AddressTokenizer.SpacedToken]) -> String {
        var raw: [UInt8] = []
        for word in words {
            if word.hasSpaceBefore, !raw.isEmpty { raw.append(0x20) }
            switch word.token {
            case .atom(let bytes), .domainLiteral(let bytes): raw += bytes
            case .quoted(let bytes), .comment(let bytes): raw += bytes
            case .special(let byte): raw.append(byte)
            }
        }
        return EncodedWord.decode(raw).trimmingBlanks
    }

    /// A token as part of an address: quotes are put back where the content needs them.
    private static func addressBytes(_ token: AddressTokenizer.Token) -> [UInt8] {
        switch token {
        case .atom(let bytes), .domainLiteral(let bytes): Array(bytes)
        case .special(let byte): [byte]
        case .quoted(let bytes): Array(LocalPart.written(DecodedText(bytes[...], charset: nil).text).utf8)
        case .comment: []
        }
    }

    private static func withoutRoute(_ address: [UInt8]) -> String {
        guard address.first == 0x40, let colon = address.firstIndex(of: 0x3A) else { return decodedAddress(address) }
        return decodedAddress(Array(address[(colon + 1)...]))
    }

    /// Some programs wrongly encode the whole address; a reader is shown the decoded one.
    private static func decodedAddress(_ bytes: [UInt8]) -> String { EncodedWord.decode(bytes).trimmingBlanks }
}

extension String {
    /// Without blanks and line ends at both ends.
    var trimmingBlanks: String {
        let isBlank: (Unicode.Scalar) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" }
        guard let first = unicodeScalars.first, let last = unicodeScalars.last, isBlank(first) || isBlank(last) else { return self }
        let leading = unicodeScalars.drop(while: isBlank)
        let kept = leading.reversed().drop(while: isBlank).reversed()
        return String(String.UnicodeScalarView(kept))
    }
}
