/// The parts of a text that are indexed: three letters in a row, or two scalars of which one is wide, folded and hashed.
///
/// Each gram depends on its own scalars alone, so every gram of a part of a text is one of the text. The hash is stored in rows: change
/// it together with `TextSegment.form`.
enum TextGrams {
    /// Calls `body` with the hash of each gram, repetitions too.
    static func forEach(in text: String, _ body: (UInt64) -> Void) {
        var second = TextFolding.doubtful
        var last = TextFolding.doubtful
        for scalar in text.unicodeScalars {
            let next = TextFolding.folded(scalar.value)
            if next != TextFolding.doubtful, last != TextFolding.doubtful {
                if last >= TextFolding.firstWide || next >= TextFolding.firstWide {
                    body(hash(1 << 63 | UInt64(last) << 21 | UInt64(next)))
                } else if second < TextFolding.firstWide {
                    body(hash(UInt64(second) << 42 | UInt64(last) << 21 | UInt64(next)))
                }
            }
            second = last
            last = next
        }
    }

    /// Those of a text that is searched for, each once; empty when it is too short to have any.
    static func grams(of text: String) -> Set<UInt64> {
        var grams: Set<UInt64> = []
        forEach(in: text) { grams.insert($0) }
        return grams
    }

    /// The end of SplitMix64: every bit of the key decides on every bit of the hash.
    private static func hash(_ key: UInt64) -> UInt64 {
        var value = key &+ 0x9E37_79B9_7F4A_7C15
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
