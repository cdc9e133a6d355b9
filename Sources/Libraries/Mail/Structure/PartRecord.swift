/// What the reader knows of one part; offsets are of the source with index `source`.
struct PartRecord: Sendable {
    var source: Int
    var parent: Int?
    var depth: Int
    /// Whether the part is the message inside a `message/rfc822`, or the whole message.
    var isMessage: Bool
    var header: MessageHeader
    var contentType = ContentType.textPlain
    var transferEncoding = TransferEncoding.sevenBit
    /// The body as it stands in the source; of a multipart everything between its header and the next part of its parent.
    var body: Range<Int>
    /// Of a multipart: before the first and behind the last boundary.
    var preamble: Range<Int>?
    var epilogue: Range<Int>?
    var children: [Int] = []
}
