/// The parts of a text that are indexed, folded and hashed: short ones, so that short words are found, and long ones, which tell apart
/// what consists of the same syllables. Where a scalar is wide (kanji, kana) they are two and three scalars, else three and five.
///
/// Each gram depends on its own scalars alone, so every gram of a part of a text is one of the text. The hash is stored in rows: change
/// it together with `TextSegment.form`.
struct TextGrams {
    private(set) var body: (_ hash: UInt64, _ probes: Int) -> Void
    /// The scalars before, the last one first; `doubtful` at the beginning.
    private var last = TextFolding.doubtful
    private var second = TextFolding.doubtful
    private var third = TextFolding.doubtful
    private var fourth = TextFolding.doubtful

    /// Short grams are often asked for alone, so they have more bits.
    static let shortProbes = 3
    static let longProbes = 1

    private init(_ body: @escaping (UInt64, Int) -> Void) { self.body = body }

    /// Calls `body` with the hash of each gram and how many bits it has, repetitions too.
    static func forEach(in text: String, _ body: (_ hash: UInt64, _ probes: Int) -> Void) {
        withoutActuallyEscaping(body) { body in
            var grams = TextGrams(body)
            for scalar in text.unicodeScalars { grams.take(TextFolding.folded(scalar.value)) }
        }
    }

    /// Those of a text that is searched for, each once; empty when it is too short to have any.
    static func grams(of text: String) -> Set<UInt64> {
        var grams: Set<UInt64> = []
        forEach(in: text) { hash, _ in grams.insert(hash) }
        return grams
    }

    /// The bits of a text.
    static func positions(of text: String) -> Set<Int> {
        var positions: Set<Int> = []
        forEach(in: text) { hash, probes in
            for probe in 0..<probes { positions.insert(TextLayout.position(of: hash, probe: probe)) }
        }
        return positions
    }

    private mutating func take(_ next: UInt32) {
        if next != TextFolding.doubtful, last != TextFolding.doubtful {
            if last >= TextFolding.firstWide || next >= TextFolding.firstWide {
                takeWide(next)
            } else if second < TextFolding.firstWide {
                takeNarrow(next)
            }
        }
        (fourth, third, second, last) = (third, second, last, next)
    }

    private func takeWide(_ next: UInt32) {
        let two = UInt64(last) << 21 | UInt64(next)
        body(Self.hash(two, 2), Self.shortProbes)
        if second != TextFolding.doubtful { body(Self.hash(UInt64(second) << 42 | two, 3), Self.longProbes) }
    }

    /// `doubtful` is greater than every wide scalar.
    private func takeNarrow(_ next: UInt32) {
        let three = UInt64(second) << 42 | UInt64(last) << 21 | UInt64(next)
        body(Self.hash(three, 1), Self.shortProbes)
        guard third < TextFolding.firstWide, fourth < TextFolding.firstWide else { return }
        body(Self.hash(Self.hash(three, 4) ^ UInt64(fourth) << 21 ^ UInt64(third), 5), Self.longProbes)
    }

    /// The end of SplitMix64: every bit of the key decides on every bit of the hash.
    static func hash(_ key: UInt64, _ kind: UInt64) -> UInt64 {
        var value = key &+ kind &* 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
