/// How `containing` of the engine sees a scalar: two scalars it takes for the same have the same folded value, or both are doubtful.
///
/// The engine compares in upper case, scalar by scalar, by the simple mapping of its ICU. Folding may be coarser, never finer: then a
/// block is looked at in vain, but none is left out that has a match. What cannot be said for sure of every ICU is `doubtful` and breaks
/// a text in two. `TextFoldingTests` compares every scalar with the engine.
enum TextFolding {
    /// No scalar has this value.
    static let doubtful = UInt32.max

    /// Of kanji, kana, hangul and full-width forms two tell more than three letters do.
    static let firstWide: UInt32 = 0x2E80

    static func folded(_ scalar: UInt32) -> UInt32 {
        scalar < 0x1_0000 ? table[Int(scalar)] : folding(beyondTheTable: scalar)
    }

    private static let table: [UInt32] = (0..<0x1_0000).map { folding(inTheTable: $0) }

    private static func folding(inTheTable value: UInt32) -> UInt32 {
        guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned else { return doubtful }
        let upper = scalar.properties.uppercaseMapping.unicodeScalars
        // Where the full mapping has several scalars, the simple one is another.
        guard upper.count == 1, let mapped = upper.first, isSettled(mapped) else { return doubtful }
        return mapped.value
    }

    /// Rare scripts that have two cases stand here beside those that have none.
    private static func folding(beyondTheTable value: UInt32) -> UInt32 {
        guard let scalar = Unicode.Scalar(value), scalar.properties.generalCategory != .unassigned else { return doubtful }
        let properties = scalar.properties
        let isCased = properties.isCased || properties.changesWhenUppercased || properties.changesWhenLowercased
        return isCased ? doubtful : value
    }

    /// Whether no edition of Unicode adds the other case of an upper-case scalar later: it has one, or is in no range where they do so.
    private static func isSettled(_ upper: Unicode.Scalar) -> Bool {
        guard let lower = upper.properties.lowercaseMapping.unicodeScalars.first else { return false }
        return !growing.contains { $0.contains(upper.value) || $0.contains(lower.value) }
    }

    /// Phonetic letters, Georgian, Cherokee, Glagolitic, and the extensions of Latin and Cyrillic.
    private static let growing: [ClosedRange<UInt32>] = [
        0x0250...0x02AF, 0x10A0...0x10FF, 0x13A0...0x13FF, 0x1C80...0x1CBF, 0x1D00...0x1DBF, 0x2C00...0x2DFF, 0xA640...0xA7FF,
        0xAB30...0xABBF,
    ]
}
