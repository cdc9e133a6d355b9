/// Finds the weights that tell spam from ham best: a linear classifier with squared hinge loss over the samples' features.
///
/// Each feature enters with the logarithm of how much oftener it is in one kind (the Bayesian part; Wang and Manning, 2012); dual
/// coordinate descent (Hsieh et al., 2008) then finds how much of that each feature adds to the others, so that many features that say
/// the same thing count once. A fixed order and plain IEEE operations: the same samples give the same weights on every machine.
struct WeightTraining {
    /// Larger fits the samples more closely. Measured from 1 to 100; flat from 10 on.
    private static let cost = 10.0
    /// Passes over the samples at most; the result does not change after ten.
    private static let passes = 15
    private static let tolerance = 0.01
    /// Added to the counts, so that a feature seen twice proves nothing.
    private static let smoothing = 1.0
    /// Brings the logarithms near 1, where the step sizes are good.
    private static let ratioScale = 0.25

    private let matrix: SampleMatrix
    private let rows: [Int]
    /// How much each feature can tell, from the counts alone.
    let scales: [Double]
    private(set) var weights: [Double]
    private(set) var constant = 0.0

    /// - Parameter rows: the samples to learn from.
    init(_ matrix: SampleMatrix, rows: [Int]) {
        self.matrix = matrix
        self.rows = rows
        scales = Self.scales(matrix, rows: rows)
        weights = Array(repeating: 0, count: matrix.names.count)
        descend()
    }

    /// What the classifier says of a sample: above 0 for spam.
    func margin(of row: Int) -> Double {
        let length = length(of: row)
        guard length > 0 else { return constant }
        return constant + product(row) / length
    }

    private func product(_ row: Int) -> Double {
        var sum = 0.0
        for position in matrix.row(row) {
            let feature = Int(matrix.features[position])
            sum += weights[feature] * scales[feature]
        }
        return sum
    }

    private func length(of row: Int) -> Double {
        var sum = 0.0
        for position in matrix.row(row) {
            let scale = scales[Int(matrix.features[position])]
            sum += scale * scale
        }
        return sum.squareRoot()
    }

    private mutating func descend() {
        var dual = Array(repeating: 0.0, count: rows.count)
        var order = Array(rows.indices)
        var random = Shuffle(seed: 0x5EED)
        let lengths = rows.map(length)
        for _ in 0..<Self.passes {
            random.shuffle(&order)
            var largest = 0.0
            for place in order where lengths[place] > 0 {
                largest = max(largest, correct(rows[place], length: lengths[place], &dual[place]))
            }
            if largest < Self.tolerance { return }
        }
    }

    /// One step of the descent, for one sample.
    /// - Returns: How wrong the classifier was about it.
    private mutating func correct(_ row: Int, length: Double, _ dual: inout Double) -> Double {
        let side = matrix.isSpam[row] ? 1.0 : -1.0
        let slack = 1 / (2 * Self.cost)
        let gradient = side * (constant + product(row) / length) - 1 + dual * slack
        let projected = dual == 0 ? min(gradient, 0) : gradient
        guard projected != 0 else { return 0 }
        let before = dual
        // The sample's own product is 2: its length is 1, and the constant is one more feature.
        dual = max(0, before - gradient / (2 + slack))
        let step = (dual - before) * side
        for position in matrix.row(row) {
            let feature = Int(matrix.features[position])
            weights[feature] += step * scales[feature] / length
        }
        constant += step
        return abs(projected)
    }

    private static func scales(_ matrix: SampleMatrix, rows: [Int]) -> [Double] {
        var ham = Array(repeating: 0.0, count: matrix.names.count)
        var spam = ham
        var hamRows = 0.0
        for row in rows {
            if matrix.isSpam[row] {
                for position in matrix.row(row) { spam[Int(matrix.features[position])] += 1 }
            } else {
                hamRows += 1
                for position in matrix.row(row) { ham[Int(matrix.features[position])] += 1 }
            }
        }
        let spamRows = Double(rows.count) - hamRows
        return ham.indices.map { feature in
            guard ham[feature] + spam[feature] > 0 else { return 0 }
            let inSpam = (spam[feature] + smoothing) / (spamRows + 2 * smoothing)
            let inHam = (ham[feature] + smoothing) / (hamRows + 2 * smoothing)
            return abs(DeterministicMath.log2(inSpam / inHam)) * ratioScale
        }
    }
}

/// A shuffle that is the same everywhere.
struct Shuffle {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return state >> 33
    }

    mutating func shuffle(_ order: inout [Int]) {
        for place in stride(from: order.count - 1, to: 0, by: -1) { order.swapAt(place, Int(next() % UInt64(place + 1))) }
    }
}
