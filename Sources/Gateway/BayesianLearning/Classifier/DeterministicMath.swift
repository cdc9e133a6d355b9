/// Logarithm and exponential from additions, multiplications and divisions alone, which IEEE 754 defines to the last bit: the C library's
/// differ between versions and processors, and all nodes of a cluster must give the same score.
enum DeterministicMath {
    /// The binary logarithm of a positive finite number, with an error under 1e-12.
    static func log2(_ value: Double) -> Double {
        guard value > 0, value.isFinite else { return value > 0 ? 1_024 : -1_075 }
        var mantissa = value.significand
        var exponent = Double(value.exponent)
        if mantissa > 1.414_213_562_373_095_1 {
            mantissa /= 2
            exponent += 1
        }
        // ln m = 2 artanh((m - 1) / (m + 1))
        let ratio = (mantissa - 1) / (mantissa + 1)
        let square = ratio * ratio
        var sum = 0.0
        var term = ratio
        var divisor = 1.0
        while divisor < 26 {
            sum += term / divisor
            term *= square
            divisor += 2
        }
        return exponent + 2 * sum * 1.442_695_040_888_963_4
    }

    /// e to the power of `value`, with a relative error under 1e-12 between -700 and 700, beyond which it stays at the bound.
    static func exp(_ value: Double) -> Double {
        let bounded = min(700, max(-700, value))
        let power = (bounded * 1.442_695_040_888_963_4).rounded()
        let rest = bounded - power * 0.693_147_180_559_945_3
        var sum = 1.0
        var term = 1.0
        var divisor = 1.0
        while divisor < 16 {
            term *= rest / divisor
            sum += term
            divisor += 1
        }
        return Double(sign: .plus, exponent: Int(power), significand: 1) * sum
    }

    /// 1 / (1 + e^-x).
    static func logistic(_ value: Double) -> Double { 1 / (1 + exp(-value)) }
}
