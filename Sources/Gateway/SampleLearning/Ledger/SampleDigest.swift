import Crypto
package import Settings

/// Names a message by its content: the beginning of its SHA-256 without carriage returns, so that a mail saved by another program, with
/// other line ends, is the same one.
package struct SampleDigest: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let identifier: RecordIdentifier

    package init(_ identifier: RecordIdentifier) { self.identifier = identifier }

    package init(of bytes: [UInt8]) {
        var hash = SHA256()
        // In pieces between carriage returns, so that no copy is made.
        bytes.withUnsafeBytes { buffer in
            var start = 0
            for place in buffer.indices where buffer[place] == 0x0D {
                hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[start..<place]))
                start = place + 1
            }
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: buffer[start...]))
        }
        // Sixteen bytes always make an identifier.
        identifier = RecordIdentifier(bytes: Array(hash.finalize()).prefix(RecordIdentifier.byteCount)) ?? RecordIdentifier(high: 0, low: 0)
    }

    package init?(_ text: some StringProtocol) {
        guard let identifier = RecordIdentifier(text) else { return nil }
        self.identifier = identifier
    }

    package static func < (left: Self, right: Self) -> Bool { left.identifier < right.identifier }

    /// 32 lower-case hexadecimal digits.
    package var description: String { identifier.description }

    /// Of a sample the gateway itself stores.
    package var fileName: String { "\(identifier).eml" }
}
