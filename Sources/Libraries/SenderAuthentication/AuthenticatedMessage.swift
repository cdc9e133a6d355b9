package import Mail

/// A message as signatures see it: its header fields by name, and its body.
package struct AuthenticatedMessage: Sendable {
    package let header: MessageHeader
    private let bytes: [UInt8]
    /// Positions in `header` of each name in lower case, in the order of the message.
    private let positions: [String: [Int]]

    /// Longer names are no header fields that anyone signs.
    private static let maximumNameBytes = 256

    /// Reads the header of a message; its lines end in CRLF or LF.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
        header = MessageHeader.read(from: bytes)
        var positions: [String: [Int]] = [:]
        for (index, field) in header.enumerated() where field.nameBytes.count <= Self.maximumNameBytes {
            positions[String(decoding: field.nameBytes.map(\.spfLowercased), as: UTF8.self), default: []].append(index)
        }
        self.positions = positions
    }

    /// Everything behind the empty line.
    package var body: ArraySlice<UInt8> { bytes[min(header.bodyStart, bytes.count)...] }

    /// Whether fields were left unread because there are too many, or because they are too long. Nothing can be said about the
    /// signatures of such a message: what was left out may have been signed.
    package var isHeaderCut: Bool {
        header.anomalies.contains { $0.kind == .headerTooLong || $0.kind == .tooManyHeaderFields }
    }

    /// Positions of the fields of a name in lower case, from the top.
    func positions(of name: String) -> [Int] { positions[name] ?? [] }

    /// The field at a position, byte for byte, without its final line end.
    func field(_ position: Int) -> ArraySlice<UInt8> { header[position].bytes }

    /// The positions that a list of signed fields means: for each name the last field that is not taken yet; names without one stand for
    /// nothing (RFC 6376 §5.4.2).
    func selected(_ names: [String]) -> [Int] {
        var taken: [String: Int] = [:]
        return names.compactMap { name in
            let all = positions(of: name)
            let count = taken[name, default: 0]
            guard count < all.count else { return nil }
            taken[name] = count + 1
            return all[all.count - 1 - count]
        }
    }
}
