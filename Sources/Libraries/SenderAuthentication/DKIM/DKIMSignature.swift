package import Mail

/// What a signature field says (RFC 6376 §3.5); ARC's message signature has the same tags (RFC 8617 §4.1.2).
package struct DKIMSignature: Sendable {
    /// Which field it stands in.
    enum Kind {
        case signature
        case arcMessageSignature
    }

    package let algorithm: DKIMAlgorithm
    package let headerCanonicalization: DKIMCanonicalization
    package let bodyCanonicalization: DKIMCanonicalization
    /// Signing domain, `d=`.
    package let domain: DomainName
    /// `s=`, in lower case.
    package let selector: String
    /// Whom it is signed for, `i=`; `@domain` when the tag is missing.
    package let identity: String
    /// Names of the signed fields in lower case, in the order of `h=`.
    package let signedFields: [String]
    /// How many bytes of the canonical body are signed; nil for all.
    package let bodyLength: Int?
    /// Seconds since 1970.
    package let signedAt: Int?
    package let expiresAt: Int?
    let bodyHash: [UInt8]
    let signature: [UInt8]
    /// The first characters of `b=`, which tell signatures of one domain apart (RFC 6008).
    package let signaturePrefix: String
    /// Where the value of `b=` lies in the field.
    let signatureRange: Range<Int>

    /// Where the key is found (RFC 6376 §3.6.2.1).
    package var keyName: String { "\(selector)._domainkey.\(domain.ascii)" }

    /// - Parameter field: the whole field, name included.
    /// - Throws: the first thing that makes it useless.
    init(field: ArraySlice<UInt8>, kind: Kind = .signature) throws(DKIMFault) {
        guard field.count <= DKIMLimits.signatureBytes else { throw .signatureTooLong }
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { throw .syntax("field") }
        let tags = try Self.tags(field[(colon + 1)...])
        if kind == .signature { try Self.checkVersion(tags) }
        algorithm = try Self.algorithm(tags)
        (headerCanonicalization, bodyCanonicalization) = try Self.canonicalization(tags)
        domain = try Self.domain(tags)
        selector = try Self.selector(tags)
        identity = kind == .signature ? try Self.identity(tags, domain) : "@\(domain.ascii)"
        signedFields = try Self.signedFields(tags, kind)
        bodyLength = try Self.number(tags, "l", mostDigits: 18)
        signedAt = try Self.number(tags, "t", mostDigits: 12)
        expiresAt = try Self.number(tags, "x", mostDigits: 12)
        if let signedAt, let expiresAt, expiresAt < signedAt { throw .syntax("x") }
        try Self.checkQueryMethod(tags)
        bodyHash = try Self.data(tags, "bh")
        signature = try Self.data(tags, "b")
        signaturePrefix = String(
            decoding: (tags.bytes("b") ?? []).lazy.filter { !$0.isBlankOrLineEnding }.prefix(8), as: UTF8.self)
        signatureRange = tags.tag("b")?.wholeValue ?? 0..<0
    }

    /// The field as it was when it was signed: with an empty `b=` (RFC 6376 §3.7).
    func unsigned(_ field: ArraySlice<UInt8>) -> [UInt8] {
        Array(field[..<signatureRange.lowerBound]) + Array(field[signatureRange.upperBound...])
    }

    static func tags(_ bytes: ArraySlice<UInt8>) throws(DKIMFault) -> TagList {
        do throws(TagList.Fault) {
            return try TagList(bytes)
        } catch {
            switch error {
            case .duplicate(let name): throw .duplicateTag(name)
            case .malformed, .tooMany: throw .syntax("tag list")
            }
        }
    }

    private static func checkVersion(_ tags: TagList) throws(DKIMFault) {
        guard let version = tags.text("v") else { throw .missingTag("v") }
        guard version == "1" else { throw .unsupported("v=\(version)") }
    }

    static func algorithm(_ tags: TagList) throws(DKIMFault) -> DKIMAlgorithm {
        guard let name = tags.text("a") else { throw .missingTag("a") }
        guard let algorithm = DKIMAlgorithm(rawValue: name.lowercased()) else { throw .unsupported("a=\(name)") }
        return algorithm
    }

    private static func canonicalization(
        _ tags: TagList
    ) throws(DKIMFault) -> (header: DKIMCanonicalization, body: DKIMCanonicalization) {
        guard let text = tags.text("c") else { return (.simple, .simple) }
        let names = text.lowercased().split(separator: "/", omittingEmptySubsequences: false)
        guard names.count <= 2, let header = DKIMCanonicalization(rawValue: String(names[0])),
            let body = names.count == 2 ? DKIMCanonicalization(rawValue: String(names[1])) : .simple
        else { throw .unsupported("c=\(text)") }
        return (header, body)
    }

    static func domain(_ tags: TagList) throws(DKIMFault) -> DomainName {
        guard let text = tags.text("d") else { throw .missingTag("d") }
        do throws(MailSyntaxError) {
            return try DomainName(text)
        } catch {
            throw .syntax("d")
        }
    }

    static func selector(_ tags: TagList) throws(DKIMFault) -> String {
        guard let text = tags.text("s") else { throw .missingTag("s") }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy { SPFSyntax.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
        }
        guard isName, text.utf8.count <= 200 else { throw .syntax("s") }
        return text.lowercased()
    }

    /// Its domain must be the signing domain or below it (RFC 6376 §3.5).
    private static func identity(_ tags: TagList, _ domain: DomainName) throws(DKIMFault) -> String {
        guard let value = tags.bytes("i") else { return "@\(domain.ascii)" }
        let text = String(decoding: decodedQuotedPrintable(value), as: UTF8.self)
        guard let separator = text.lastIndex(of: "@"), let host = try? DomainName(text[text.index(after: separator)...]) else {
            throw .syntax("i")
        }
        guard host.isEqualOrBelow(domain) else { throw .foreignIdentity }
        return text
    }

    /// RFC 6376 §2.11: blanks mean nothing, `=` and two hexadecimal digits mean an octet.
    private static func decodedQuotedPrintable(_ value: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = value
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "="), let octet = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                result.append(octet)
                rest = rest.dropFirst(2)
            } else if !byte.isBlankOrLineEnding {
                result.append(byte)
            }
        }
        return result
    }

    private static func signedFields(_ tags: TagList, _ kind: Kind) throws(DKIMFault) -> [String] {
        guard let value = tags.bytes("h") else { throw .missingTag("h") }
        let names = value.pieces(separatedBy: UInt8(ascii: ":")).map { String(decoding: $0.map(\.spfLowercased), as: UTF8.self) }
        guard names.count <= DKIMLimits.signedFields else { throw .tooManySignedFields }
        guard names.contains("from") else { throw .fromNotSigned }
        // RFC 8617 §4.1.2: it must not sign the seals.
        if kind == .arcMessageSignature, names.contains("arc-seal") { throw .syntax("h") }
        return names
    }

    static func number(_ tags: TagList, _ name: String, mostDigits: Int) throws(DKIMFault) -> Int? {
        guard let value = tags.bytes(name) else { return nil }
        guard !value.isEmpty, value.count <= mostDigits, value.allSatisfy(SPFSyntax.isDigit) else { throw .syntax(name) }
        return value.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }

    private static func checkQueryMethod(_ tags: TagList) throws(DKIMFault) {
        guard let text = tags.text("q") else { return }
        let methods = text.split(separator: ":").map { String($0).lowercased().filter { !$0.isWhitespace } }
        guard methods.contains("dns/txt") || methods.contains("dns") else { throw .unsupported("q=\(text)") }
    }

    static func data(_ tags: TagList, _ name: String) throws(DKIMFault) -> [UInt8] {
        guard let value = tags.bytes(name) else { throw .missingTag(name) }
        guard let data = Base64Text.decode(value), !data.isEmpty else { throw .syntax(name) }
        return data
    }
}
