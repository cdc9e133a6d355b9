/// Reads the parts of one source in a single pass over its lines. Nothing is copied: parts become ranges.
///
/// Longer than other files because the states of the pass belong together: which part is open, whether its header or body is being
/// read, and which boundaries end it.
struct StructureBuilder {
    /// A part whose end has not been seen.
    private struct OpenPart {
        var part: Int
        var boundaries: [[UInt8]] = []
        /// Declared as multipart, or turned into one by a boundary found.
        var isMultipart = false
        var hasFoundBoundary = false
        var isClosed = false
    }

    private var bytes: [UInt8]
    private var source: Int
    private let limits: MessageLimits
    private var open: [OpenPart] = []
    private var table = BoundaryTable()
    private var headerScanner: HeaderScanner?
    private var previousLineEnd = 0
    private var isFull = false

    private(set) var parts: [PartRecord]
    private(set) var record: AnomalyRecord
    /// Parts whose body must be decoded before their inside can be read.
    private var encodedComposites: [Int] = []

    init(bytes: [UInt8], limits: MessageLimits) {
        self.bytes = bytes
        source = 0
        parts = []
        record = AnomalyRecord(maximum: limits.recordedAnomalies)
        self.limits = limits
    }

    /// Goes on with the decoded bytes of a part; what was read so far is kept.
    mutating func continueIn(_ bytes: [UInt8], source: Int) {
        self.bytes = bytes
        self.source = source
        open = []
        table = BoundaryTable()
        headerScanner = nil
        previousLineEnd = 0
    }

    /// A part whose inside is not read, or not all of it, because a limit was reached.
    mutating func leaveUnread(_ part: Int, _ kind: MessageAnomaly.Kind) { record.add(kind, part: part) }

    /// The part whose body is to be decoded next, if any.
    mutating func takeEncodedComposite() -> Int? { encodedComposites.popLast() }

    /// Reads the source as a message. `parent` is the part whose decoded body it is.
    mutating func readMessage(parent: Int?, depth: Int) {
        if bytes.firstIndex(of: 0, from: 0, to: bytes.count) != nil { record.add(.nulByte, part: parent) }
        startPart(at: 0, parent: parent, depth: depth, isMessage: true)
        readLines(LineScanner(bytes, range: 0..<bytes.count))
    }

    /// Reads the source as the decoded body of the multipart `part`, looking for its boundaries.
    mutating func readParts(of part: Int, boundaries: [[UInt8]]) {
        let opened = OpenPart(part: part, boundaries: boundaries, isMultipart: true)
        push(opened)
        readLines(LineScanner(bytes, range: 0..<bytes.count))
    }

    private mutating func readLines(_ scanner: LineScanner) {
        var lines = scanner
        while !isFull, let line = lines.next(in: bytes) {
            if isDelimiterCandidate(line), takeDelimiter(line) {
                previousLineEnd = line.end
                continue
            }
            if headerScanner != nil {
                takeHeaderLine(line, &lines)
            } else {
                takeBodyLine(line)
            }
            previousLineEnd = line.end
        }
        finish()
    }

    private func isDelimiterCandidate(_ line: LineScanner.Line) -> Bool {
        line.end - line.start > 2 && bytes[line.start] == 0x2D && bytes[line.start + 1] == 0x2D
    }

    // MARK: Lines

    private mutating func takeHeaderLine(_ line: LineScanner.Line, _ lines: inout LineScanner) {
        guard case .ended(let bodyStart)? = headerScanner?.take(line, in: bytes) else { return }
        // The body may begin a line or two earlier than noticed; those lines are read again, now as body.
        lines.position = bodyStart
        endHeader(bodyStart: bodyStart)
    }

    private mutating func takeBodyLine(_ line: LineScanner.Line) {
        if line.end - line.start > limits.lineBytes { record.add(.lineTooLong, part: open.last?.part, offset: line.start) }
        guard let last = open.last, !line.isEmpty else { return }
        switch bytes[line.start] {
        case 0x43, 0x63: noteStrayField(line, last)
        case 0x62, 0x3D, 0x28: noteEmbeddedFile(line, last)
        default: break
        }
    }

    /// A content field where none counts: around the parts of a multipart, or as first line of a body.
    private mutating func noteStrayField(_ line: LineScanner.Line, _ last: OpenPart) {
        let isAround = last.isMultipart && (!last.hasFoundBoundary || last.isClosed)
        guard isAround || line.start == parts[last.part].body.lowerBound, isContentField(at: line.start) else { return }
        record.add(.fieldsOutsideParts, part: last.part, offset: line.start)
    }

