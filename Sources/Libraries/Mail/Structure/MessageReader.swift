/// Reads the MIME structure of a message of any origin: always an answer, within limits, in time linear in the bytes.
///
/// Whatever is malformed or too much is recorded as an anomaly of the structure; nothing is thrown.
package struct MessageReader: Sendable {
    package var limits: MessageLimits

    package init(limits: MessageLimits = MessageLimits()) { self.limits = limits }

    /// Reads a whole message. The bytes are kept once and not copied; bodies are decoded only on request, apart from nested messages
    /// and multiparts that are encoded against RFC 2045 §6.4.
    package func read(_ bytes: [UInt8]) -> MIMEStructure {
        var sources = [bytes]
        var builder = StructureBuilder(bytes: bytes, limits: limits)
        builder.readMessage(parent: nil, depth: 0)
        var decodedLeft = limits.decodedBytes
        while let part = builder.takeEncodedComposite() {
            guard let decoded = decode(part, of: &builder, sources: sources, left: &decodedLeft) else { continue }
            sources.append(decoded)
            builder.continueIn(decoded, source: sources.count - 1)
            readInside(part, with: &builder)
        }
        return MIMEStructure(sources: sources, records: builder.parts, anomalies: builder.record.anomalies, limits: limits)
    }

    private func readInside(_ part: Int, with builder: inout StructureBuilder) {
        let record = builder.parts[part]
        guard !record.contentType.isMessage else {
            builder.readMessage(parent: part, depth: record.depth + 1)
            return
        }
        let fields = ContentFields(record.header, default: record.contentType, isMessage: record.isMessage, limits: limits)
        builder.readParts(of: part, boundaries: fields.boundaries)
    }

    private func decode(_ part: Int, of builder: inout StructureBuilder, sources: [[UInt8]], left: inout Int) -> [UInt8]? {
        let record = builder.parts[part]
        guard left > 0, builder.parts.count < limits.parts else {
            builder.leaveUnread(part, left > 0 ? .tooManyParts : .decodedTooLarge)
            return nil
        }
        let raw = sources[record.source][record.body]
        let decoded = MIMEPart.decode(raw, encoding: record.transferEncoding, limit: left)
        if decoded.isTruncated { builder.leaveUnread(part, .decodedTooLarge) }
        left -= decoded.bytes.count
        return decoded.bytes.isEmpty ? nil : decoded.bytes
    }
}
