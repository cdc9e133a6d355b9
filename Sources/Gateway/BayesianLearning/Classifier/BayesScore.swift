/// How likely a message is spam, by what has been learned.
package struct BayesScore: Hashable, Sendable {
    /// 0 to 1; calibrated on messages the classifier had not learned.
    package let probability: Double
    /// Tokens of the message that have been learned. With few of them the score says little.
    package let knownTokens: Int

    /// From this probability on a message is called spam: chosen for at most one of a thousand good messages.
    package static let spamProbability = 0.9
    /// Up to this one it is called ham; between them the classifier is not sure.
    package static let hamProbability = 0.2

    package init(probability: Double, knownTokens: Int) {
        self.probability = probability
        self.knownTokens = knownTokens
    }

    /// 0 to 100, for people.
    package var points: Int { Int((probability * 100).rounded()) }
    package var isSpam: Bool { probability >= Self.spamProbability }
    package var isHam: Bool { probability <= Self.hamProbability }
}

/// One token's part in a score.
package struct TokenEvidence: Hashable, Sendable {
    /// What it reads like; nil when the tokens were made without texts.
    package let text: String?
    /// How far it moved the logarithm of the odds; positive for spam.
    package let push: Double
    /// In how many learned messages of each kind it occurs.
    package let ham: Int
    package let spam: Int
}

/// A score with its strongest reasons, the strongest first.
package struct ScoreExplanation: Hashable, Sendable {
    package let score: BayesScore
    package let evidence: [TokenEvidence]
}
