/// What is said to spamd, SpamAssassin's daemon, and what it answers (its file PROTOCOL, version 1.5).
package enum Spamd {
    package static let ping: [UInt8] = Array("PING SPAMC/1.5\r\n\r\n".utf8)

    /// The head of a request for score and symbols; the message follows.
    /// - Parameters:
    ///   - contentLength: bytes of the message.
    ///   - user: whose preferences are taken; empty for the daemon's. Without control characters.
    package static func symbolsRequest(contentLength: Int, user: String) -> [UInt8] {
        let user = user.unicodeScalars.contains { $0.value < 0x20 } ? "" : user
        return Array(
            "SYMBOLS SPAMC/1.5\r\nContent-length: \(contentLength)\r\n\(user.isEmpty ? "" : "User: \(user)\r\n")\r\n".utf8)
    }

    /// Longest reply: names of rules.
    package static let maximumReplyBytes = 64 << 10
    /// Rules that are kept of a reply.
    package static let maximumSymbols = 200

    /// - Parameter line: the answer to PING, such as `SPAMD/1.5 0 PONG`.
    /// - Returns: the protocol's name and version.
    package static func pong(_ line: [UInt8]) throws(ScannerReplyError) -> String {
        let words = PrintableText.make(line).split(separator: " ").map(String.init)
        guard words.count == 3, words[0].hasPrefix("SPAMD/"), words[1] == "0", words[2] == "PONG" else {
            throw .malformed(PrintableText.make(line))
        }
        return words[0]
    }
}

/// Reads spamd's reply to SYMBOLS as it comes.
package struct SpamdReply: Sendable {
    private var bytes: [UInt8] = []
    /// Looked at of one header line.
    private static let maximumHeaderBytes = 1000

    package init() {}

    /// - Returns: what it says, once the reply is whole by its Content-length.
    package mutating func take(_ more: some Collection<UInt8>) throws(ScannerReplyError) -> ScannerOpinion? {
        guard bytes.count + more.count <= Spamd.maximumReplyBytes else { throw .tooLong(maximumBytes: Spamd.maximumReplyBytes) }
        bytes += more
        guard let head = try head(), let length = head.contentLength, bytes.count - head.end >= length else { return nil }
        return try opinion(head, body: bytes[head.end..<head.end + length])
    }

    /// The connection has ended.
    package func finish() throws(ScannerReplyError) -> ScannerOpinion {
        guard let head = try head(), head.contentLength == nil else { throw .cutOff }
        return try opinion(head, body: bytes[head.end...])
    }

    private struct Head {
        let end: Int
        let contentLength: Int?
        let spam: String?
    }

    /// `nil` until the empty line is there.
    private func head() throws(ScannerReplyError) -> Head? {
        guard let end = bytes.firstRange(of: [0x0D, 0x0A, 0x0D, 0x0A]) else {
            // An error has one line and no more.
            if let line = firstLine { try check(line) }
            return nil
        }
        let lines = bytes[..<end.lowerBound].split(separator: 0x0A).map {
            PrintableText.make($0.filter { $0 != 0x0D }, maximum: Self.maximumHeaderBytes)
        }
        try check(Array((lines.first ?? "").utf8))
        var length: Int?
        var spam: String?
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw .malformed(PrintableText.make(line.utf8.map { $0 })) }
            let value = String(line[line.index(after: colon)...].drop { $0 == " " })
            switch line[..<colon].lowercased() {
            case "content-length":
                guard let number = Int(value), (0...Spamd.maximumReplyBytes).contains(number) else {
                    throw .malformed(PrintableText.make(line.utf8.map { $0 }))
                }
                length = number
            case "spam": spam = value
            default: break
            }
        }
        return Head(end: end.upperBound, contentLength: length, spam: spam)
    }

    private var firstLine: [UInt8]? { bytes.firstIndex(of: 0x0A).map { Array(bytes[..<$0]).filter { $0 != 0x0D } } }

    /// `SPAMD/1.1 0 EX_OK`.
    private func check(_ line: [UInt8]) throws(ScannerReplyError) {
        let words = PrintableText.make(line).split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count >= 2, words[0].hasPrefix("SPAMD/"), let code = Int(words[1]) else { throw .malformed(PrintableText.make(line)) }
        guard code == 0 else { throw .refused(words.count > 2 ? words[2] : words[1]) }
    }

    /// `Spam: True ; 7.3 / 5.0`, then names separated by commas.
    private func opinion(_ head: Head, body: ArraySlice<UInt8>) throws(ScannerReplyError) -> ScannerOpinion {
        guard let spam = head.spam else { throw .malformed("no Spam header") }
        let values = spam.split(separator: ";").last.map(String.init)?.split(separator: "/").map { Double($0.filter { $0 != " " }) } ?? []
        guard values.count == 2, let score = values[0], let required = values[1], score.isFinite, required.isFinite else {
            throw .malformed(PrintableText.make(spam.utf8.map { $0 }))
        }
        let names = body.split { $0 == UInt8(ascii: ",") || $0 <= 0x20 }.prefix(Spamd.maximumSymbols)
        let symbols = names.map { ScannerOpinion.Symbol(name: PrintableText.make($0, maximum: 60), score: nil) }
        return ScannerOpinion(score: score, required: required, action: nil, symbols: symbols.filter { $0.name != "none" })
    }
}

/// What a scanner that gives scores thinks of a message.
package struct ScannerOpinion: Sendable, Hashable {
    package let score: Double
    /// From where on the scanner itself would call it spam.
    package let required: Double
    /// What the scanner would have done (Rspamd).
    package let action: String?
    /// In the scanner's order; of Rspamd the weightiest first.
    package let symbols: [Symbol]

    package struct Symbol: Sendable, Hashable {
        package let name: String
        /// `nil` where the scanner does not say.
        package let score: Double?

        package init(name: String, score: Double?) {
            self.name = name
            self.score = score
        }
    }

    package init(score: Double, required: Double, action: String?, symbols: [Symbol]) {
        self.score = score
        self.required = required
        self.action = action
        self.symbols = symbols
    }
}