    /// Files that old programs put amid text: uuencode can be read here, yEnc and BinHex cannot.
    private mutating func noteEmbeddedFile(_ line: LineScanner.Line, _ last: OpenPart) {
        let content = bytes[line.start..<line.end]
        if content.starts(withIgnoringCase: "=ybegin ") || content.starts(withIgnoringCase: "(this file must be converted with binhex") {
            record.add(.unreadableEmbeddedFile, part: last.part, offset: line.start)
        } else if UUEncoding.isBegin(content) {
            record.add(.embeddedFile, part: last.part, offset: line.start)
        }
    }

    private func isContentField(at offset: Int) -> Bool {
        bytes[min(offset, bytes.count)...].prefix(8).starts(withIgnoringCase: "content-")
    }

    /// Whether the line was a delimiter and has been dealt with.
    private mutating func takeDelimiter(_ line: LineScanner.Line) -> Bool {
        let content = bytes[line.start..<line.end]
        if let match = table.match(content, isClosed: { open[$0].isClosed }) {
            take(match, line)
            return true
        }
        if let guess = guessedBoundary(line), let level = open.indices.last {
            open[level].boundaries.append(guess)
            table.add(guess, level: level, isWeak: false)
            record.add(.boundaryGuessed, part: open[level].part, offset: line.start)
            take(BoundaryTable.Match(level: level, isClosing: false), line)
            return true
        }
        if resemblesInnermostBoundary(content) { record.add(.boundaryLikeLine, part: open.last?.part, offset: line.start) }
        return false
    }

    /// Whether a line only begins like a boundary; programs that compare prefixes, as RFC 2046 §5.1.1 has it, would cut there. Only the
    /// innermost multipart is asked, so that the cost of a line does not grow with the depth.
    private func resemblesInnermostBoundary(_ line: ArraySlice<UInt8>) -> Bool {
        guard let inner = open.last(where: { !$0.boundaries.isEmpty }) else { return false }
        return inner.boundaries.contains { line.dropFirst(2).starts(with: $0) }
    }

    /// A line that must be a delimiter although the header names another boundary or none: two hyphens and a word, then a content
    /// field, in a multipart whose boundary has not been seen. Elsewhere such lines are only recorded.
    private mutating func guessedBoundary(_ line: LineScanner.Line) -> [UInt8]? {
        guard headerScanner == nil, let last = open.last, !last.hasFoundBoundary, isContentField(at: line.next) else { return nil }
        guard last.isMultipart else {
            record.add(.partInText, part: last.part, offset: line.start)
            return nil
        }
        let content = bytes[line.start..<line.end].dropFirst(2).trimmed
        guard !content.isEmpty, content.count <= limits.boundaryBytes else { return nil }
        return Array(content)
    }

    private mutating func take(_ match: BoundaryTable.Match, _ line: LineScanner.Line) {
        if headerScanner != nil { cutHeader(at: line.start) }
        let contentEnd = previousLineEnd
        while open.count > match.level + 1 { closeInnermost(bodyEnd: contentEnd) }
        let part = open[match.level].part
        noteFirstBoundary(match.level, contentEnd: contentEnd)
        if match.isClosing {
            open[match.level].isClosed = true
            if parts[part].source == source { parts[part].epilogue = line.next..<line.next }
        } else {
            if open[match.level].isClosed { record.add(.partsAfterClosing, part: part, offset: line.start) }
            open[match.level].isClosed = false
            parts[part].epilogue = nil
            startPart(at: line.next, parent: part, depth: parts[part].depth + 1, isMessage: false)
        }
    }

    private mutating func noteFirstBoundary(_ level: Int, contentEnd: Int) {
        let part = open[level].part
        if !open[level].isMultipart {
            open[level].isMultipart = true
            for boundary in open[level].boundaries { table.strengthen(boundary, level: level) }
        }
        guard !open[level].hasFoundBoundary else { return }
        open[level].hasFoundBoundary = true
        guard parts[part].source == source else { return }
        let start = parts[part].body.lowerBound
        parts[part].preamble = start..<max(start, contentEnd)
    }

    // MARK: Parts

    private mutating func startPart(at start: Int, parent: Int?, depth: Int, isMessage: Bool) {
        guard parts.count < limits.parts else {
            record.add(.tooManyParts, part: parent, offset: start)
            isFull = true
            return
        }
        let empty = MessageHeader(source: bytes, places: [], range: start..<start, anomalies: [])
        parts.append(PartRecord(source: source, parent: parent, depth: depth, isMessage: isMessage, header: empty, body: start..<start))
        if let parent { parts[parent].children.append(parts.count - 1) }
        push(OpenPart(part: parts.count - 1))
        headerScanner = HeaderScanner(start: start, limits: limits)
        previousLineEnd = start
    }

    private mutating func push(_ opened: OpenPart) {
        open.append(opened)
        for boundary in opened.boundaries {
            if table.contains(boundary) { record.add(.boundaryReused, part: opened.part) }
            table.add(boundary, level: open.count - 1, isWeak: !opened.isMultipart)
        }
    }

