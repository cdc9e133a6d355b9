/// Why the classifier could not learn.
package enum BayesError: Error, Hashable, Sendable {
    /// Fewer messages of one kind than a score can be based on: the product's bound is 200 of each.
    case tooFewSamples(ham: Int, spam: Int, minimum: Int)
}
