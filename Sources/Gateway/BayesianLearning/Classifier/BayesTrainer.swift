/// Makes a model of learned samples: a pure function of the samples in their order, so that nothing can be half learned.
package struct BayesTrainer: Sendable {
    /// Of each kind; with fewer no score is given.
    package var minimumSamples = 200
    /// Features that occur in fewer samples are chance.
    package var minimumOccurrences = 2
    /// Bounds the model: 24 bytes a feature. The most frequent are kept.
    package var maximumFeatures = 1_000_000

    private static let folds = 5

    package init() {}

    /// Learns; some seconds for ten thousand samples, so not on an event loop.
    /// - Throws: `tooFewSamples` when there are not enough of either kind.
    package func train(_ samples: [LearnedSample]) throws(BayesError) -> BayesModel {
        let spam = samples.count(where: \.isSpam)
        let ham = samples.count - spam
        guard ham >= minimumSamples, spam >= minimumSamples else {
            throw .tooFewSamples(ham: ham, spam: spam, minimum: minimumSamples)
        }
        let matrix = SampleMatrix(samples, minimumSamples: minimumOccurrences, maximumFeatures: maximumFeatures)
        let training = WeightTraining(matrix, rows: Array(samples.indices))
        return BayesModel(
            matrix: matrix, training: training, calibration: calibration(matrix), hamSamples: ham, spamSamples: spam)
    }

    /// Each sample is judged by a model that has not seen it; samples that have everything in common go into the same fold.
    private func calibration(_ matrix: SampleMatrix) -> ScoreCalibration {
        let folds = (0..<matrix.count).map { Self.fold(matrix, $0) }
        var margins = Array(repeating: 0.0, count: matrix.count)
        for fold in 0..<Self.folds {
            let training = WeightTraining(matrix, rows: (0..<matrix.count).filter { folds[$0] != fold })
            for row in 0..<matrix.count where folds[row] == fold { margins[row] = training.margin(of: row) }
        }
        return ScoreCalibration(margins: margins, isSpam: matrix.isSpam)
    }

    private static func fold(_ matrix: SampleMatrix, _ row: Int) -> Int {
        var sum: UInt64 = 0
        for position in matrix.row(row) { sum &+= matrix.names[Int(matrix.features[position])] }
        return Int((sum >> 20) % UInt64(folds))
    }
}
