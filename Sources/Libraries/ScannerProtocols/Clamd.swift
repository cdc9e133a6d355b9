/// What is said to clamd, ClamAV's daemon, and what it answers (clamd(8)). Commands begin with `z` and end with NUL, as do replies then.
package enum Clamd {
    package static let ping: [UInt8] = Array("zPING\0".utf8)
    package static let version: [UInt8] = Array("zVERSION\0".utf8)
    /// Chunks follow: each its length in four bytes, most significant first, then so many bytes; a length of zero ends them.
    package static let instream: [UInt8] = Array("zINSTREAM\0".utf8)
    package static let end: [UInt8] = [0, 0, 0, 0]

    /// The four bytes in front of a chunk.
    /// - Parameter count: 1 to 2³¹ − 1.
    package static func chunkHeader(_ count: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) }
    }

    /// What a scan found.
    package enum Finding: Sendable, Hashable {
        case clean
        /// The signature's name, printable, at most 120 bytes.
        case virus(String)
        /// Larger than the daemon's own StreamMaxLength.
        case tooLarge
    }

    /// Longest reply: a line with a signature's name.
    package static let maximumReplyBytes = 4096

    /// - Parameter line: a reply without its end.
    /// - Throws: `.refused` for the daemon's own errors, `.malformed` for anything else.
    package static func finding(_ line: [UInt8]) throws(ScannerReplyError) -> Finding {
        let text = PrintableText.make(line, maximum: maximumReplyBytes)
        if text == "stream: OK" { return .clean }
        if text.hasSuffix(" ERROR") {
            guard !text.hasPrefix("INSTREAM size limit exceeded") else { return .tooLarge }
            throw .refused(PrintableText.make(text.dropLast(" ERROR".count).utf8.map { $0 }))
        }
        guard text.hasPrefix("stream: "), text.hasSuffix(" FOUND") else { throw .malformed(PrintableText.make(line)) }
        let name = text.dropFirst("stream: ".count).dropLast(" FOUND".count)
        guard !name.isEmpty else { throw .malformed(PrintableText.make(line)) }
        return .virus(PrintableText.make(Array(name.utf8)))
    }

    /// The answer to PING.
    package static func pong(_ line: [UInt8]) throws(ScannerReplyError) {
        guard line == Array("PONG".utf8) else { throw .malformed(PrintableText.make(line)) }
    }

    /// The answer to VERSION, such as `ClamAV 1.4.6/27000/Sat Nov 28 …`.
    package static func versionText(_ line: [UInt8]) throws(ScannerReplyError) -> String {
        guard line.starts(with: "ClamAV".utf8) else { throw .malformed(PrintableText.make(line)) }
        return PrintableText.make(line)
    }
}

/// Collects one reply that ends with NUL, or a line that ends with LF.
package struct TerminatedReply: Sendable {
    private var bytes: [UInt8] = []
    private let terminator: UInt8
    private let maximumBytes: Int

    package init(terminator: UInt8 = 0, maximumBytes: Int = Clamd.maximumReplyBytes) {
        self.terminator = terminator
        self.maximumBytes = maximumBytes
    }

    /// - Returns: the reply without its end and a carriage return before it, once it is there; what follows is not looked at.
    /// - Throws: `.tooLong`.
    package mutating func take(_ more: some Collection<UInt8>) throws(ScannerReplyError) -> [UInt8]? {
        let end = more.firstIndex(of: terminator)
        bytes += end.map { more[..<$0] } ?? more[...]
        guard bytes.count <= maximumBytes else { throw .tooLong(maximumBytes: maximumBytes) }
        guard end != nil else { return nil }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return bytes
    }
}