    private mutating func cutHeader(at offset: Int) {
        record.add(.headerCutByBoundary, part: open.last?.part, offset: offset)
        endHeader(bodyStart: offset)
        previousLineEnd = offset
    }

    private mutating func endHeader(bodyStart: Int) {
        guard var scanner = headerScanner, let level = open.indices.last else { return }
        headerScanner = nil
        let part = open[level].part
        let header = scanner.header(source: bytes, bodyStart: bodyStart)
        parts[part].header = header
        parts[part].body = bodyStart..<bodyStart
        record.add(header.anomalies, part: part)
        classify(part, level: level, bodyStart: bodyStart)
    }

    /// Decides from its header what the body of a part holds.
    private mutating func classify(_ part: Int, level: Int, bodyStart: Int) {
        let fields = ContentFields(
            parts[part].header, default: defaultType(of: part), isMessage: parts[part].isMessage, limits: limits)
        // In an order that is the same every time.
        for fault in MessageAnomaly.Kind.allCases where fields.faults.contains(fault) {
            record.add(fault, part: part, offset: parts[part].header.range.lowerBound)
        }
        parts[part].contentType = fields.contentType
        parts[part].transferEncoding = fields.transferEncoding
        let isComposite = fields.isMultipart || fields.contentType.isMessage
        if parts[part].parent == nil, fields.isMultipart, parts[part].header.first("MIME-Version") == nil {
            record.add(.mimeVersionMissing, part: part)
        }
        guard isComposite || !fields.boundaries.isEmpty else { return }
        guard parts[part].depth < limits.depth else {
            record.add(.nestingTooDeep, part: part, offset: bodyStart)
            return
        }
        if isComposite, fields.transferEncoding.isEncoded { record.add(.encodedComposite, part: part, offset: bodyStart) }
        open(fields, part: part, level: level, bodyStart: bodyStart)
    }

    private mutating func open(_ fields: ContentFields, part: Int, level: Int, bodyStart: Int) {
        if fields.contentType.isMessage {
            if fields.transferEncoding.isEncoded {
                encodedComposites.append(part)
            } else {
                startPart(at: bodyStart, parent: part, depth: parts[part].depth + 1, isMessage: true)
            }
            return
        }
        open[level].isMultipart = fields.isMultipart
        open[level].boundaries = fields.boundaries
        for boundary in fields.boundaries {
            if table.contains(boundary) { record.add(.boundaryReused, part: part, offset: bodyStart) }
            table.add(boundary, level: level, isWeak: !fields.isMultipart)
        }
    }

    private func defaultType(of part: Int) -> ContentType {
        guard let parent = parts[part].parent, !parts[part].isMessage else { return .textPlain }
        return parts[parent].contentType.mediaType == "multipart/digest" ? .message : .textPlain
    }

    // MARK: Ends

    private mutating func closeInnermost(bodyEnd: Int) {
        guard let closing = open.popLast() else { return }
        for boundary in closing.boundaries { table.remove(boundary, level: open.count) }
        let part = closing.part
        // A multipart that was decoded first keeps the range of its encoded body.
        if parts[part].source == source {
            let start = parts[part].body.lowerBound
            parts[part].body = start..<max(start, bodyEnd)
        }
        if let epilogue = parts[part].epilogue, parts[part].source == source {
            parts[part].epilogue = min(epilogue.lowerBound, bodyEnd)..<bodyEnd
        }
        guard closing.isMultipart else { return }
        if !closing.hasFoundBoundary {
            record.add(.boundaryNeverFound, part: part, offset: bodyEnd)
            if parts[part].transferEncoding.isEncoded, parts[part].source == source { encodedComposites.append(part) }
        } else if !closing.isClosed {
            record.add(.multipartNotClosed, part: part, offset: bodyEnd)
        }
    }

    private mutating func finish() {
        if var scanner = headerScanner {
            let bodyStart = scanner.endOfUnendedHeader(in: bytes, end: bytes.count)
            headerScanner = scanner
            endHeader(bodyStart: bodyStart)
            // A message part at the very end has opened an empty inner one.
            if headerScanner != nil { endHeader(bodyStart: bytes.count) }
        }
        while !open.isEmpty { closeInnermost(bodyEnd: bytes.count) }
    }
}

extension ArraySlice<UInt8> {
    /// Whether the bytes begin with `text` (lower case) without regard to the case of ASCII letters.
    func starts(withIgnoringCase text: StaticString) -> Bool {
        guard count >= text.utf8CodeUnitCount else { return false }
        return text.withUTF8Buffer { other in
            zip(self, other).allSatisfy { $0.asciiLowercased == $1 }
        }
    }
}
