package import NIOCore

/// Why a server's reply cannot be understood; the connection is of no use any more.
package enum SMTPReplyError: Error, Sendable, Hashable {
    /// A line has more than `SMTPReplyParser.maximumLineOctets`.
    case lineTooLong
    /// A reply has more than `SMTPReplyParser.maximumLines`.
    case tooManyLines
    /// A line does not begin with a code from 200 to 599 and a space, hyphen or line end.
    case malformedLine
    /// The lines of one reply carry different codes. Whether the mail was taken would be a guess, so none is made.
    case inconsistentCodes
}

/// Reads a server's replies from the buffers in which they arrive.
///
/// Lines may end with CRLF or LF alone: some servers send the latter, and for a client nothing is ambiguous there.
/// After an error the parser stays in it.
package struct SMTPReplyParser: Sendable {
    /// Four times what RFC 5321 §4.5.3.1.5 allows, since servers put long texts and addresses there.
    package static let maximumLineOctets = 2_048
    /// Lines of one reply; the longest EHLO replies have about twenty.
    package static let maximumLines = 100

    private var input = ByteBuffer()
    private var scannedOctets = 0
    private var code: Int?
    private var enhancedCode: EnhancedStatusCode?
    private var lines: [String] = []
    private var failure: SMTPReplyError?

    /// A parser at the beginning of a reply.
    package init() {}

    /// Takes what was read; nothing is copied when all before was used up.
    package mutating func append(_ buffer: ByteBuffer) {
        input.adopt(buffer)
    }

    /// Whether octets or lines of an unfinished reply are held. After all expected replies were taken, true means that
    /// the server sent more than it was asked for.
    package var hasUnfinishedInput: Bool { input.readableBytes > 0 || code != nil }

    /// The next complete reply, nil when more has to be read.
    package mutating func next() throws(SMTPReplyError) -> SMTPReply? {
        if let failure { throw failure }
        do throws(SMTPReplyError) {
            while let line = try nextLine() {
                if let reply = try take(line) { return reply }
            }
            input.releaseUnusedStorage()
            return nil
        } catch {
            failure = error
            input.clear()
            throw error
        }
    }

    private mutating func nextLine() throws(SMTPReplyError) -> ByteBufferView? {
        let view = input.readableBytesView
        guard let end = view.firstOffset(of: UInt8(ascii: "\n"), from: scannedOctets) else {
            scannedOctets = view.count
            guard scannedOctets <= Self.maximumLineOctets else { throw .lineTooLong }
            return nil
        }
        guard end < Self.maximumLineOctets else { throw .lineTooLong }
        scannedOctets = 0
        input.moveReaderIndex(forwardBy: end + 1)
        let line = view.prefix(end)
        return line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }

    private mutating func take(_ line: ByteBufferView) throws(SMTPReplyError) -> SMTPReply? {
        guard let lineCode = Self.code(line.prefix(3)) else { throw .malformedLine }
        let separator = line.dropFirst(3).first ?? UInt8(ascii: " ")
        guard separator == UInt8(ascii: " ") || separator == UInt8(ascii: "-") else { throw .malformedLine }
        guard code == nil || code == lineCode else { throw .inconsistentCodes }
        guard lines.count < Self.maximumLines else { throw .tooManyLines }
        code = lineCode
        appendText(String(decoding: line.dropFirst(4), as: UTF8.self).withoutControlCharacters, lineCode)
        guard separator == UInt8(ascii: " ") else { return nil }
        defer {
            code = nil
            enhancedCode = nil
            lines = []
        }
        return SMTPReply(lineCode, enhancedCode, lines: lines)
    }

    /// Takes an enhanced code off the line when it agrees with the reply's first digit; a code that does not agree is
    /// text. The first one found counts for the reply.
    private mutating func appendText(_ text: String, _ lineCode: Int) {
        let word = text.prefix { $0 != " " }
        guard let found = EnhancedStatusCode(word), Int(found.category.rawValue) == lineCode / 100 else {
            lines.append(text)
            return
        }
        enhancedCode = enhancedCode ?? found
        lines.append(String(text.dropFirst(word.count).drop { $0 == " " }))
    }

    private static func code(_ digits: ByteBufferView) -> Int? {
        guard digits.count == 3, digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        let value = digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return (200...599).contains(value) ? value : nil
    }
}
