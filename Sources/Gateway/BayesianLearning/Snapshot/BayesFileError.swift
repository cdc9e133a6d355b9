/// Why a file of the classifier, a snapshot or the samples, is refused; what is in use stays in use.
package enum BayesFileError: Error, Hashable, Sendable {
    /// The file does not begin as one.
    case notThisKind
    /// Written by another version of the product, which lays files out differently.
    case otherFormat(version: UInt32)
    /// Its tokens are made in another way than this version makes them.
    case otherTokens(version: UInt32)
    /// Shorter than its head says, or than a head.
    case truncated(bytes: Int, expected: Int)
    /// Longer than its head says.
    case tooLong(bytes: Int, expected: Int)
    /// The bytes are not those that were written.
    case checksumMismatch
    /// The checksum is right, but what was written makes no sense.
    case malformed(Fault)
    /// Not newer than the one in use.
    case notNewer(BayesSnapshotNumber, inUse: BayesSnapshotNumber)

    /// What makes no sense.
    package enum Fault: String, Hashable, Sendable {
        case featureCount, sampleCount, calibration, order, square, tokenCount, kind, repeatedSample
    }
}
