/// What a server learns about message text while it comes in; counted on the content, dots unstuffed.
package struct MessageTextSummary: Sendable, Hashable {
    /// What message text must not hold (RFC 5321 §2.3.8, RFC 5322 §2.3).
    package struct Violations: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8

        /// As option sets demand.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// A CR without LF.
        package static let bareCarriageReturn = Violations(rawValue: 1)
        /// An LF without CR.
        package static let bareLineFeed = Violations(rawValue: 2)
        /// An octet 0. Ambiguous for nobody's line ends; a receiver may take it.
        package static let null = Violations(rawValue: 4)

        /// What lets two programs see different lines; a message with any of these must be refused.
        package static let ambiguousLineEnds: Violations = [.bareCarriageReturn, .bareLineFeed]
    }

    /// Octets of the content, line ends included.
    package internal(set) var octets = 0
    /// Lines, each ended by CRLF.
    package internal(set) var lines = 0
    /// Octets of the longest line without its CRLF.
    package internal(set) var longestLineOctets = 0
    /// Whether an octet above 127 was there.
    package internal(set) var hasEightBitOctets = false
    /// What was there and must not be.
    package internal(set) var violations: Violations = []
    /// Lines before the first empty one.
    package internal(set) var headerLines = 0
    /// `Received` fields in the header, for loop detection (RFC 5321 §6.3).
    package internal(set) var receivedFields = 0

    private var lineOctets = 0
    private var isInHeader = true
    /// The first octets of the current header line, in lower case, first octet lowest.
    private var namePrefix: UInt64 = 0
    private var namePrefixOctets = 0

    /// "received" as `namePrefix` holds it.
    private static let received = "received".utf8.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    private static let receivedOctets = 8

    /// Nothing seen yet.
    package init() {}

    /// Counts a stretch that is handed out.
    mutating func count(_ all: UnsafeRawBufferPointer, _ content: Range<Int>) {
        octets += content.count
        if !hasEightBitOctets { hasEightBitOctets = all.hasEightBitOctets(in: content) }
        if !violations.contains(.null), all.firstOffset(of: 0, in: content) != nil { violations.insert(.null) }
    }

    mutating func extendLine(by count: Int) {
        lineOctets += count
    }

    mutating func endLine() {
        lines += 1
        longestLineOctets = max(longestLineOctets, lineOctets)
        if isInHeader {
            if lineOctets == 0 { isInHeader = false } else { headerLines += 1 }
            namePrefix = 0
            namePrefixOctets = 0
        }
        lineOctets = 0
    }

    /// Looks at the beginning of a header line, in as many pieces as it comes. Must precede `extendLine`.
    mutating func observeLine(_ all: UnsafeRawBufferPointer, _ piece: Range<Int>) {
        guard isInHeader, namePrefixOctets <= Self.receivedOctets, namePrefixOctets == lineOctets else { return }
        for octet in all[piece].prefix(Self.receivedOctets + 1 - namePrefixOctets) {
            if namePrefixOctets < Self.receivedOctets {
                namePrefix |= UInt64(octet | 0x20) << (UInt64(namePrefixOctets) * 8)
            } else if namePrefix == Self.received, octet == UInt8(ascii: ":") || octet == UInt8(ascii: " ") || octet == UInt8(ascii: "\t") {
                // White space before the colon is the obsolete syntax of RFC 5322 §4.5.
                receivedFields += 1
            }
            namePrefixOctets += 1
        }
    }
}
