import Mail
import MessageLog
package import NIOCore
import SenderAuthentication

extension QueuedMessage {
    /// The whole message as every next hop gets it that takes 8 bit: what is put in front, and the content with its header rewritten.
    package func delivered(_ content: ByteBuffer) -> [UInt8] {
        prependedHeader + Array(HeaderRewriting(self).applied(to: content).readableBytesView)
    }
}

/// What is changed in a message's own header on its way out; the stored content stays as it came.
///
/// Two things: a field that only this gateway may write (`X-SecurityGateway-…`, and `Authentication-Results` with the identifier that our
/// own field in front of the content has) and that came from outside gets another name of the same length, so that nobody downstream
/// takes a forged verdict for ours (RFC 8601 section 5); and a subject gets the tag that the gateway's own field
/// `X-SecurityGateway-Subject-Tag`, in front of the content, names.
struct HeaderRewriting: Sendable {
    /// Put in front of the subject.
    let tag: [UInt8]
    private let renamesOurFields: Bool
    /// Identifiers of our own authentication results, in lower case.
    private let ourIdentifiers: Set<String>

    /// Names that begin so are ours.
    static let reservedPrefix = "X-SecurityGateway-"
    /// Names the tag of the subject.
    static let tagField = "X-SecurityGateway-Subject-Tag"
    /// As long as `reservedPrefix`: renaming moves no byte.
    static let untrustedPrefix = "X-Untrusted-Field-"
    /// Its fields are ours when they bear our identifier.
    static let resultsField = "Authentication-Results"
    /// As long as `resultsField`.
    static let untrustedResultsField = "X-Untrusted-Auth-Field"
    /// RFC 5322 section 2.1.1, without CRLF.
    private static let maximumLineBytes = 998

    init(_ message: QueuedMessage) {
        let ours = MessageHeader.read(from: message.prependedHeader)
        tag = ours.first(Self.tagField).map { Array($0.text.utf8) } ?? []
        ourIdentifiers = Set(ours.all(Self.resultsField).compactMap { AuthenticationResults.server(of: $0.body) })
        renamesOurFields = message.direction == .inbound
    }

    var isNeeded: Bool { renamesOurFields || !tag.isEmpty }

    /// At most so many bytes are added.
    var addedBytes: Int { tag.isEmpty ? 0 : tag.count + 2 }

    /// The beginning of a content, or all of it; what lies behind it is left alone.
    func applied(to content: ByteBuffer) -> ByteBuffer {
        guard isNeeded else { return content }
        let places = content.withUnsafeReadableBytes { find($0) }
        guard !places.reserved.isEmpty || !places.results.isEmpty || places.subject != nil else { return content }
        var bytes = Array(content.readableBytesView)
        for place in places.reserved {
            bytes.replaceSubrange(place..<place + Self.untrustedPrefix.utf8.count, with: Self.untrustedPrefix.utf8)
        }
        for place in places.results {
            bytes.replaceSubrange(place..<place + Self.untrustedResultsField.utf8.count, with: Self.untrustedResultsField.utf8)
        }
        if let subject = places.subject { bytes.insert(contentsOf: insertion(subject, bytes), at: subject.colon + 1) }
        return ByteBuffer(bytes: bytes)
    }

    /// Whether the empty line behind the header is in a content's beginning, of which all before `position` was asked about before.
    static func isHeaderWhole(_ content: ByteBuffer, from position: Int) -> Bool {
        content.withUnsafeReadableBytes { bytes in
            let start = max(0, position - 2)
            // What begins with an empty line has no header.
            return (start == 0 && isEmptyLine(bytes, at: 0))
                || (start..<max(start, bytes.count)).contains { bytes[$0] == 0x0A && isEmptyLine(bytes, at: $0 + 1) }
        }
    }

    private static func isEmptyLine(_ bytes: UnsafeRawBufferPointer, at start: Int) -> Bool {
        guard start < bytes.count else { return false }
        return bytes[start] == 0x0A || (bytes[start] == 0x0D && start + 1 < bytes.count && bytes[start + 1] == 0x0A)
    }

    private struct Subject {
        let colon: Int
        let lineEnd: Int
    }

    private struct Places {
        var reserved: [Int] = []
        var results: [Int] = []
        var subject: Subject?
    }

    /// Looks at the beginning of each line of the header.
    private func find(_ bytes: UnsafeRawBufferPointer) -> Places {
        var places = Places()
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            if end == start || (end == start + 1 && bytes[start] == 0x0D) { break }
            if renamesOurFields, Self.begins(bytes, at: start, Self.reservedPrefix) { places.reserved.append(start) }
            if renamesOurFields, !ourIdentifiers.isEmpty, isForgedResult(bytes, start, end) { places.results.append(start) }
            if !tag.isEmpty, places.subject == nil, let colon = Self.colon(bytes, start, end, behind: "Subject") {
                places.subject = Subject(colon: colon, lineEnd: end)
            }
            start = end + 1
        }
        return places
    }

    /// A line that grew too long is folded behind the tag.
    private func insertion(_ subject: Subject, _ bytes: [UInt8]) -> [UInt8] {
        let next = subject.colon + 1 < bytes.count ? bytes[subject.colon + 1] : 0x0D
        let isSeparated = next == 0x20 || next == 0x09 || next == 0x0D
        let text = [0x20] + tag
        guard bytes[..<subject.lineEnd].count - (lineStart(subject, bytes)) + text.count + 1 <= Self.maximumLineBytes else {
            return text + [0x0D, 0x0A] + (isSeparated ? [] : [0x20])
        }
        return isSeparated ? text : text + [0x20]
    }

    private func lineStart(_ subject: Subject, _ bytes: [UInt8]) -> Int {
        bytes[..<subject.colon].lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    }

    /// Whether the field that begins here claims to come from us. Only as much of it is read as an identifier can be hidden behind.
    private func isForgedResult(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> Bool {
        guard let colon = Self.colon(bytes, start, end, behind: Self.resultsField) else { return false }
        let fieldEnd = Self.endOfField(bytes, end, limit: colon + 2 + AuthenticationResults.maximumBytes)
        return AuthenticationResults.isForged(Array(bytes[(colon + 1)..<fieldEnd])[...], ours: ourIdentifiers)
    }

    /// Behind the last continuation line of the field whose first line ends at `lineEnd`.
    private static func endOfField(_ bytes: UnsafeRawBufferPointer, _ lineEnd: Int, limit: Int) -> Int {
        var end = lineEnd
        while end + 1 < bytes.count, end < limit, bytes[end + 1] == 0x20 || bytes[end + 1] == 0x09 {
            end = bytes[(end + 1)...].firstIndex(of: 0x0A) ?? bytes.count
        }
        return min(end, bytes.count)
    }

    /// Blanks before the colon are obsolete and still read (RFC 5322 section 4.5).
    private static func colon(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int, behind name: String) -> Int? {
        guard begins(bytes, at: start, name) else { return nil }
        var position = start + name.utf8.count
        while position < end, bytes[position] == 0x20 || bytes[position] == 0x09 { position += 1 }
        return position < end && bytes[position] == 0x3A ? position : nil
    }

    /// Without regard to case.
    private static func begins(_ bytes: UnsafeRawBufferPointer, at start: Int, _ text: String) -> Bool {
        guard bytes.count - start >= text.utf8.count else { return false }
        var position = start
        for byte in text.utf8 {
            if lowercase(bytes[position]) != lowercase(byte) { return false }
            position += 1
        }
        return true
    }

    private static func lowercase(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
