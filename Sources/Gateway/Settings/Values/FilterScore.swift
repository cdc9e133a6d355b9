/// Points of suspicion in tenths, so that sums are exact and the same on every node. Negative ones speak for a message.
package struct FilterScore: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let tenths: Int

    /// What one finding may count, either way.
    package static let largest = FilterScore(tenths: 1000)
    package static let zero = FilterScore(tenths: 0)

    package init(tenths: Int) { self.tenths = tenths }

    /// From `3`, `2.5` or `-1.0`, at most 100 either way; `nil` for anything else.
    package init?(_ text: String) {
        let isNegative = text.hasPrefix("-")
        let parts = (isNegative ? text.dropFirst() : text[...]).split(separator: ".", omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count <= 2, (1...3).contains(first.utf8.count), first.utf8.allSatisfy(Self.isDigit),
            let whole = Int(first)
        else { return nil }
        var tenths = whole * 10
        if parts.count == 2 {
            guard parts[1].utf8.count == 1, parts[1].utf8.allSatisfy(Self.isDigit), let tenth = Int(parts[1]) else { return nil }
            tenths += tenth
        }
        guard tenths <= Self.largest.tenths else { return nil }
        self.tenths = isNegative ? -tenths : tenths
    }

    package static func < (left: Self, right: Self) -> Bool { left.tenths < right.tenths }
    package static func + (left: Self, right: Self) -> Self { Self(tenths: left.tenths + right.tenths) }

    package var description: String { "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)" }

    /// As the text of a setting.
    package static func parse(_ text: String) throws(SettingsValueError) -> FilterScore {
        guard let score = FilterScore(text) else {
            throw SettingsValueError(
                "a score such as 2.5, from -100.0 to 100.0, is expected", ja: "-100.0 から 100.0 までのスコア（例: 2.5）を入力してください")
        }
        return score
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
}

extension SettingsField {
    /// Points of suspicion with one decimal place.
    package static func score(
        _ name: String, _ path: any WritableKeyPath<Section, FilterScore> & Sendable, title: LocalizedText, _ documentation: LocalizedText
    ) -> Self {
        .value(
            name, path, maximumBytes: 10, title: title, documentation, format: { $0.description }, parse: FilterScore.parse
        ).weighing
    }
}
