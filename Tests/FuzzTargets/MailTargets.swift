import Mail

enum MailTargets {
    /// The input is a message; every part of it is decoded.
    static func mime(_ bytes: [UInt8]) {
        var limits = MessageLimits()
        limits.decodedBytes = 1 << 20
        let structure = MessageReader(limits: limits).read(bytes)
        precondition(structure.parts.count <= limits.parts, "too many parts")
        for part in structure.parts {
            precondition(part.depth <= limits.depth, "too deep")
            precondition(part.decodedBody(limit: 1 << 16).bytes.count <= 1 << 16, "more than was asked for")
            _ = part.decodedText(limit: 1 << 16)
            _ = part.embeddedFiles(limit: 1 << 16)
            _ = (part.contentDisposition, part.contentID, part.isAttachment, part.embeddedFileNames)
        }
        if case .converted(let converted, _) = SevenBitConversion.convert(bytes, limits: limits) {
            precondition(!converted.contains { $0 >= 0x80 }, "not of seven bits")
        }
    }

    /// The input is a header, each field of which is read in every way there is.
    static func header(_ bytes: [UInt8]) {
        let header = MessageHeader.read(from: bytes)
        for field in header.prefix(200) {
            _ = (field.text, field.messageIDs, field.date, field.parameterized)
            for entry in field.addresses.entries.prefix(20) { _ = "\(entry)" }
        }
        guard let text = String(validating: bytes.prefix(1_000), as: UTF8.self) else { return }
        if let address = try? EmailAddress(text) {
            precondition((try? EmailAddress("\(address)")) == address, "an address that reads otherwise when it is written")
        }
        if let domain = try? DomainName(text) { precondition((try? DomainName(domain.ascii)) == domain, "a domain that reads otherwise") }
        let field = HeaderEncoding.unstructuredField("Subject", text)
        precondition(!field.contains { $0 >= 0x80 || $0 == 0 }, "an encoded field of eight bits")
        let lines = String(decoding: field, as: UTF8.self).split(separator: "\r\n", omittingEmptySubsequences: false)
        precondition(lines.dropFirst().dropLast().allSatisfy { $0.hasPrefix(" ") || $0.hasPrefix("\t") }, "a header field more")
    }

    private static let labels = [
        "utf-8", "iso-2022-jp", "shift_jis", "euc-jp", "windows-1252", "utf-16", "utf-7", "gb18030", "big5", "euc-kr", "x-unknown",
    ]

    /// The first byte chooses what the text says it is.
    static func charset(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let text = DecodedText(bytes.dropFirst(), charset: labels[Int(first) % labels.count])
        precondition(text.text.utf8.count <= 8 * bytes.count + 16, "out of proportion")
    }
}
