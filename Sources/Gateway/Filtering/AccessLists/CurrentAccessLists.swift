import Settings
import Synchronization

/// The access lists in force on this node. Reading them is cheap and never waits.
package final class CurrentAccessLists: Sendable {
    private let state: Mutex<AccessLists>

    package init(_ lists: AccessLists = .empty) { state = Mutex(lists) }

    package var lists: AccessLists { state.withLock { $0 } }

    /// Takes lists over if they are not older than the present ones.
    package func adopt(_ lists: AccessLists) {
        state.withLock { if lists.revision >= $0.revision { $0 = lists } }
    }
}
