/// What has been learned, ready to judge: immutable, and bit-identical answers wherever it is used.
///
/// Weights are whole numbers in 1/2^20: their sum does not depend on the order, and only square root, division and `DeterministicMath`
/// follow, so that all nodes on one model give the same score to the last bit.
package struct BayesModel: Sendable {
    /// 2^20.
    static let unit = 1_048_576.0

    /// The features' names, ascending.
    let names: [UInt64]
    /// What each adds to the margin of a message of length 1; positive for spam.
    let weights: [Int32]
    /// The square of what each adds to the length.
    let squares: [Int32]
    /// In how many learned messages of each kind it occurs.
    let ham: [UInt32]
    let spam: [UInt32]
    let constant: Double
    let calibration: ScoreCalibration
    package let hamSamples: Int
    package let spamSamples: Int
    private let index: FeatureIndex

    /// Known tokens.
    package var featureCount: Int { names.count }

    init(
        names: [UInt64], weights: [Int32], squares: [Int32], ham: [UInt32], spam: [UInt32], constant: Double, calibration: ScoreCalibration,
        hamSamples: Int, spamSamples: Int
    ) {
        self.names = names
        self.weights = weights
        self.squares = squares
        self.ham = ham
        self.spam = spam
        self.constant = constant
        self.calibration = calibration
        self.hamSamples = hamSamples
        self.spamSamples = spamSamples
        index = FeatureIndex(names)
    }

    init(matrix: SampleMatrix, training: WeightTraining, calibration: ScoreCalibration, hamSamples: Int, spamSamples: Int) {
        let scales = training.scales
        self.init(
            names: matrix.names, weights: scales.indices.map { Self.fixed(training.weights[$0] * scales[$0]) },
            squares: scales.map { Self.fixed($0 * $0) }, ham: matrix.ham, spam: matrix.spam, constant: training.constant,
            calibration: calibration, hamSamples: hamSamples, spamSamples: spamSamples)
    }

    private static func fixed(_ value: Double) -> Int32 {
        Int32(max(-2_147_483_647, min(2_147_483_647, (value * unit).rounded())))
    }

    /// Judges a message's tokens.
    package func score(_ tokens: MessageTokens) -> BayesScore {
        var sum: Int64 = 0
        var square: Int64 = 0
        var known = 0
        names.withUnsafeBufferPointer { names in
            for token in tokens.hashes {
                guard let place = index.place(of: token, in: names) else { continue }
                sum += Int64(weights[place])
                square += Int64(squares[place])
                known += 1
            }
        }
        return BayesScore(probability: calibration.probability(of: margin(sum, square)), knownTokens: known)
    }

    private func margin(_ sum: Int64, _ square: Int64) -> Double {
        square > 0 ? constant + Double(sum) / Self.unit / (Double(square) / Self.unit).squareRoot() : constant
    }

    /// Why a message got its score: the tokens that moved it most.
    /// - Parameters:
    ///   - tokens: with their texts, to be readable.
    ///   - count: how many of them at most.
    package func explanation(of tokens: MessageTokens, count: Int = 30) -> ScoreExplanation {
        let found = names.withUnsafeBufferPointer { names in tokens.hashes.compactMap { index.place(of: $0, in: names) } }
        let square = found.reduce(Int64(0)) { $0 + Int64(squares[$1]) }
        let length = square > 0 ? (Double(square) / Self.unit).squareRoot() : 1
        let strongest = found.sorted { abs(weights[$0]) != abs(weights[$1]) ? abs(weights[$0]) > abs(weights[$1]) : names[$0] < names[$1] }
        return ScoreExplanation(
            score: score(tokens),
            evidence: strongest.prefix(max(0, count)).map { place in
                TokenEvidence(
                    text: tokens.texts[names[place]], push: calibration.slope * Double(weights[place]) / Self.unit / length,
                    ham: Int(ham[place]), spam: Int(spam[place]))
            })
    }
}
