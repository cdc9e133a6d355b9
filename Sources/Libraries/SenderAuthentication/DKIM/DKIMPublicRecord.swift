/// The text record under which a public key is published (RFC 6376 §3.6.2).
package struct DKIMPublicRecord: Sendable, Hashable {
    /// RFC 1035 §3.3.14.
    package static let maximumStringBytes = 255

    /// The whole text.
    package let text: String

    package init(text: String) { self.text = text }

    /// The name it has to stand at, without a final dot.
    package static func name(selector: String, domain: String) -> String { "\(selector)._domainkey.\(domain)" }

    /// The text in strings of at most 255 octets, as a text record has to be written.
    package var strings: [String] {
        let bytes = Array(text.utf8)
        return stride(from: 0, to: max(bytes.count, 1), by: Self.maximumStringBytes).map { start in
            String(decoding: bytes[start..<min(start + Self.maximumStringBytes, bytes.count)], as: UTF8.self)
        }
    }

    /// One line of a zone file.
    package func zoneLine(selector: String, domain: String) -> String {
        let texts = strings.map { "\"\($0)\"" }.joined(separator: " ")
        return "\(Self.name(selector: selector, domain: domain)). IN TXT ( \(texts) )"
    }
}
