import MessageLog

/// What a search asks the text index: bits that a block has, all of them, if a text is part of one of its messages.
struct TextTerms: Sendable {
    /// In a fixed order.
    let positions: [Int]

    /// Bounds what one search reads before it knows which bits tell most.
    static let maximumPositions = 64
    /// Bits used from then on.
    static let chosenPositions = 12

    /// - Parameter texts: parts of a text as they are given to the engine.
    /// - Returns: `nil` when they are too short, so that each row must be asked.
    init?(_ texts: [String]) {
        let positions = texts.reduce(into: Set<Int>()) { $0.formUnion(TextGrams.positions(of: $1)) }
        guard !positions.isEmpty else { return nil }
        self.positions = Array(positions.sorted().prefix(Self.maximumPositions))
    }

    private init(positions: [Int]) { self.positions = positions }

    init?(_ filter: MessageLogFilter) {
        self.init([filter.subject, filter.text].map { $0.cut(to: MessageLogFilter.maximumTextBytes) })
    }

    var isChosen: Bool { positions.count <= Self.chosenPositions }

    /// The bits that fewest blocks have.
    /// - Parameter counts: in how many of the same number of blocks each was seen.
    func mostTelling(_ counts: [Int: Int]) -> TextTerms {
        let sorted = positions.sorted { (counts[$0] ?? 0, $0) < (counts[$1] ?? 0, $1) }
        return TextTerms(positions: Array(sorted.prefix(Self.chosenPositions)))
    }
}
