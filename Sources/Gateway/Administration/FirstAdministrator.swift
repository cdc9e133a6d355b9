import Synchronization

/// Remembers that there is an administrator. The last one cannot be deleted, so this stays true and needs no second look: pages
/// open to everybody do not reach the database for it.
final class FirstAdministrator: Sendable {
    private let exists = Mutex(false)

    var isKnown: Bool { exists.withLock { $0 } }

    func remember() { exists.withLock { $0 = true } }
}
