import CFirebird

/// A transaction, lent to a closure that runs on the connection's own thread.
///
/// The closure is synchronous, so a transaction is never left open across an `await`. It must not keep the
/// transaction: once the closure has returned (commit) or thrown (rollback), every call throws `closed`.
///
/// Statements are prepared once for each connection and text. A statement that fails undoes only itself; after an
/// error with `leavesTransactionUsable` the closure may go on with other statements (see `attempt`). Nothing is
/// durable before the closure has returned and the commit, with forced writes, has come back.
package final class FirebirdTransaction {
    let attachment: Attachment
    var handle: isc_tr_handle = 0
    private let isReadOnly: Bool
    var savepointDepth = 0

    init(_ isolation: FirebirdIsolation, on attachment: Attachment) throws(FirebirdError) {
        self.attachment = attachment
        isReadOnly = isolation.isReadOnly
        try attachment.checkInterruption()
        let code = isolation.parameters.withUnsafeBufferPointer { parameters in
            withUnsafeMutablePointer(to: &attachment.handle) { database in
                var block = ISC_TEB(db_ptr: database, tpb_len: Int32(parameters.count), tpb_ptr: parameters.baseAddress)
                return isc_start_multiple(attachment.status.pointer, &handle, 1, &block)
            }
        }
        try attachment.check(code)
    }

    /// Called by the session when the closure has returned.
    func commit() throws(FirebirdError) {
        guard handle != 0 else { return }
        try attachment.checkInterruption()
        do { try attachment.check(isc_commit_transaction(attachment.status.pointer, &handle)) } catch {
            handle = error.kind == .connectionLost ? 0 : handle
            throw error.kind == .connectionLost && !isReadOnly ? error.reclassified(.commitOutcomeUnknown) : error
        }
        handle = 0
    }

    /// Called by the session when the closure has thrown; never fails for the caller.
    func rollback() {
        guard handle != 0 else { return }
        let code = isc_rollback_transaction(attachment.status.pointer, &handle)
        attachment.notice(code)
        // A transaction that can be neither committed nor rolled back goes with its attachment.
        if code != 0 { attachment.breakOff() }
        handle = 0
    }

    /// - Throws: `closed`, `cancelled` or `deadlineExceeded` when nothing more may be done.
    func checkUsable() throws(FirebirdError) {
        guard handle != 0 else { throw FirebirdError(.closed, "the transaction has ended") }
        try attachment.checkInterruption()
    }

    /// Executes and returns the number of rows inserted, updated and deleted.
    ///
    /// Asking for the number is a round trip on a server, except for `insert ... values`; `executeUncounted` saves it.
    /// - Throws: any kind that a statement can end in; `invalidArgument` for a query that gives rows.
    @discardableResult
    package func execute(_ query: FirebirdQuery) throws(FirebirdError) -> Int {
        try run(try prepare(query.sql), query.values, counting: true)
    }

    /// As `execute` for text of the program with `?` for each value: found without hashing, for paths run often.
    @discardableResult
    package func executeStatic(_ sql: StaticString, _ values: [FirebirdValue] = []) throws(FirebirdError) -> Int {
        try run(try prepare(sql), values, counting: true)
    }

    /// As `execute` without asking how many rows were changed.
    package func executeUncounted(_ query: FirebirdQuery) throws(FirebirdError) {
        _ = try run(try prepare(query.sql), query.values, counting: false)
    }

    /// Runs a statement whose failure must not cost the others of this transaction: the failed one undoes itself
    /// and comes back as `.failure`, whatever came before it stands.
    /// - Throws: only when the transaction cannot go on (connection lost, deadline, cancelled, closed).
    package func attempt(_ query: FirebirdQuery) throws(FirebirdError) -> Result<Int, FirebirdError> {
        try attempting { () throws(FirebirdError) in try execute(query) }
    }

    /// As `attempt` for text of the program.
    package func attemptStatic(_ sql: StaticString, _ values: [FirebirdValue] = []) throws(FirebirdError) -> Result<Int, FirebirdError> {
        try attempting { () throws(FirebirdError) in try executeStatic(sql, values) }
    }

    func attempting(_ statement: () throws(FirebirdError) -> Int) throws(FirebirdError) -> Result<Int, FirebirdError> {
        do { return .success(try statement()) } catch {
            guard error.leavesTransactionUsable else { throw error }
            return .failure(error)
        }
    }

    func prepare(_ sql: String) throws(FirebirdError) -> PreparedStatement {
        try checkUsable()
        return try attachment.statement(sql, transaction: &handle)
    }

    func prepare(_ sql: StaticString) throws(FirebirdError) -> PreparedStatement {
        try checkUsable()
        return try attachment.statement(sql, transaction: &handle)
    }

    /// Binds and executes a statement without a cursor.
    func run(_ statement: PreparedStatement, _ values: [FirebirdValue], counting: Bool) throws(FirebirdError) -> Int {
        if case .cursor = statement.role { throw FirebirdError(.invalidArgument, "the statement gives rows: use query") }
        try bind(values, to: statement)
        try statement.execute(&handle)
        switch statement.role {
        case .singleInsert: return 1
        case .change, .singleton: return counting ? try statement.changedRows() : 0
        case .schema:
            statement.drop()
            return 0
        case .cursor, .other: return 0
        }
    }

    /// Writes the values into the statement's buffer; text and bytes for a BLOB become one.
    func bind(_ values: [FirebirdValue], to statement: PreparedStatement) throws(FirebirdError) {
        let slots = statement.parameters.slots
        guard values.count == slots.count else {
            throw FirebirdError(.invalidArgument, "\(values.count) values for \(slots.count) parameters")
        }
        for index in 0..<slots.count {
            if slots[index].type.code == SQL_BLOB {
                try slots[index].encode(try storedAsBlob(values[index]))
            } else {
                try slots[index].encode(values[index])
            }
        }
    }

    private func storedAsBlob(_ value: FirebirdValue) throws(FirebirdError) -> FirebirdValue {
        switch value {
        case .text(let text): .blob(try createBlob(Array(text.utf8)))
        case .bytes(let bytes): .blob(try createBlob(bytes))
        case .null, .integer, .decimal, .double, .boolean, .timestamp, .date, .time, .blob: value
        }
    }
}
