import CFirebird

/// A parameter buffer of the C API (DPB, SPB and their like), written byte by byte.
///
/// Strings of these versions are at most 255 bytes; a longer one is refused, never cut.
struct ParameterBlock {
    private(set) var bytes: [UInt8]

    init(version: [Int32]) { bytes = version.map { UInt8(truncatingIfNeeded: $0) } }

    /// A bare tag, as actions and flags without a value have it.
    mutating func append(tag: Int32) { bytes.append(UInt8(truncatingIfNeeded: tag)) }

    /// Tag, one byte of length, text.
    mutating func append(_ tag: Int32, text: String, called name: String) throws(FirebirdError) {
        guard let length = UInt8(exactly: text.utf8.count) else {
            throw FirebirdError(.invalidArgument, "\(name) is longer than 255 bytes")
        }
        append(tag: tag)
        bytes.append(length)
        bytes.append(contentsOf: text.utf8)
    }

    /// Tag, one byte of length, little-endian bytes.
    mutating func append(_ tag: Int32, value: [UInt8]) {
        append(tag: tag)
        bytes.append(UInt8(truncatingIfNeeded: value.count))
        bytes.append(contentsOf: value)
    }

    /// Tag, two bytes of length, text: the form of a service's action items.
    mutating func append(_ tag: Int32, longText text: String, called name: String) throws(FirebirdError) {
        guard let length = UInt16(exactly: text.utf8.count) else {
            throw FirebirdError(.invalidArgument, "\(name) is longer than 65535 bytes")
        }
        append(tag: tag)
        bytes.append(contentsOf: Self.littleEndian(length))
        bytes.append(contentsOf: text.utf8)
    }

    /// Tag and four bytes without a length: the form of a service's numbers.
    mutating func append(_ tag: Int32, number: Int32) {
        append(tag: tag)
        bytes.append(contentsOf: Self.littleEndian(UInt32(bitPattern: number)))
    }

    /// The bytes as the C functions take them.
    var characters: [CChar] { bytes.map { CChar(bitPattern: $0) } }

    static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.littleEndian) { Array($0) }
    }
}
