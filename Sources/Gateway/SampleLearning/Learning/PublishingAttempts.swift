import BayesianLearning
import Synchronization

/// The numbers this process has tried to publish under. One is never tried twice: a write that hung and was given up may still come to its
/// end, hours later, under the name it was begun with.
package final class PublishingAttempts: Sendable {
    private let last = Mutex<BayesSnapshotNumber?>(nil)

    package init() {}

    /// - Parameters:
    ///   - known: numbers that are in use anywhere.
    ///   - epoch: of the role.
    func next(above known: [BayesSnapshotNumber], epoch: UInt64) -> BayesSnapshotNumber {
        last.withLock { last in
            let all = known + [last].compactMap(\.self)
            let number = BayesSnapshotNumber(
                epoch: all.reduce(epoch) { max($0, $1.epoch) }, sequence: all.reduce(0) { max($0, $1.sequence) } + 1)
            last = number
            return number
        }
    }
}
