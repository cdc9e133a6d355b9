/// How mail for a domain is judged otherwise than that for all others.
package enum ScoringException: Sendable, Hashable {
    /// By two thresholds of its own.
    case own(quarantine: FilterScore, reject: FilterScore)
    /// Scores lead to nothing; demands do.
    case unscored
    /// Nothing leads to anything.
    case record
}
