import Glibc
import NIOCore

extension UnsafeRawBufferPointer {
    /// The offset of the first `octet` in a part of the buffer, found by the C library's vectorised search.
    ///
    /// `range` must lie within the buffer; an empty range finds nothing.
    @inline(__always)
    func firstOffset(of octet: UInt8, in range: Range<Int>) -> Int? {
        guard let baseAddress, !range.isEmpty else { return nil }
        guard let found = memchr(baseAddress + range.lowerBound, Int32(octet), range.count) else { return nil }
        return UnsafeRawPointer(found) - baseAddress
    }

    /// Whether any octet of a part of the buffer is above 127; eight are looked at together.
    func hasEightBitOctets(in range: Range<Int>) -> Bool {
        var offset = range.lowerBound
        while offset + 32 <= range.upperBound {
            let words = loadUnaligned(fromByteOffset: offset, as: SIMD4<UInt64>.self)
            if (words[0] | words[1] | words[2] | words[3]) & 0x8080_8080_8080_8080 != 0 { return true }
            offset += 32
        }
        while offset < range.upperBound {
            if self[offset] > 127 { return true }
            offset += 1
        }
        return false
    }
}

extension ByteBufferView {
    /// The offset, counted from the view's beginning, of the first `octet` at or after `start`.
    func firstOffset(of octet: UInt8, from start: Int) -> Int? {
        withUnsafeBytes { start < $0.count ? $0.firstOffset(of: octet, in: start..<$0.count) : nil }
    }
}

extension ByteBuffer {
    /// A buffer with more unused room than this, and more than three quarters of it unused, is not kept for its rest.
    private static var largestWaste: Int { 2_048 }

    /// Appends what was read; takes it over without copying when nothing is left of what came before.
    mutating func adopt(_ buffer: ByteBuffer) {
        if readableBytes == 0 {
            self = buffer
        } else {
            var buffer = buffer
            discardReadBytes()
            writeBuffer(&buffer)
        }
    }

    /// Gives back the memory of a buffer that waits for more with little or nothing in it: ten thousand idle
    /// connections must not hold ten thousand read buffers.
    mutating func releaseUnusedStorage() {
        if readableBytes == 0 {
            self = ByteBuffer()
        } else if storageCapacity > Self.largestWaste, readableBytes < storageCapacity / 4 {
            self = ByteBuffer(bytes: readableBytesView)
        }
    }
}
