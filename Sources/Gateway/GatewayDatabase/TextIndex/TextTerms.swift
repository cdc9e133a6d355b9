import MessageLog

/// What a search asks the text index: bits that a block has, all of them, if one of its messages has every text and every exact term;
/// and what that message's own line in the block must have.
struct TextTerms: Sendable {
    /// In a fixed order, those of exact terms first.
    let positions: [Int]
    let signature: TextSignature
    let exact: [UInt16]

    /// Bounds what one search reads before it knows which bits tell most.
    static let maximumPositions = 64
    /// Bits used from then on.
    static let chosenPositions = 12

    /// - Parameter texts: parts of a text as they are given to the engine.
    /// - Returns: `nil` when there is no exact term and they are too short, so that each row must be asked.
    init?(_ texts: [String], exact: [TextExactTerm] = []) {
        let certain = exact.reduce(into: Set<Int>()) { $0.formUnion($1.positions) }
        let positions = texts.reduce(into: Set<Int>()) { $0.formUnion(TextGrams.positions(of: $1)) }.subtracting(certain)
        guard !positions.isEmpty || !certain.isEmpty else { return nil }
        self.positions = Array((certain.sorted() + positions.sorted()).prefix(Self.maximumPositions))
        var signature = TextSignature()
        for text in texts { TextGrams.forEach(in: text) { hash, _ in signature.insert(hash) } }
        self.signature = signature
        self.exact = exact.map(\.short)
    }

    private init(positions: [Int], of terms: TextTerms) {
        self.positions = positions
        signature = terms.signature
        exact = terms.exact
    }

    init?(_ filter: MessageLogFilter) {
        self.init(
            [filter.subject, filter.text].map { $0.cut(to: MessageLogFilter.maximumTextBytes) }, exact: TextExactTerm.terms(of: filter))
    }

    var isChosen: Bool { positions.count <= Self.chosenPositions }

    /// The bits that fewest blocks have.
    /// - Parameter counts: in how many of the same number of blocks each was seen.
    func mostTelling(_ counts: [Int: Int]) -> TextTerms {
        let sorted = positions.sorted { (counts[$0] ?? 0, $0) < (counts[$1] ?? 0, $1) }
        return TextTerms(positions: Array(sorted.prefix(Self.chosenPositions)), of: self)
    }
}
