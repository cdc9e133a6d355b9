/// A model as the primary publishes it: immutable, numbered, and checked by whoever reads it.
///
/// The file is a `SealedFile`: a head of `headBytes`, then five columns (names 8 bytes; weights, squares, ham and spam 4 bytes each) in
/// ascending order of the names.
package struct BayesSnapshot: Sendable {
    /// The first eight bytes of the file.
    static let magic = Array("SGBAYES\n".utf8)
    /// Of the file's layout. A reader takes its own version only.
    package static let formatVersion: UInt32 = 1
    /// Of how messages become tokens: a model over other tokens would judge by chance. Raised with every change of `MessageTokenizer`.
    package static let tokenVersion: UInt32 = 1
    static let headBytes = 88
    static let featureBytes = 24
    /// More than `BayesTrainer` ever makes; refuses a length that is not meant.
    static let maximumFeatures = 16_000_000

    /// Which primary, in which term, made it, and the how manyth it is: newer is greater by epoch, then by sequence.
    package let number: BayesSnapshotNumber
    package let model: BayesModel

    package init(number: BayesSnapshotNumber, model: BayesModel) {
        self.number = number
        self.model = model
    }
}

/// The place of a snapshot in the order in which they are made.
package struct BayesSnapshotNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The term of the primary that made it.
    package let epoch: UInt64
    /// Counts up within the cluster's life.
    package let sequence: UInt64

    package init(epoch: UInt64, sequence: UInt64) {
        self.epoch = epoch
        self.sequence = sequence
    }

    package static func < (first: Self, second: Self) -> Bool {
        first.epoch != second.epoch ? first.epoch < second.epoch : first.sequence < second.sequence
    }

    package var description: String { "\(epoch).\(sequence)" }
}
