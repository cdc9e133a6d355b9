import Settings
import Synchronization

/// Messages whose content was found missing or damaged, so that each is told of once and not at every attempt.
final class LostContents: Sendable {
    private let known = Mutex<Set<RecordIdentifier>>([])

    /// Beyond this it forgets all: a few lines more cost less than memory without a bound.
    private static let maximumCount = 10_000

    /// - Returns: whether it was not known before.
    func isFirst(_ identifier: RecordIdentifier) -> Bool {
        known.withLock { known in
            if known.count >= Self.maximumCount { known.removeAll() }
            return known.insert(identifier).inserted
        }
    }
}
