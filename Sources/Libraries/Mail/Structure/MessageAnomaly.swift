/// Something in a message that a well-behaved writer does not do, or that exceeded a limit.
package struct MessageAnomaly: Hashable, Sendable {
    package var kind: Kind
    /// Index of the part in `MIMEStructure.parts`; nil when it concerns a header read alone.
    package var part: Int?
    /// Offset in the bytes of that part's source.
    package var offset: Int

    package enum Kind: String, Hashable, Sendable, CaseIterable {
        // Limits
        case headerTooLong, tooManyHeaderFields, tooManyParts, nestingTooDeep, decodedTooLarge
        // Lines and bytes
        case nulByte, bareCarriageReturn, lineTooLong, eightBitInHeader
        // Headers
        case malformedHeaderLine, blankContinuationLine, headerNotEnded, blankBeforeColon, duplicatedHeaderField
        case controlInHeader
        // Content fields
        case conflictingContentType, malformedContentType, malformedContentDisposition, conflictingTransferEncoding
        case unknownTransferEncoding, malformedParameters, duplicatedParameter, encodedWordInParameter, encodedWordInContentField
        case mimeVersionMissing
        // Multiparts
        case boundaryMissing, boundaryGuessed, partInText, boundaryMalformed, boundaryTooLong, conflictingBoundaries, boundaryReused,
            boundaryNeverFound
        case multipartNotClosed, boundaryLikeLine, partsAfterClosing, fieldsOutsideParts, encodedComposite, headerCutByBoundary
        // Bodies
        case lowercaseQuotedPrintable, malformedBase64, dataAfterBase64Padding, malformedQuotedPrintable, malformedUUEncoding
        case embeddedFile, unreadableEmbeddedFile, encodedDataOutsideEncoding
    }

    /// What tells that something was left unread.
    static let ofLimits: Set<Kind> = [.headerTooLong, .tooManyHeaderFields, .tooManyParts, .nestingTooDeep, .decodedTooLarge]

    package init(_ kind: Kind, part: Int? = nil, offset: Int = 0) {
        self.kind = kind
        self.part = part
        self.offset = offset
    }
}

/// Collects anomalies up to a limit; each kind at least once.
struct AnomalyRecord: Sendable {
    private(set) var anomalies: [MessageAnomaly] = []
    private var seen: Set<MessageAnomaly.Kind> = []
    private let maximum: Int

    init(maximum: Int) { self.maximum = maximum }

    mutating func add(_ kind: MessageAnomaly.Kind, part: Int? = nil, offset: Int = 0) {
        let isNew = seen.insert(kind).inserted
        guard isNew || anomalies.count < maximum else { return }
        anomalies.append(MessageAnomaly(kind, part: part, offset: offset))
    }

    mutating func add(_ others: [MessageAnomaly], part: Int?) {
        for other in others { add(other.kind, part: part ?? other.part, offset: other.offset) }
    }
}
