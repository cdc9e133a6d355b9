import NIOCore
import Settings

/// One entry of a segment's index, 64 bytes in network order: where a transcript stands in the text file and what is known of it. A
/// partial entry at the end of a file is left by a crash or a full disk and is cut off before the next is written.
struct TranscriptIndexEntry: Hashable {
    let entry: TranscriptEntry
    let offset: Int
    let byteCount: Int

    static let byteCount = 64
    private static let version: UInt8 = 1
    private static let outbound: UInt8 = 1
    private static let troubled: UInt8 = 2
    private static let withAddress: UInt8 = 4

    init(entry: TranscriptEntry, offset: Int, byteCount: Int) {
        self.entry = entry
        self.offset = offset
        self.byteCount = byteCount
    }

    func write(into buffer: inout ByteBuffer) {
        var flags: UInt8 = entry.way == .outbound ? Self.outbound : 0
        if entry.isTroubled { flags |= Self.troubled }
        if entry.address != nil { flags |= Self.withAddress }
        buffer.writeMultipleIntegers(Self.version, flags, UInt16(0), UInt32(truncatingIfNeeded: byteCount), UInt64(offset))
        buffer.writeMultipleIntegers(entry.identifier.high, entry.identifier.low)
        buffer.writeBytes(Self.mapped(entry.address))
        buffer.writeMultipleIntegers(entry.endedAt.milliseconds, UInt64(0))
    }

    /// `nil` for bytes that are none of ours.
    init?(readingFrom buffer: inout ByteBuffer) {
        guard
            let (version, flags, _, length, offset) = buffer.readMultipleIntegers(as: (UInt8, UInt8, UInt16, UInt32, UInt64).self),
            let (high, low) = buffer.readMultipleIntegers(as: (UInt64, UInt64).self), let address = buffer.readBytes(length: 16),
            let (ended, _) = buffer.readMultipleIntegers(as: (Int64, UInt64).self), version == Self.version, offset < UInt64(Int.max)
        else { return nil }
        let entry = TranscriptEntry(
            identifier: RecordIdentifier(high: high, low: low), way: flags & Self.outbound == 0 ? .inbound : .outbound,
            address: flags & Self.withAddress == 0 ? nil : NetworkAddress(bytes: address), isTroubled: flags & Self.troubled != 0,
            endedAt: UTCTime(milliseconds: ended))
        self.init(entry: entry, offset: Int(offset), byteCount: Int(length))
    }

    /// Sixteen bytes; IPv4 as RFC 4291 section 2.5.5.2 maps it.
    private static func mapped(_ address: NetworkAddress?) -> [UInt8] {
        guard let address else { return [UInt8](repeating: 0, count: 16) }
        return address.isIPv4 ? [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + address.bytes : address.bytes
    }
}
