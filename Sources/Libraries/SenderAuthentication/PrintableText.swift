/// Text from outside made fit for one line of a log, a header field or an SMTP reply.
package enum PrintableText {
    /// What is shown of names and terms.
    package static let maximumBytes = 300

    /// Printable ASCII only, every other character as `?`, and no more than `limit` octets.
    package static func cut(_ text: String, limit: Int = maximumBytes) -> String {
        let bytes = text.unicodeScalars.prefix(limit).map { scalar in
            (0x20...0x7E).contains(scalar.value) ? UInt8(truncatingIfNeeded: scalar.value) : UInt8(ascii: "?")
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
