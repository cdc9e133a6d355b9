import MessageLog

/// What a search asks the text index: grams that a message has, all of them, if a text is part of it.
struct TextTerms: Sendable {
    /// In a fixed order.
    let grams: [UInt64]

    /// Bounds what one search reads: of many grams some suffice.
    static let maximumGrams = 48
    /// Grams used after the most telling ones are known, and bits read for them.
    static let chosenGrams = 8
    static let chosenBits = 12

    /// - Parameter texts: parts of a text as they are given to the engine.
    /// - Returns: `nil` when they are too short, so that each row must be asked.
    init?(_ texts: [String]) {
        let grams = texts.reduce(into: Set<UInt64>()) { $0.formUnion(TextGrams.grams(of: $1)) }
        guard !grams.isEmpty else { return nil }
        self.grams = Array(grams.sorted().prefix(Self.maximumGrams))
    }

    private init(grams: [UInt64]) { self.grams = grams }

    init?(_ filter: MessageLogFilter) {
        self.init([filter.subject, filter.text].map { $0.cut(to: MessageLogFilter.maximumTextBytes) })
    }

    /// The grams that fewest blocks have.
    func mostTelling(_ counts: [UInt64: Int]) -> TextTerms {
        let sorted = grams.sorted { (counts[$0] ?? 0, $0) < (counts[$1] ?? 0, $1) }
        return TextTerms(grams: Array(sorted.prefix(Self.chosenGrams)))
    }

    /// Of few grams more bits are looked at.
    var probes: Int { max(1, min(TextSegment.probes, Self.chosenBits / grams.count)) }
}
