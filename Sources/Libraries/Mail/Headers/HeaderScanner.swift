/// Puts the fields of one header together line by line; shared by the header reader and the MIME reader.
struct HeaderScanner {
    enum Outcome {
        /// The line belongs to the header; more may follow.
        case taken
        /// The header is over and the body begins at this offset, which may lie before the given line.
        case ended(bodyStart: Int)
    }

    private let start: Int
    private let limits: MessageLimits
    private var places: [HeaderField.Place] = []
    private var open: HeaderField.Place?
    /// A line that is no field, waiting for its successor to tell whether it is junk in the header or the first line of the body.
    private var doubtful: LineScanner.Line?
    private var isFull = false
    private(set) var record: AnomalyRecord

    init(start: Int, limits: MessageLimits) {
        self.start = start
        self.limits = limits
        record = AnomalyRecord(maximum: limits.recordedAnomalies)
    }

    mutating func take(_ line: LineScanner.Line, in bytes: [UInt8]) -> Outcome {
        if line.isEmpty { return end(bodyStart: line.next) }
        inspect(line, in: bytes)
        if bytes[line.start].isBlank { return takeContinuation(line, in: bytes) }
        if let place = Self.field(line, in: bytes) { return takeField(place, line, in: bytes) }
        return takeOther(line, in: bytes)
    }

    /// Where the body of a header without end begins: at a doubtful last line, else at the very end.
    mutating func endOfUnendedHeader(in bytes: [UInt8], end: Int) -> Int {
        record.add(.headerNotEnded, offset: end)
        return doubtful?.start ?? end
    }

    /// Closes the header; call once.
    mutating func header(source: [UInt8], bodyStart: Int) -> MessageHeader {
        closeField()
        return MessageHeader(source: source, places: places, range: min(start, bodyStart)..<bodyStart, anomalies: record.anomalies)
    }

    private mutating func takeContinuation(_ line: LineScanner.Line, in bytes: [UInt8]) -> Outcome {
        if let doubtful { return startBody(at: doubtful) }
        if bytes[line.start..<line.end].trimmed.isEmpty { record.add(.blankContinuationLine, offset: line.start) }
        guard open != nil else {
            if !isFull { record.add(.malformedHeaderLine, offset: line.start) }
            return .taken
        }
        if line.end - start <= limits.headerBytes {
            open?.end = line.end
        } else {
            record.add(.headerTooLong, offset: line.start)
        }
        return .taken
    }

    private mutating func takeField(_ place: HeaderField.Place, _ line: LineScanner.Line, in bytes: [UInt8]) -> Outcome {
        doubtful = nil
        closeField()
        if bytes[place.nameEnd] != 0x3A { record.add(.blankBeforeColon, offset: line.start) }
        if places.count >= limits.headerFields {
            record.add(.tooManyHeaderFields, offset: line.start)
            isFull = true
        } else if line.end - start > limits.headerBytes {
            record.add(.headerTooLong, offset: line.start)
            isFull = true
        } else {
            open = place
        }
        return .taken
    }

    /// A line that is neither a field nor a continuation: an mbox line, junk, or a body without an empty line before it.
    private mutating func takeOther(_ line: LineScanner.Line, in bytes: [UInt8]) -> Outcome {
        if let doubtful { return startBody(at: doubtful) }
        closeField()
        // Two hyphens are a delimiter right behind the fields, not junk: what follows must not be taken for fields of this header.
        if bytes[line.start..<line.end].starts(with: [0x2D, 0x2D]) { return startBody(at: line) }
        if line.start == start, Self.isMailboxLine(bytes[line.start..<line.end]) { return .taken }
        record.add(.malformedHeaderLine, offset: line.start)
        doubtful = line
        return .taken
    }

    private mutating func startBody(at line: LineScanner.Line) -> Outcome {
        record.add(.headerNotEnded, offset: line.start)
        return end(bodyStart: line.start)
    }

    private mutating func end(bodyStart: Int) -> Outcome {
        closeField()
        return .ended(bodyStart: bodyStart)
    }

    private mutating func closeField() {
        if let open { places.append(open) }
        open = nil
    }

    private mutating func inspect(_ line: LineScanner.Line, in bytes: [UInt8]) {
        let content = bytes[line.start..<line.end]
        if content.count > limits.lineBytes { record.add(.lineTooLong, offset: line.start) }
        if content.containsEightBit { record.add(.eightBitInHeader, offset: line.start) }
        if content.containsFast(0x0D) { record.add(.bareCarriageReturn, offset: line.start) }
        if content.containsFast(0x0B) || content.containsFast(0x0C) || content.containsFast(0) {
            record.add(.controlInHeader, offset: line.start)
        }
    }

    /// `name ":"`, the name of visible ASCII (RFC 5322 §2.2), blanks allowed before the colon (§4.5).
    private static func field(_ line: LineScanner.Line, in bytes: [UInt8]) -> HeaderField.Place? {
        guard let colon = bytes.firstIndex(of: 0x3A, from: line.start, to: line.end), colon > line.start else { return nil }
        var nameEnd = colon
        while nameEnd > line.start, bytes[nameEnd - 1].isBlank { nameEnd -= 1 }
        guard nameEnd > line.start, bytes[line.start..<nameEnd].allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
        return HeaderField.Place(start: line.start, nameEnd: nameEnd, bodyStart: colon + 1, end: line.end)
    }

    private static func isMailboxLine(_ line: ArraySlice<UInt8>) -> Bool {
        line.starts(with: Array("From ".utf8)) || line.starts(with: Array(">From ".utf8))
    }
}
