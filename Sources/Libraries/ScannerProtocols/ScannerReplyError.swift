/// Why a scanner's reply could not be used. What a scanner sends is input from outside: nothing of it is believed before it is read.
package enum ScannerReplyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// More than a reply of this protocol ever has.
    case tooLong(maximumBytes: Int)
    /// The connection ended within the reply.
    case cutOff
    /// Not of the protocol's form; the beginning of it, printable.
    case malformed(String)
    /// The scanner says that it could not do it, in its words, printable.
    case refused(String)

    package var description: String {
        switch self {
        case .tooLong(let maximum): "the reply is longer than \(maximum) bytes"
        case .cutOff: "the connection ended within the reply"
        case .malformed(let text): "the reply is not of the protocol: “\(text)”"
        case .refused(let text): "it answered “\(text)”"
        }
    }
}

/// Makes texts of bytes that anybody may have sent.
enum PrintableText {
    static let maximumBytes = 120

    /// Printable ASCII and a mark for everything else, in one line, at most `maximum` bytes.
    static func make(_ bytes: some Collection<UInt8>, maximum: Int = maximumBytes) -> String {
        String(decoding: bytes.prefix(maximum).map { (0x20...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
    }
}

extension ScannerReplyError {
    /// Something answers that speaks the protocol's language but is another server.
    package static func notTheEngine(_ bytes: [UInt8]) -> Self { .malformed(PrintableText.make(bytes)) }

    /// A text from outside as it may be shown: one line of printable ASCII, at most 120 bytes.
    package static func printable(_ text: String) -> String { PrintableText.make(Array(text.utf8)) }
}
