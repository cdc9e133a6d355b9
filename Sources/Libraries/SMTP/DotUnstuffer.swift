package import NIOCore

/// Decodes message text after DATA: takes off the dot stuffing and finds the end (RFC 5321 §4.5.2), for a server.
///
/// The end is `CRLF . CRLF` and nothing else (RFC 5321 §4.1.1.4); at the very beginning the first CRLF is the one that
/// ended the DATA command. A CR or LF that stands alone never ends a line here: it is content, and is reported in
/// `summary.violations`, so that the receiver refuses the message after its true end and no other reading of the same
/// octets, by whoever reads them next, can find a second message in it ("SMTP smuggling").
///
/// Content comes out as slices of what went in, one for each stretch without a removed dot; nothing is copied.
package struct DotUnstuffer: Sendable {
    /// What came out of the input.
    package enum Output: Sendable, Hashable {
        /// Content, never empty.
        case content(ByteBuffer)
        /// The end; the input stands behind it, at the next command.
        case end
    }

    /// Where the next octet belongs.
    private enum Position {
        /// At the beginning of a line.
        case lineStart
        /// Behind a dot at the beginning of a line; the dot is not content.
        case afterDot
        /// Behind dot and CR at the beginning of a line; the CR is content only if no LF follows.
        case afterDotAndReturn
        /// Within a line.
        case within
        /// Behind a CR within a line, which was handed out already.
        case afterReturn
        /// Behind the end.
        case ended
    }

    private var position = Position.lineStart
    /// What is known of the content so far; complete once `.end` came.
    package private(set) var summary = MessageTextSummary()

    /// A decoder at the beginning of message text.
    package init() {}

    /// Decodes as far as one stretch goes and moves the reader index behind it.
    ///
    /// - Returns: nil when the input is used up, and always after the end.
    package mutating func next(from input: inout ByteBuffer) -> Output? {
        while input.readableBytes > 0, position != .ended {
            let step = input.withUnsafeReadableBytes { scan($0) }
            let content = input.getSlice(at: input.readerIndex + step.content.lowerBound, length: step.content.count)
            input.moveReaderIndex(forwardBy: step.consumed)
            if step.precedingReturn { return .content(ByteBuffer(string: "\r")) }
            if let content, content.readableBytes > 0 { return .content(content) }
            if position == .ended { return .end }
        }
        return nil
    }

    /// What to do with the beginning of the input.
    private struct Step {
        var content: Range<Int>
        var consumed: Int
        var precedingReturn = false
    }

    /// Reads up to a dot that must go, the end, or the end of the input.
    private mutating func scan(_ octets: UnsafeRawBufferPointer) -> Step {
        var offset = 0
        var contentStart = 0
        while offset < octets.count {
            switch position {
            case .lineStart:
                guard octets[offset] == UInt8(ascii: ".") else {
                    position = .within
                    continue
                }
                if offset > contentStart { return step(octets, contentStart..<offset) }
                position = .afterDot
                offset += 1
                contentStart = offset
            case .afterDot:
                guard octets[offset] == UInt8(ascii: "\r") else {
                    position = .within
                    continue
                }
                position = .afterDotAndReturn
                offset += 1
                contentStart = offset
            case .afterDotAndReturn:
                guard octets[offset] == UInt8(ascii: "\n") else { return loneReturn(at: offset) }
                position = .ended
                return Step(content: offset..<offset, consumed: offset + 1)
            case .within:
                offset = readLine(octets, from: offset)
            case .afterReturn:
                offset = readAfterReturn(octets, at: offset)
            case .ended:
                return step(octets, contentStart..<offset)
            }
        }
        return step(octets, contentStart..<offset)
    }

    private mutating func step(_ octets: UnsafeRawBufferPointer, _ content: Range<Int>) -> Step {
        summary.count(octets, content)
        return Step(content: content, consumed: content.upperBound)
    }

    /// The CR after a dot turned out to be content; it may have come with an earlier buffer.
    private mutating func loneReturn(at offset: Int) -> Step {
        position = .within
        summary.violations.insert(.bareCarriageReturn)
        summary.octets += 1
        summary.extendLine(by: 1)
        return Step(content: offset..<offset, consumed: offset, precedingReturn: true)
    }

    /// Reads to the next LF or the end of the input, and tells line ends from strays.
    private mutating func readLine(_ octets: UnsafeRawBufferPointer, from start: Int) -> Int {
        let lineFeed = octets.firstOffset(of: UInt8(ascii: "\n"), in: start..<octets.count)
        let end = lineFeed ?? octets.count
        let endsWithReturn = end > start && octets[end - 1] == UInt8(ascii: "\r")
        let textEnd = endsWithReturn ? end - 1 : end
        if octets.firstOffset(of: UInt8(ascii: "\r"), in: start..<textEnd) != nil { summary.violations.insert(.bareCarriageReturn) }
        summary.observeLine(octets, start..<textEnd)
        summary.extendLine(by: textEnd - start)
        guard lineFeed != nil else {
            if endsWithReturn { position = .afterReturn }
            return end
        }
        if endsWithReturn {
            summary.endLine()
            position = .lineStart
        } else {
            summary.violations.insert(.bareLineFeed)
            summary.extendLine(by: 1)
        }
        return end + 1
    }

    private mutating func readAfterReturn(_ octets: UnsafeRawBufferPointer, at offset: Int) -> Int {
        guard octets[offset] == UInt8(ascii: "\n") else {
            summary.violations.insert(.bareCarriageReturn)
            summary.extendLine(by: 1)
            position = .within
            return offset
        }
        summary.endLine()
        position = .lineStart
        return offset + 1
    }
}
