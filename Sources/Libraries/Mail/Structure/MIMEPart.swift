/// One part of a message; a view into its `MIMEStructure`, cheap to copy. Contents are decoded only when asked for.
package struct MIMEPart: Sendable {
    let structure: MIMEStructure
    /// Its place in `MIMEStructure.parts`.
    package let index: Int

    private var record: PartRecord { structure.records[index] }

    package var header: MessageHeader { record.header }
    package var contentType: ContentType { record.contentType }
    package var transferEncoding: TransferEncoding { record.transferEncoding }
    /// 0 for the message itself.
    package var depth: Int { record.depth }
    /// Whether this is the message itself or the message in a `message/rfc822`.
    package var isMessage: Bool { record.isMessage }
    package var parent: MIMEPart? { record.parent.map { MIMEPart(structure: structure, index: $0) } }
    package var children: [MIMEPart] { record.children.map { MIMEPart(structure: structure, index: $0) } }

    /// The bytes as they stand in the message: of a leaf its encoded content, without the line end that belongs to the boundary.
    package var rawBody: ArraySlice<UInt8> { structure.sources[record.source][record.body] }
    /// The whole message that it is a part of, byte for byte.
    package var messageBytes: [UInt8] { structure.bytes }
    /// Header and body together, as they stand in the message.
    package var rawBytes: ArraySlice<UInt8> {
        structure.sources[record.source][record.header.range.lowerBound..<max(record.header.range.lowerBound, record.body.upperBound)]
    }
    /// Of a multipart: text before the first and behind the last boundary; empty for others.
    package var preamble: ArraySlice<UInt8> { slice(record.preamble) }
    package var epilogue: ArraySlice<UInt8> { slice(record.epilogue) }
    /// Whether the part was found inside a decoded body, not in the message's own bytes.
    package var isFromDecodedBody: Bool { record.source != 0 }

    /// How it wants to be shown; nil without a `Content-Disposition`.
    package var contentDisposition: ContentDisposition? {
        header.first("Content-Disposition").map { ContentDisposition($0.parameterized) }
    }

    /// Without angle brackets.
    package var contentID: String? { header.first("Content-ID")?.messageIDs.first }

    /// Whether a reader is offered it as a file: by its disposition, or because it has a name, or is no text, multipart or message.
    package var isAttachment: Bool {
        guard children.isEmpty else { return false }
        if contentDisposition?.isAttachment == true || !fileNames.isEmpty { return true }
        return !["text", "multipart", "message"].contains(contentType.type)
    }

    /// Decodes the content of a leaf; the raw body of other parts. At most `limit` octets, by default the reader's limit.
    package func decodedBody(limit: Int? = nil) -> DecodedBody {
        let maximum = min(limit ?? structure.limits.decodedBytes, structure.limits.decodedBytes)
        let decoded = Self.decode(rawBody, encoding: transferEncoding, limit: max(0, maximum))
        var anomalies = decoded.faults
        if decoded.isTruncated { anomalies.insert(.decodedTooLarge) }
        return DecodedBody(bytes: decoded.bytes, isTruncated: decoded.isTruncated, anomalies: anomalies)
    }

    /// The content as text, in the charset it says or the one it is in. At most `limit` octets are decoded.
    package func decodedText(limit: Int? = nil) -> DecodedText {
        DecodedText(decodedBody(limit: limit).bytes[...], charset: contentType.charset)
    }

    /// Files in uuencode amid the text of this part, at most a hundred, together at most `limit` octets.
    package func embeddedFiles(limit: Int? = nil) -> [EmbeddedFile] {
        let maximum = min(limit ?? structure.limits.decodedBytes, structure.limits.decodedBytes)
        let text = transferEncoding.isEncoded ? decodedBody(limit: maximum).bytes[...] : rawBody
        return UUEncoding.files(in: text, limit: maximum).map { file in
            EmbeddedFile(name: file.name, bytes: file.content.bytes, anomalies: file.content.faults)
        }
    }

    /// Names of files in uuencode amid the text of this part: as it stands in the message, for programs that take it so, and decoded.
    package var embeddedFileNames: FileNameList {
        var list = FileNameList(limit: UUEncoding.maximumFiles)
        if structure.has(.embeddedFile) { UUEncoding.addNames(in: rawBody, to: &list) }
        guard transferEncoding.isEncoded else { return list }
        let decoded = decodedBody()
        if decoded.isTruncated { list.leaveOut() }
        UUEncoding.addNames(in: decoded.bytes[...], to: &list)
        return list
    }

    static func decode(_ bytes: ArraySlice<UInt8>, encoding: TransferEncoding, limit: Int) -> DecodedBytes {
        switch encoding {
        case .base64: return Base64.decode(bytes, limit: limit)
        case .quotedPrintable: return QuotedPrintable.decode(bytes, limit: limit)
        case .uuencode: return UUEncoding.decode(bytes, limit: limit)
        case .sevenBit, .eightBit, .binary, .unknown:
            return DecodedBytes(bytes: Array(bytes.prefix(limit)), isTruncated: bytes.count > limit)
        }
    }

    private func slice(_ range: Range<Int>?) -> ArraySlice<UInt8> {
        guard let range else { return [] }
        let source = structure.sources[record.source]
        return source[range.clamped(to: 0..<source.count)]
    }
}

/// The decoded content of a part.
package struct DecodedBody: Sendable {
    package var bytes: [UInt8]
    /// Whether the limit was reached and content is missing at the end.
    package var isTruncated: Bool
    /// Which rules of the encoding were broken.
    package var anomalies: Set<MessageAnomaly.Kind>
}

/// A file in uuencode amid a text.
package struct EmbeddedFile: Sendable {
    package var name: String
    package var bytes: [UInt8]
    package var anomalies: Set<MessageAnomaly.Kind>
}
