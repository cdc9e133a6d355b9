@_spi(_Unicode) import Swift

/// One mailbox as the envelope knows it: a local part of at most 64 octets and a domain (RFC 5321 §4.1.2, RFC 6531).
///
/// Equality compares the local part as written, because RFC 5321 §2.4 lets its case matter; `lookupKey` is for finding an address
/// without regard to case.
package struct EmailAddress: Hashable, Sendable, CustomStringConvertible {
    /// What the local part means, without quotes.
    package let localPart: String
    package let domain: MailboxDomain

    /// RFC 5321 §4.5.3.1.3: a path has 256 octets, two of them its brackets.
    package static let maximumOctets = 254

    /// Reads `local@domain`, without angle brackets.
    ///
    /// - Throws: which side is wrong and why.
    package init(_ text: some StringProtocol) throws(MailSyntaxError) {
        // Quoted pairs and U-labels shrink; ten times the limit is beyond repair and not worth a look.
        guard text.utf8.count <= Self.maximumOctets * 10 else { throw .addressTooLong }
        guard let separator = text.lastIndex(of: "@") else { throw .missingAtSign }
        try self.init(
            readLocalPart: LocalPart.read(text[..<separator]),
            domain: MailboxDomain(text[text.index(after: separator)...]))
    }

    /// Reads the inside of a path, `<…>` without its brackets: the source route of RFC 5321 §4.1.2 (`@a,@b:user@c`) is dropped,
    /// as the RFC demands of a receiver.
    ///
    /// - Throws: `.sourceRoute` for a route without end, else as the plain initializer.
    package init(path text: some StringProtocol) throws(MailSyntaxError) {
        guard text.hasPrefix("@") else {
            try self.init(text)
            return
        }
        guard let colon = Self.endOfRoute(text) else { throw .sourceRoute }
        try self.init(text[text.index(after: colon)...])
    }

    /// Reads the inside of a path from bytes as received.
    ///
    /// - Throws: `.notUTF8` when they are not UTF-8 (RFC 6531 §3.3), else as `init(path:)`.
    package init(pathBytes bytes: some Collection<UInt8>) throws(MailSyntaxError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8 }
        try self.init(path: text)
    }

    /// Puts an address together from a local part without quotes and a domain.
    ///
    /// - Throws: `.localPart` when it is empty, too long, or has control characters.
    package init(localPart: String, domain: MailboxDomain) throws(MailSyntaxError) {
        guard !localPart.isEmpty else { throw .localPart(.empty) }
        try self.init(readLocalPart: LocalPart.read(LocalPart.written(localPart)), domain: domain)
    }

    private init(readLocalPart: String, domain: MailboxDomain) throws(MailSyntaxError) {
        self.localPart = readLocalPart
        self.domain = domain
        guard description.utf8.count <= Self.maximumOctets else { throw .addressTooLong }
    }

    /// The wire form without brackets: quoted where needed, the domain in A-labels.
    package var description: String { "\(LocalPart.written(localPart))@\(domain)" }

    /// Whether the wire form needs SMTPUTF8. A domain never does: it is written in A-labels.
    package var isInternational: Bool { !localPart.utf8.allSatisfy { $0 < 0x80 } }

    /// One spelling for all cases of letters, composed (NFC): the key of look-ups and unique indexes.
    package var lookupKey: String {
        var key = String.UnicodeScalarView()
        for scalar in LocalPart.written(localPart).lowercased()._nfc { key.append(scalar) }
        return "\(String(key))@\(domain)"
    }

    /// The domain as a name; nil for an address literal.
    package var domainName: DomainName? { domain.name }

    private static func endOfRoute<Text: StringProtocol>(_ text: Text) -> Text.Index? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let isRoute = text[..<colon].split(separator: ",", omittingEmptySubsequences: false).allSatisfy { hop in
            hop.hasPrefix("@") && hop.utf8.count > 1 && hop.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 }
        }
        return isRoute ? colon : nil
    }
}

extension EmailAddress: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do throws(MailSyntaxError) {
            self = try EmailAddress(try container.decodedText())
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
