import Settings
import Synchronization

/// The domain directory in force on this node. Reading it is cheap and never waits.
package final class CurrentDomains: Sendable {
    private let state: Mutex<DomainDirectory>

    package init(_ directory: DomainDirectory) { state = Mutex(directory) }

    package var directory: DomainDirectory { state.withLock { $0 } }

    /// Takes a directory over if it is not older than the present one.
    package func adopt(_ directory: DomainDirectory) {
        state.withLock { if directory.revision >= $0.revision { $0 = directory } }
    }
}
