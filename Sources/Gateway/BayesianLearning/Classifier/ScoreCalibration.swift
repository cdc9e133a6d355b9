/// Turns a margin into the probability of spam: a logistic curve fitted to margins of samples that were not learned from (Platt, 1999).
struct ScoreCalibration: Hashable, Sendable {
    let slope: Double
    let offset: Double

    init(slope: Double, offset: Double) {
        self.slope = slope
        self.offset = offset
    }

    private static let steps = 60
    /// Keeps the curve from becoming a cliff when the samples are told apart without a single error.
    private static let ridge = 1e-3

    /// Newton's method on the smoothed targets of Platt, with a step halved until it improves (Lin, Lin and Weng, 2007).
    init(margins: [Double], isSpam: [Bool]) {
        let spam = Double(isSpam.count { $0 })
        let ham = Double(isSpam.count) - spam
        let targets = isSpam.map { $0 ? (spam + 1) / (spam + 2) : 1 / (ham + 2) }
        var slope = 1.0
        var offset = 0.0
        var loss = Self.loss(margins, targets, slope, offset)
        for _ in 0..<Self.steps {
            let (slopeStep, offsetStep) = Self.newtonStep(margins, targets, slope, offset)
            var size = 1.0
            var improved = false
            while size > 1e-6, !improved {
                let attempt = Self.loss(margins, targets, slope - size * slopeStep, offset - size * offsetStep)
                if attempt < loss {
                    slope -= size * slopeStep
                    offset -= size * offsetStep
                    improved = loss - attempt > 1e-9 * loss
                    loss = attempt
                    break
                }
                size /= 2
            }
            if !improved { break }
        }
        self.init(slope: slope, offset: offset + Self.correction(ham: ham, spam: spam))
    }

    /// One spam to four good mails, whatever was learned: people teach as many of one kind as of the other, and a filter that takes that for
    /// the truth calls too many good mails spam.
    private static let assumedOdds = 0.25

    /// What the share of spam among the samples adds to every score and has to be taken off.
    private static func correction(ham: Double, spam: Double) -> Double {
        guard ham > 0, spam > 0 else { return 0 }
        return DeterministicMath.log2(assumedOdds * ham / spam) * 0.693_147_180_559_945_3
    }

    func probability(of margin: Double) -> Double { DeterministicMath.logistic(slope * margin + offset) }

    private static func loss(_ margins: [Double], _ targets: [Double], _ slope: Double, _ offset: Double) -> Double {
        var sum = ridge * slope * slope
        for (margin, target) in zip(margins, targets) {
            let value = slope * margin + offset
            // ln(1 + e^-|v|) and what the target adds, without overflow.
            let softened = DeterministicMath.log2(1 + DeterministicMath.exp(-abs(value))) * 0.693_147_180_559_945_3
            sum += softened + (value > 0 ? (1 - target) * value : -target * value)
        }
        return sum
    }

    private static func newtonStep(
        _ margins: [Double], _ targets: [Double], _ slope: Double, _ offset: Double
    ) -> (slope: Double, offset: Double) {
        var gradientSlope = 2 * ridge * slope
        var gradientOffset = 0.0
        var slopeSlope = 2 * ridge
        var slopeOffset = 0.0
        var offsetOffset = 1e-9
        for (margin, target) in zip(margins, targets) {
            let probability = DeterministicMath.logistic(slope * margin + offset)
            let weight = probability * (1 - probability)
            gradientSlope += (probability - target) * margin
            gradientOffset += probability - target
            slopeSlope += weight * margin * margin
            slopeOffset += weight * margin
            offsetOffset += weight
        }
        let determinant = slopeSlope * offsetOffset - slopeOffset * slopeOffset
        guard determinant > 0 else { return (0, 0) }
        return (
            (gradientSlope * offsetOffset - gradientOffset * slopeOffset) / determinant,
            (gradientOffset * slopeSlope - gradientSlope * slopeOffset) / determinant
        )
    }
}
