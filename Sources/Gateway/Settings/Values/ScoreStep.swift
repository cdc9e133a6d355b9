/// From which probability on how many points count: `90=3.5`.
package struct ScoreStep: Sendable, Hashable, CustomStringConvertible {
    /// Tenths of a percent, 0 to 1000.
    package let fromPerMille: Int
    package let score: FilterScore

    package init(fromPerMille: Int, score: FilterScore) {
        self.fromPerMille = fromPerMille
        self.score = score
    }

    package var description: String { "\(FilterScore(tenths: fromPerMille))=\(score)" }

    /// As the text of a setting.
    package static func parse(_ text: String) throws(SettingsValueError) -> ScoreStep {
        let halves = text.split(separator: "=", omittingEmptySubsequences: false).map { String($0).trimmed }
        guard halves.count == 2, let percent = FilterScore(halves[0]), percent >= .zero, let score = FilterScore(halves[1]) else {
            throw SettingsValueError(
                "“\(text)” is not a step such as 90=3.5 (from 90 % on 3.5 points)",
                ja: "「\(text)」は 90=3.5（90 % 以上で 3.5 点）のような形式ではありません")
        }
        return ScoreStep(fromPerMille: percent.tenths, score: score)
    }
}
