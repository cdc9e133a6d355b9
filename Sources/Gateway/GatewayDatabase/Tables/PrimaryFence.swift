import Cluster
import Firebird
import Settings

/// Lets only the primary write: asserts and locks the role's row, first in the transaction of a task. While it is locked nobody takes the
/// role; once another has taken it, nothing more is written.
struct PrimaryFence: Sendable {
    let duty: PrimaryDuty
    let node: NodeID
    /// The term a longer work belongs to; `nil`: whichever it is now.
    var term: Int64?

    /// - Throws: `NotPrimary` when the role is not, or no longer, this node's, or not in `term`.
    func assert(_ transaction: FirebirdTransaction) throws {
        guard let epoch = duty.epoch, term == nil || term == epoch else { throw NotPrimary() }
        let count = try transaction.execute(
            "update primary_role set epoch = epoch where id = 1 and epoch = \(epoch) and holder = \(node) and incarnation > 0")
        guard count == 1 else { throw NotPrimary() }
    }
}

/// A task of the primary's was begun or gone on with by a node that is not the primary.
struct NotPrimary: Error, CustomStringConvertible {
    var description: String { "this node is not the primary" }
}
