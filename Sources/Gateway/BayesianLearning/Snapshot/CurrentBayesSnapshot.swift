import Synchronization

/// The snapshot this node judges by, replaced as a whole. Reading it is cheap and never waits; whoever has read it keeps it to the end of
/// what he does.
package final class CurrentBayesSnapshot: Sendable {
    /// Copying a model copies a dozen references; copying this, one.
    private final class Contents: Sendable {
        let snapshot: BayesSnapshot
        init(_ snapshot: BayesSnapshot) { self.snapshot = snapshot }
    }

    private let state: Mutex<Contents?>

    package init(_ snapshot: BayesSnapshot? = nil) { state = Mutex(snapshot.map(Contents.init)) }

    /// `nil`: nothing has been learned, or too little.
    package var snapshot: BayesSnapshot? { state.withLock { $0 }?.snapshot }

    /// - Parameter snapshot: one that was found good; `nil`: judge by none.
    package func adopt(_ snapshot: BayesSnapshot?) {
        let contents = snapshot.map(Contents.init)
        // The old one is let go outside of the lock.
        let old = state.withLock { present in
            defer { present = contents }
            return present
        }
        withExtendedLifetime(old) {}
    }
}
