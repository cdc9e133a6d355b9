extension FirebirdTransaction {
    /// Deepest nesting of savepoints.
    package static let maximumSavepointDepth = 16

    /// Runs several statements of which either all stand or none: when `body` throws, its work is undone and the
    /// error passed on, and the transaction may go on. For one statement `attempt` does the same without the cost
    /// of three more statements.
    /// - Throws: what `body` throws; `invalidArgument` when nested deeper than `maximumSavepointDepth`.
    @discardableResult
    package func savepoint<Result>(_ body: (FirebirdTransaction) throws -> Result) throws -> Result {
        guard savepointDepth < Self.maximumSavepointDepth else {
            throw FirebirdError(.invalidArgument, "savepoints nested deeper than \(Self.maximumSavepointDepth)")
        }
        savepointDepth += 1
        defer { savepointDepth -= 1 }
        let name = "LEVEL_\(savepointDepth)"
        _ = try run(try prepare("savepoint \(name)"), [], counting: false)
        do {
            let result = try body(self)
            _ = try run(try prepare("release savepoint \(name)"), [], counting: false)
            return result
        } catch {
            // When even this fails the transaction is unusable, and the body's error says why better.
            guard (error as? FirebirdError)?.leavesTransactionUsable ?? true else { throw error }
            _ = try run(try prepare("rollback to savepoint \(name)"), [], counting: false)
            _ = try run(try prepare("release savepoint \(name)"), [], counting: false)
            throw error
        }
    }
}
