/// Finds a feature among sorted names in a step or two: names are hashes, so their leading bits tell where to begin.
///
/// A bit for each short hash of a name answers most look-ups of unknown tokens from half a megabyte that stays in the processor's cache.
struct FeatureIndex: Sendable {
    private let shift: UInt64
    private let starts: [UInt32]
    private let filter: [UInt64]
    private let filterShift: UInt64

    init(_ names: [UInt64]) {
        var bits: UInt64 = 4
        while bits < 24, 1 << (bits + 1) < names.count { bits += 1 }
        shift = 64 - bits
        var starts = Array(repeating: UInt32(0), count: (1 << Int(bits)) + 1)
        for name in names { starts[Int(name >> (64 - bits)) + 1] += 1 }
        for place in 1..<starts.count { starts[place] += starts[place - 1] }
        self.starts = starts
        let filterBits = min(22, bits + 4)
        filterShift = 64 - filterBits
        var filter = Array(repeating: UInt64(0), count: max(1, 1 << (Int(filterBits) - 6)))
        for name in names {
            let bit = (name &* 0x9E37_79B9_7F4A_7C15) >> (64 - filterBits)
            filter[Int(bit >> 6)] |= 1 << (bit & 63)
        }
        self.filter = filter
    }

    /// The place of a name, nil when it is not there.
    @inline(__always)
    func place(of name: UInt64, in names: UnsafeBufferPointer<UInt64>) -> Int? {
        let bit = (name &* 0x9E37_79B9_7F4A_7C15) >> filterShift
        guard filter[Int(bit >> 6)] >> (bit & 63) & 1 == 1 else { return nil }
        let bucket = Int(name >> shift)
        var place = Int(starts[bucket])
        let end = Int(starts[bucket + 1])
        while place < end, names[place] < name { place += 1 }
        return place < end && names[place] == name ? place : nil
    }
}
