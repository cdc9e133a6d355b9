/// The samples in the form training works on: rows of feature numbers over the features that are worth a weight.
struct SampleMatrix {
    /// The features' names in ascending order; a feature's number is its place here.
    let names: [UInt64]
    let ham: [UInt32]
    let spam: [UInt32]
    /// The feature numbers of all samples, one after the other.
    private(set) var features: [Int32] = []
    /// Where each sample begins in `features`; one more at the end.
    private(set) var starts: [Int] = [0]
    private(set) var isSpam: [Bool] = []

    var count: Int { isSpam.count }
    func row(_ sample: Int) -> Range<Int> { starts[sample]..<starts[sample + 1] }

    /// - Parameters:
    ///   - minimumSamples: features that occur in fewer samples get no weight: they cannot be told from chance.
    ///   - maximumFeatures: the most frequent ones are kept.
    init(_ samples: [LearnedSample], minimumSamples: Int, maximumFeatures: Int) {
        var counts = TokenCounts(minimumCapacity: samples.count * 64)
        for sample in samples { counts.add(sample.tokens, isSpam: sample.isSpam) }
        let kept = Self.selected(counts, minimumSamples: minimumSamples, maximumFeatures: maximumFeatures)
        names = kept.map { counts.names[$0] }
        ham = kept.map { counts.ham[$0] }
        spam = kept.map { counts.spam[$0] }
        let index = FeatureIndex(names)
        features.reserveCapacity(samples.reduce(0) { $0 + $1.tokens.count } / 2)
        for sample in samples {
            for token in sample.tokens {
                if let feature = names.withUnsafeBufferPointer({ index.place(of: token, in: $0) }) { features.append(Int32(feature)) }
            }
            starts.append(features.count)
            isSpam.append(sample.isSpam)
        }
    }

    private static func selected(_ counts: TokenCounts, minimumSamples: Int, maximumFeatures: Int) -> [Int] {
        var threshold = UInt32(max(1, minimumSamples))
        var slots = counts.slots.filter { counts.ham[$0] + counts.spam[$0] >= threshold }
        while slots.count > maximumFeatures {
            threshold += 1
            slots = slots.filter { counts.ham[$0] + counts.spam[$0] >= threshold }
        }
        return slots.sorted { counts.names[$0] < counts.names[$1] }
    }
}
