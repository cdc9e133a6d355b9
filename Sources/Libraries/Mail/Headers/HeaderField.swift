/// One field of a header, byte for byte as received; what it means is computed on request.
package struct HeaderField: Sendable {
    /// Offsets of one field in the message's bytes.
    struct Place: Hashable, Sendable {
        var start: Int
        var nameEnd: Int
        var bodyStart: Int
        /// Without the final line end.
        var end: Int
    }

    private let source: [UInt8]
    let place: Place

    init(source: [UInt8], place: Place) {
        self.source = source
        self.place = place
    }

    /// The whole field with its folding, without the final line end: what DKIM signs.
    package var bytes: ArraySlice<UInt8> { source[place.start..<place.end] }
    /// As written, without blanks before the colon.
    package var nameBytes: ArraySlice<UInt8> { source[place.start..<place.nameEnd] }
    package var name: String { String(decoding: nameBytes, as: UTF8.self) }
    /// Everything behind the colon, blanks and folding included.
    package var body: ArraySlice<UInt8> { source[place.bodyStart..<place.end] }

    /// The body with line ends removed (RFC 5322 §2.2.3) and blanks at both ends taken off.
    package var unfolded: [UInt8] {
        let trimmed = body.trimmed
        guard trimmed.containsFast(0x0A) || trimmed.containsFast(0x0D) else { return Array(trimmed) }
        return trimmed.filter { $0 != 0x0A && $0 != 0x0D }
    }

    /// The body as a reader sees it: unfolded, encoded words decoded, bytes beyond ASCII read in the charset they are in.
    package var text: String { EncodedWord.decode(unfolded) }

    /// The body as an address list (RFC 5322 §3.4); empty when there is no address in it.
    package var addresses: AddressList { AddressList(parsing: unfolded) }

    /// The message identifiers in the body, without angle brackets (`Message-ID`, `In-Reply-To`, `References`).
    package var messageIDs: [String] { MessageIdentifiers.read(unfolded) }

    /// The body as a date; nil when it is none.
    package var date: MailDate? { MailDate(parsing: unfolded) }

    /// The body as a value with parameters (`Content-Type`, `Content-Disposition` and their like).
    package var parameterized: ParameterizedValue { ParameterizedValue(parsing: unfolded) }

    /// Whether the body has bytes beyond ASCII, which only SMTPUTF8 allows (RFC 6532).
    package var containsEightBit: Bool { bytes.containsEightBit }

    func isNamed(_ other: String) -> Bool { Self.matches(source, place, other) }

    static func matches(_ source: [UInt8], _ place: Place, _ name: String) -> Bool {
        guard name.utf8.count == place.nameEnd - place.start else { return false }
        var index = place.start
        for byte in name.utf8 {
            guard source[index].asciiLowercased == byte.asciiLowercased else { return false }
            index += 1
        }
        return true
    }
}
