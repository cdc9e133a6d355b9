package import NIOCore

/// What is wrong with a line that was meant to be a command.
package enum SMTPLineFault: Sendable, Hashable {
    /// Longer than the reader's limit; the line was thrown away as it came.
    case tooLong
    /// Holds an LF without CR.
    case bareLineFeed
    /// Holds a CR without LF.
    case bareCarriageReturn
    /// Holds an octet 0.
    case null
}

/// Takes what a client sends apart, for a server: command lines, message text after DATA, chunks after BDAT.
///
/// The server appends what it reads and takes events until there is none; between two events it may say what comes
/// next (`expectText`, `expectChunk`). A command line ends with CRLF only; a line with a lone CR or LF is one event of
/// its own and no command, so nothing can be hidden in it. Whole lines and content come out as slices, not copied.
///
/// Memory: an unfinished line holds at most the line limit. What was appended and not taken is held as it is; whoever
/// appends stops reading from the network while `bufferedOctets` is large.
package struct SMTPServerStream: Sendable {
    /// What came in.
    package enum Event: Sendable, Hashable {
        /// A line without its CRLF.
        case line(ByteBuffer)
        /// A line that is none; reported once, at its end.
        case malformedLine(SMTPLineFault)
        /// A part of the message text, dots unstuffed; never empty.
        case text(ByteBuffer)
        /// The message text ended; command lines follow.
        case endOfText(MessageTextSummary)
        /// A part of a chunk; never empty.
        case chunk(ByteBuffer)
        /// The chunk ended; command lines follow.
        case endOfChunk
    }

    private enum Mode {
        case lines
        case text(DotUnstuffer)
        case chunk(remaining: Int)
    }

    private let maximumLineOctets: Int
    private var mode = Mode.lines
    private var input = ByteBuffer()
    /// Octets of the unfinished line that were searched already, so that a slow client costs no repeated search.
    private var scannedOctets = 0
    private var fault: SMTPLineFault?

    /// A stream that begins with command lines of at most so many octets, CRLF included.
    package init(maximumLineOctets: Int = SMTPLimits.longestCommandLine) {
        self.maximumLineOctets = max(maximumLineOctets, 2)
    }

    /// Octets appended and not yet taken.
    package var bufferedOctets: Int { input.readableBytes }

    /// Takes what was read; nothing is copied when all before was used up.
    package mutating func append(_ buffer: ByteBuffer) {
        input.adopt(buffer)
    }

    /// Says that message text follows: after 354 was decided.
    package mutating func expectText() {
        mode = .text(DotUnstuffer())
    }

    /// Says that a chunk of so many octets follows: after BDAT, whatever is answered to it (RFC 3030 §2).
    package mutating func expectChunk(octets: Int) {
        mode = .chunk(remaining: max(octets, 0))
    }

    /// Throws away what was read and not taken, and returns how much it was. Before TLS begins there must be nothing:
    /// commands sent in the clear after STARTTLS were not sent by the peer of the TLS session (RFC 3207 §4.2).
    package mutating func discardBuffered() -> Int {
        let count = input.readableBytes
        input.clear()
        scannedOctets = 0
        fault = nil
        return count
    }

    /// The next event, nil when more has to be read.
    package mutating func next() -> Event? {
        if let event = nextInMode() { return event }
        input.releaseUnusedStorage()
        return nil
    }

    private mutating func nextInMode() -> Event? {
        switch mode {
        case .lines: return nextLine()
        case .text(let unstuffer): return nextOfText(unstuffer)
        case .chunk(let remaining): return nextOfChunk(remaining)
        }
    }

    /// The decoder is taken out and put back; it is a few words.
    private mutating func nextOfText(_ unstuffer: DotUnstuffer) -> Event? {
        var unstuffer = unstuffer
        let output = unstuffer.next(from: &input)
        switch output {
        case .content(let content):
            mode = .text(unstuffer)
            return .text(content)
        case .end:
            mode = .lines
            return .endOfText(unstuffer.summary)
        case nil:
            mode = .text(unstuffer)
            return nil
        }
    }

    private mutating func nextOfChunk(_ remaining: Int) -> Event? {
        if remaining == 0 {
            mode = .lines
            return .endOfChunk
        }
        guard input.readableBytes > 0, let content = input.readSlice(length: min(remaining, input.readableBytes)) else { return nil }
        mode = .chunk(remaining: remaining - content.readableBytes)
        return .chunk(content)
    }

    private mutating func nextLine() -> Event? {
        while let lineFeed = input.readableBytesView.firstOffset(of: UInt8(ascii: "\n"), from: scannedOctets) {
            guard lineFeed > 0, input.octet(at: lineFeed - 1) == UInt8(ascii: "\r") else {
                note(.bareLineFeed)
                scannedOctets = lineFeed + 1
                continue
            }
            return endLine(lineFeed)
        }
        boundUnfinishedLine()
        return nil
    }

    /// Takes the line whose CRLF ends at `lineFeed`.
    private mutating func endLine(_ lineFeed: Int) -> Event? {
        if lineFeed + 1 > maximumLineOctets { note(.tooLong) }
        guard let line = input.readSlice(length: lineFeed - 1) else { return nil }
        input.moveReaderIndex(forwardBy: 2)
        scannedOctets = 0
        defer { fault = nil }
        noteForbiddenOctets(line.readableBytesView)
        return fault.map { .malformedLine($0) } ?? .line(line)
    }

    /// Keeps the gravest: a line that is too long may hide a command behind a lone CR or LF all the same.
    private mutating func note(_ found: SMTPLineFault) {
        if found.gravity > fault?.gravity ?? -1 { fault = found }
    }

    private mutating func noteForbiddenOctets(_ view: ByteBufferView) {
        if view.firstOffset(of: UInt8(ascii: "\r"), from: 0) != nil { return note(.bareCarriageReturn) }
        if view.firstOffset(of: 0, from: 0) != nil { note(.null) }
    }

    /// Throws away an unfinished line that is too long, all but a CR at its end, which the next octet may complete.
    private mutating func boundUnfinishedLine() {
        scannedOctets = input.readableBytes
        guard scannedOctets > maximumLineOctets else { return }
        note(.tooLong)
        let kept = input.octet(at: scannedOctets - 1) == UInt8(ascii: "\r") ? 1 : 0
        noteForbiddenOctets(input.readableBytesView.dropLast(kept))
        input.moveReaderIndex(forwardBy: scannedOctets - kept)
        scannedOctets = kept
    }
}

extension SMTPLineFault {
    /// What could hide a command counts most.
    fileprivate var gravity: Int {
        switch self {
        case .tooLong: 0
        case .null: 1
        case .bareCarriageReturn: 2
        case .bareLineFeed: 3
        }
    }
}

extension ByteBuffer {
    /// The octet at an offset from the reader index.
    fileprivate func octet(at offset: Int) -> UInt8? {
        getInteger(at: readerIndex + offset)
    }
}
