import Crypto

/// What all files of the classifier have in common: a kind, two versions, a content, and the SHA-256 of everything before it.
///
///     8 bytes kind · 4 format version · 4 token version · content · 32 SHA-256; numbers little-endian
enum SealedFile {
    static let prefixBytes = 16
    static let checksumBytes = 32

    /// The bytes with their checksum behind them.
    static func sealed(_ content: [UInt8]) -> [UInt8] { content + Array(SHA256.hash(data: content)) }

    /// Checks what says which kind of file it is; another version may have another length.
    static func checkPrefix(
        _ bytes: [UInt8], kind: [UInt8], formatVersion: UInt32, minimumBytes: Int
    ) throws(BayesFileError) {
        guard !bytes.isEmpty, bytes.prefix(kind.count).elementsEqual(kind.prefix(bytes.count)) else { throw .notThisKind }
        guard bytes.count >= minimumBytes else { throw .truncated(bytes: bytes.count, expected: minimumBytes) }
        let format: UInt32 = integer(bytes, at: 8)
        guard format == formatVersion else { throw .otherFormat(version: format) }
        let tokens: UInt32 = integer(bytes, at: 12)
        guard tokens == BayesSnapshot.tokenVersion else { throw .otherTokens(version: tokens) }
    }

    static func checkSeal(_ bytes: [UInt8]) throws(BayesFileError) {
        let content = bytes.count - checksumBytes
        let isRight = bytes.withUnsafeBytes { buffer in
            SHA256.hash(data: UnsafeRawBufferPointer(rebasing: buffer[..<content])).elementsEqual(buffer[content...])
        }
        guard isRight else { throw .checksumMismatch }
    }

    static func integer<Number: FixedWidthInteger>(_ bytes: [UInt8], at place: Int) -> Number {
        bytes.withUnsafeBytes { Number(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: Number.self)) }
    }

    static func column<Number: FixedWidthInteger>(_ bytes: [UInt8], at start: Int, _ count: Int) -> [Number] {
        bytes.withUnsafeBytes { buffer in
            (0..<count).map {
                Number(littleEndian: buffer.loadUnaligned(fromByteOffset: start + $0 * MemoryLayout<Number>.size, as: Number.self))
            }
        }
    }
}

/// Numbers and bytes one after the other.
struct FileOutput {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func append(_ more: [UInt8]) { bytes += more }

    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }
}
