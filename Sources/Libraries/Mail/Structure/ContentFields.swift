/// What the content fields of one header say together, contradictions included.
struct ContentFields {
    private(set) var contentType: ContentType
    private(set) var transferEncoding = TransferEncoding.sevenBit
    /// All readings of the boundary, the likeliest first, without blanks at the end.
    private(set) var boundaries: [[UInt8]] = []
    /// Whether any reading of the header says that this is a multipart.
    private(set) var isMultipart = false
    private(set) var faults: [MessageAnomaly.Kind] = []

    /// RFC 5322 §3.6 and RFC 2045: what may stand only once.
    private static let uniqueInMessage = [
        "From", "Sender", "Reply-To", "To", "Cc", "Bcc", "Message-ID", "In-Reply-To", "References", "Subject", "Date", "MIME-Version",
    ]
    private static let uniqueAnywhere = ["Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID"]

    init(_ header: MessageHeader, default defaultType: ContentType, isMessage: Bool, limits: MessageLimits) {
        contentType = defaultType
        isMultipart = defaultType.isMultipart
        readTypes(header, limits: limits)
        readTransferEncoding(header)
        for name in Self.uniqueAnywhere + (isMessage ? Self.uniqueInMessage : []) where header.all(name).count > 1 {
            faults.append(.duplicatedHeaderField)
        }
        if header.all("Content-Disposition").contains(where: { !$0.parameterized.faults.isEmpty }) {
            faults.append(.malformedContentDisposition)
        }
    }

    private mutating func readTypes(_ header: MessageHeader, limits: MessageLimits) {
        let fields = header.all("Content-Type")
        var types: [ContentType] = []
        for field in fields.prefix(limits.boundaryReadings) {
            let bytes = field.unfolded
            let value = ParameterizedValue(parsing: bytes)
            faults += value.faults
            if EncodedWord.contains(bytes) { faults.append(.encodedWordInContentField) }
            if let type = ContentType(value) {
                types.append(type)
            } else {
                faults.append(.malformedContentType)
                types.append(ContentType(type: Self.guessedType(value.value), subtype: "", parameters: value.parameters))
            }
            addBoundaries(value)
        }
        guard let first = types.first else { return }
        if Set(types.map { [$0.mediaType] + $0.parameters.map(\.value) }).count > 1 { faults.append(.conflictingContentType) }
        // Programs differ in which of several fields counts; the reading with more parts in it is the safer one.
        contentType = types.first(where: \.isMultipart) ?? first
        if contentType.type.isEmpty { contentType = ContentType(type: "text", subtype: "plain", parameters: contentType.parameters) }
        isMultipart = contentType.isMultipart
        keepBoundaries(limits)
    }

    /// `multipart` without a subtype, or with junk around it, still means to hold parts.
    private static func guessedType(_ value: String) -> String { value.contains("multipart") ? "multipart" : "" }

    private mutating func addBoundaries(_ value: ParameterizedValue) {
        for parameter in value.parameters where parameter.name == "boundary" {
            boundaries.append(Array(parameter.value.utf8))
            boundaries += parameter.alternatives
        }
    }

    private mutating func keepBoundaries(_ limits: MessageLimits) {
        var kept: [[UInt8]] = []
        var seen: Set<[UInt8]> = []
        for boundary in boundaries {
            var end = boundary.count
            while end > 0, boundary[end - 1].isBlankOrLineEnd { end -= 1 }
            guard end > 0 else { continue }
            guard end <= limits.boundaryBytes else {
                faults.append(.boundaryTooLong)
                continue
            }
            let trimmed = Array(boundary[..<end])
            if trimmed.contains(where: { $0 < 0x20 || $0 > 0x7E }) { faults.append(.boundaryMalformed) }
            if seen.insert(trimmed).inserted { kept.append(trimmed) }
            // One more than is looked for tells of the conflict; the rest of a flood is not read.
            if kept.count > max(1, limits.boundaryReadings) { break }
        }
        if kept.count > 1 { faults.append(.conflictingBoundaries) }
        boundaries = Array(kept.prefix(limits.boundaryReadings))
        if isMultipart, boundaries.isEmpty { faults.append(.boundaryMissing) }
        if !isMultipart, !boundaries.isEmpty { faults.append(.malformedContentType) }
    }

    private mutating func readTransferEncoding(_ header: MessageHeader) {
        let fields = header.all("Content-Transfer-Encoding")
        guard let first = fields.first else { return }
        let readings = fields.prefix(10).map { TransferEncoding.read($0.unfolded) }
        transferEncoding = readings.first { $0.encoding.isEncoded }?.encoding ?? TransferEncoding.read(first.unfolded).encoding
        if readings.contains(where: { !$0.isExact }) { faults.append(.unknownTransferEncoding) }
        if Set(readings.map(\.encoding)).count > 1 { faults.append(.conflictingTransferEncoding) }
        // A fold in front of the word hides it from programs that read only the first line.
        if first.body.trimmed.contains(0x0A) { faults.append(.unknownTransferEncoding) }
    }
}
