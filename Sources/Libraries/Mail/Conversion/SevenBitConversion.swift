/// Rewrites an 8BITMIME message so that a next hop without that extension can take it (RFC 6152 §3, RFC 2045 §6).
///
/// Only parts with octets beyond ASCII are re-encoded; every other byte stays as it was. Header text beyond ASCII is not touched: that
/// needs SMTPUTF8 and has no conversion that loses nothing.
package enum SevenBitConversion {
    package enum Outcome: Sendable {
        /// The message is 7 bit already; send it as it is.
        case unchanged
        /// `breaksDomainSignatures`: the message carries DKIM signatures, which the conversion invalidates.
        case converted([UInt8], breaksDomainSignatures: Bool)
        case notConvertible(Reason)
    }

    package enum Reason: String, Hashable, Sendable {
        /// Octets beyond ASCII in a header (RFC 6532): the next hop must offer SMTPUTF8.
        case internationalHeader
        /// Under a signature that covers the encoded bytes (RFC 1847), or in an encrypted or partial message.
        case protectedContent
        /// The MIME structure is not what its header says, so nobody knows what a rewritten message would mean.
        case malformedStructure
        /// Octets beyond ASCII in text around the parts, which has no encoding.
        case eightBitOutsideParts
    }

    /// Converts a whole message. Time and memory are linear in its bytes.
    package static func convert(_ message: [UInt8], limits: MessageLimits = MessageLimits()) -> Outcome {
        guard message[...].containsEightBit else { return .unchanged }
        let structure = MessageReader(limits: limits).read(message)
        guard !malformed.contains(where: structure.has) else { return .notConvertible(.malformedStructure) }
        var rewriter = Rewriter(message: message)
        for part in structure.parts where !part.isFromDecodedBody {
            if part.header.requiresSMTPUTF8 { return .notConvertible(.internationalHeader) }
            if let reason = rewriter.visit(part) { return .notConvertible(reason) }
        }
        let signed = structure.header.first("DKIM-Signature") != nil || structure.header.first("ARC-Seal") != nil
        let converted = rewriter.finished()
        return converted[...].containsEightBit
            ? .notConvertible(.eightBitOutsideParts) : .converted(converted, breaksDomainSignatures: signed)
    }

    private static let malformed: [MessageAnomaly.Kind] = [
        .tooManyParts, .nestingTooDeep, .headerTooLong, .tooManyHeaderFields, .conflictingBoundaries, .boundaryGuessed,
        .headerCutByBoundary,
        .conflictingTransferEncoding, .conflictingContentType, .encodedComposite, .headerNotEnded, .malformedHeaderLine,
    ]
}

/// Copies a message and replaces the bodies and fields that must change, front to back.
private struct Rewriter {
    private struct Edit {
        var range: Range<Int>
        var replacement: [UInt8]
    }

    private let message: [UInt8]
    private var edits: [Edit] = []

    init(message: [UInt8]) { self.message = message }

    /// Plans what a part needs; a reason when it must not be touched. Parts come in the order of the message.
    mutating func visit(_ part: MIMEPart) -> SevenBitConversion.Reason? {
        guard part.rawBody.containsEightBit else { return nil }
        if Self.isProtected(part) { return .protectedContent }
        if part.children.isEmpty {
            guard !part.contentType.isMultipart, !part.contentType.isMessage else { return .malformedStructure }
            return encode(part)
        } else {
            relabel(part, "7bit")
        }
        return nil
    }

    private static func isProtected(_ part: MIMEPart) -> Bool {
        ["multipart/signed", "multipart/encrypted", "message/partial"].contains(part.contentType.mediaType)
    }

    /// Text whose octets are mostly ASCII becomes quoted-printable, everything else base64.
    private mutating func encode(_ part: MIMEPart) -> SevenBitConversion.Reason? {
        let body = part.rawBody
        // An encoded body with stray octets is decoded as its readers would do, then encoded cleanly.
        let decoded = part.transferEncoding.isEncoded ? part.decodedBody() : nil
        guard decoded?.isTruncated != true else { return .malformedStructure }
        let content = decoded?.bytes[...] ?? body
        let isReadable = part.contentType.type == "text" && content.lazy.filter { $0 >= 0x80 }.count * 3 < content.count
        let usesQuoting = isReadable && !content.containsFast(0)
        relabel(part, usesQuoting ? "quoted-printable" : "base64")
        var encoded = usesQuoting ? QuotedPrintable.encodeText(content) : Base64.encodeLines(Self.canonical(content, part))
        // The line end before a boundary belongs to the boundary and is still there.
        if !usesQuoting, part.parent?.contentType.isMultipart == true { encoded.removeLast(min(2, encoded.count)) }
        edits.append(Edit(range: body.startIndex..<body.endIndex, replacement: encoded))
        return nil
    }

    /// RFC 2049 §4: text is encoded with CRLF line ends.
    private static func canonical(_ content: ArraySlice<UInt8>, _ part: MIMEPart) -> ArraySlice<UInt8> {
        guard part.contentType.type == "text" else { return content }
        var result: [UInt8] = []
        result.reserveCapacity(content.count + content.count / 32)
        var previous: UInt8 = 0
        for byte in content {
            if byte == 0x0A, previous != 0x0D { result.append(0x0D) }
            result.append(byte)
            previous = byte
        }
        return result[...]
    }

    /// Replaces the transfer encoding field in place, or adds one at the end of the header.
    private mutating func relabel(_ part: MIMEPart, _ encoding: String) {
        let isHeaderEmpty = part.header.isEmpty
        if let field = part.header.first("Content-Transfer-Encoding") {
            edits.append(Edit(range: field.body.startIndex..<field.body.endIndex, replacement: Array(" \(encoding)".utf8)))
        } else if !part.children.isEmpty {
            return  // 7bit is what a missing field means.
        } else {
            let start = isHeaderEmpty ? part.header.range.lowerBound : part.header[part.header.count - 1].bytes.endIndex
            let field = Array("Content-Transfer-Encoding: \(encoding)".utf8)
            let needsVersion = part.parent == nil && part.header.first("MIME-Version") == nil
            let version = needsVersion ? Array("MIME-Version: 1.0\r\n".utf8) : []
            edits.append(
                Edit(range: start..<start, replacement: isHeaderEmpty ? version + field + [0x0D, 0x0A] : [0x0D, 0x0A] + version + field))
        }
    }

    func finished() -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(message.count + message.count / 2)
        var position = 0
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) where edit.range.lowerBound >= position {
            result += message[position..<edit.range.lowerBound]
            result += edit.replacement
            position = edit.range.upperBound
        }
        result += message[position...]
        return result
    }
}
