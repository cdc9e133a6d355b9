package import NIOCore

/// Why content cannot be sent after DATA as it is.
package enum DotStuffingError: Error, Sendable, Hashable {
    /// A CR without LF; the offset counts from the beginning of the content.
    case bareCarriageReturn(offset: Int)
    /// An LF without CR; the offset counts from the beginning of the content.
    case bareLineFeed(offset: Int)
}

/// Encodes message text for DATA: doubles the dot at the beginning of a line, and ends the text (RFC 5321 §4.5.2), for
/// a client.
///
/// Whatever goes in, no CR or LF comes out alone, so that the receiver sees the same lines and the same end.
package struct DotStuffer: Sendable {
    /// What happens to a CR or LF that stands alone.
    package enum LoneLineEnds: Sendable, Hashable {
        /// An error: stored content is canonical, so something is wrong with it.
        case refused
        /// Each becomes CRLF: for text that was generated and never promised to be canonical.
        case converted
    }

    private let loneLineEnds: LoneLineEnds
    private var isAtLineStart = true
    private var isAfterReturn = false
    private var offset = 0

    /// An encoder at the beginning of the content.
    package init(loneLineEnds: LoneLineEnds = .refused) {
        self.loneLineEnds = loneLineEnds
    }

    /// Encodes the next part of the content.
    ///
    /// - Returns: the part itself, not copied, when nothing in it has to change; else one new buffer.
    /// - Throws: for lone line ends when they are refused. What was returned before may be on its way, so the
    ///   connection must then be closed without ending the text.
    package mutating func next(_ content: ByteBuffer) throws(DotStuffingError) -> ByteBuffer {
        let edits = try content.readableBytesView.withUnsafeBytes { octets throws(DotStuffingError) in try findEdits(octets) }
        offset += content.readableBytes
        guard !edits.isEmpty else { return content }
        var stuffed = ByteBuffer()
        stuffed.reserveCapacity(content.readableBytes + edits.count)
        var copied = 0
        content.withUnsafeReadableBytes { octets in
            for edit in edits {
                stuffed.writeBytes(octets[copied..<edit.offset])
                stuffed.writeInteger(edit.inserted)
                copied = edit.offset
            }
            stuffed.writeBytes(octets[copied...])
        }
        return stuffed
    }

    /// Ends the text: a CRLF if the last line has none, then the line with the dot. To be called once.
    ///
    /// - Throws: when the content ends with a CR and lone line ends are refused.
    package mutating func finish() throws(DotStuffingError) -> ByteBuffer {
        if isAfterReturn {
            guard loneLineEnds == .converted else { throw .bareCarriageReturn(offset: offset - 1) }
            return ByteBuffer(string: "\n.\r\n")
        }
        return ByteBuffer(string: isAtLineStart ? ".\r\n" : "\r\n.\r\n")
    }

    /// An octet to insert before an offset.
    private struct Edit {
        var offset: Int
        var inserted: UInt8
    }

    private mutating func findEdits(_ octets: UnsafeRawBufferPointer) throws(DotStuffingError) -> [Edit] {
        var edits: [Edit] = []
        var position = 0
        while position < octets.count {
            if isAfterReturn {
                position = try endLine(octets, position, &edits)
                continue
            }
            if isAtLineStart, octets[position] == UInt8(ascii: ".") { edits.append(Edit(offset: position, inserted: UInt8(ascii: "."))) }
            position = try readLine(octets, position, &edits)
        }
        return edits
    }

    /// Behind a CR: an LF ends the line, anything else makes the CR a lone one.
    private mutating func endLine(_ octets: UnsafeRawBufferPointer, _ position: Int, _ edits: inout [Edit]) throws(DotStuffingError) -> Int
    {
        isAfterReturn = false
        isAtLineStart = true
        if octets[position] == UInt8(ascii: "\n") { return position + 1 }
        guard loneLineEnds == .converted else { throw .bareCarriageReturn(offset: offset + position - 1) }
        edits.append(Edit(offset: position, inserted: UInt8(ascii: "\n")))
        return position
    }

    /// Reads to the next CR, LF or the end of the part.
    private mutating func readLine(_ octets: UnsafeRawBufferPointer, _ start: Int, _ edits: inout [Edit]) throws(DotStuffingError) -> Int {
        let lineFeed = octets.firstOffset(of: UInt8(ascii: "\n"), in: start..<octets.count) ?? octets.count
        if let carriageReturn = octets.firstOffset(of: UInt8(ascii: "\r"), in: start..<lineFeed) {
            isAfterReturn = true
            isAtLineStart = false
            return carriageReturn + 1
        }
        isAtLineStart = false
        guard lineFeed < octets.count else { return lineFeed }
        guard loneLineEnds == .converted else { throw .bareLineFeed(offset: offset + lineFeed) }
        edits.append(Edit(offset: lineFeed, inserted: UInt8(ascii: "\r")))
        isAtLineStart = true
        return lineFeed + 1
    }
}
