/// The header of a message or part: its fields in order, kept as ranges of the original bytes.
///
/// Look-up ignores the case of names. Reading stops at the end of the header, so a caller who wants only the header pays only for it.
package struct MessageHeader: Sendable {
    let source: [UInt8]
    private let places: [HeaderField.Place]
    /// From the first byte of the header through the empty line that ends it.
    package let range: Range<Int>
    /// What was odd about it; names of kinds only, no content.
    package let anomalies: [MessageAnomaly]

    /// Where the body begins: the end of `range`.
    package var bodyStart: Int { range.upperBound }

    init(source: [UInt8], places: [HeaderField.Place], range: Range<Int>, anomalies: [MessageAnomaly]) {
        self.source = source
        self.places = places
        self.range = range
        self.anomalies = anomalies
    }

    /// Reads the header at the beginning of a message, and nothing behind it.
    package static func read(from bytes: [UInt8], limits: MessageLimits = MessageLimits()) -> MessageHeader {
        var scanner = HeaderScanner(start: 0, limits: limits)
        var lines = LineScanner(bytes, range: 0..<bytes.count)
        while let line = lines.next(in: bytes) {
            if case .ended(let bodyStart) = scanner.take(line, in: bytes) {
                return scanner.header(source: bytes, bodyStart: bodyStart)
            }
        }
        return scanner.header(source: bytes, bodyStart: scanner.endOfUnendedHeader(in: bytes, end: bytes.count))
    }

    /// The first field of that name.
    package func first(_ name: String) -> HeaderField? {
        places.first { HeaderField.matches(source, $0, name) }.map { HeaderField(source: source, place: $0) }
    }

    /// All fields of that name, in order.
    package func all(_ name: String) -> [HeaderField] {
        places.filter { HeaderField.matches(source, $0, name) }.map { HeaderField(source: source, place: $0) }
    }

    /// Whether any field has bytes beyond ASCII (RFC 6532), so that a next hop must offer SMTPUTF8.
    package var requiresSMTPUTF8: Bool { source[range].containsEightBit }
}

extension MessageHeader: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { places.count }
    package subscript(position: Int) -> HeaderField { HeaderField(source: source, place: places[position]) }
}

extension MessageHeader {
    /// As a reader sees it; nil when there is none.
    package var subject: String? { first("Subject")?.text }
    /// Of all `From` fields, since programs differ in which of several they show.
    package var from: [HeaderMailbox] { mailboxes("From") }
    package var sender: [HeaderMailbox] { mailboxes("Sender") }
    package var replyTo: [HeaderMailbox] { mailboxes("Reply-To") }
    package var to: [HeaderMailbox] { mailboxes("To") }
    package var carbonCopy: [HeaderMailbox] { mailboxes("Cc") }
    /// Without angle brackets.
    package var messageID: String? { first("Message-ID")?.messageIDs.first }
    package var date: MailDate? { first("Date")?.date }

    private func mailboxes(_ name: String) -> [HeaderMailbox] { all(name).flatMap(\.addresses.mailboxes) }
}
