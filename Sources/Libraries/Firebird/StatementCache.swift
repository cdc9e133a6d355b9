/// The prepared statements of one attachment, by text; the one unused longest makes room.
///
/// Text of the program itself is found by its address, without hashing. Used by the attachment's thread only.
final class StatementCache {
    private let capacity: Int
    private var statements: [String: PreparedStatement] = [:]
    private var statementsByAddress: [UnsafePointer<UInt8>: PreparedStatement] = [:]
    private var clock: UInt64 = 0

    init(capacity: Int) { self.capacity = capacity }

    /// Statements held.
    var count: Int { statements.count }

    func statement(for sql: String) -> PreparedStatement? {
        guard let found = statements[sql] else { return nil }
        return used(found)
    }

    func statement(at address: UnsafePointer<UInt8>) -> PreparedStatement? {
        guard let found = statementsByAddress[address] else { return nil }
        return used(found)
    }

    private func used(_ statement: PreparedStatement) -> PreparedStatement? {
        // One in use belongs to a loop around this call; a second cursor needs a second statement.
        guard !statement.isOpen, !statement.isDropped else { return nil }
        clock += 1
        statement.lastUse = clock
        return statement
    }

    /// Keeps `statement`, dropping the one unused longest when full. One whose text is held by an open cursor is not
    /// kept and ends with its use.
    func keep(_ statement: PreparedStatement, for sql: String) {
        if let present = statements[sql], present.isOpen { return }
        if statements.count >= capacity { evict() }
        clock += 1
        statement.lastUse = clock
        statements[sql] = statement
    }

    func keep(_ statement: PreparedStatement, at address: UnsafePointer<UInt8>) { statementsByAddress[address] = statement }

    private func evict() {
        guard let oldest = statements.filter({ !$0.value.isOpen }).min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        oldest.value.drop()
        statements[oldest.key] = nil
        statementsByAddress = statementsByAddress.filter { !$0.value.isDropped }
    }

    /// Drops all that are not in use: the schema can only change under statements that are not prepared.
    func clear() {
        for (sql, statement) in statements where !statement.isOpen {
            statement.drop()
            statements[sql] = nil
        }
        statementsByAddress = statementsByAddress.filter { !$0.value.isDropped }
    }

    /// Forgets all without a call, when the attachment has gone.
    func forget() {
        statements = [:]
        statementsByAddress = [:]
    }
}
