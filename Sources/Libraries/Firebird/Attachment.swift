import CFirebird

/// One attachment to a database. Belongs to one thread; only `SessionWatch` touches its handle from another.
final class Attachment {
    /// How a new database is to be made.
    struct Creation {
        let pageSize: UInt32
    }

    var handle: isc_db_handle = 0
    let status = StatusVector()
    let cache: StatementCache
    let isRemote: Bool
    /// The call that runs; asked before each C call whether it may go on.
    var job: SessionJob?
    /// Set when the connection has ended: nothing can be done but to drop the attachment.
    private(set) var isBroken = false
    /// Set when the engine has answered to an interruption: it will not disturb a later call.
    private(set) var hasSeenInterruption = false

    /// Done on the attachment's thread before it ends, whatever ends it.
    var beforeDetach: (() -> Void)?

    /// Attaches, or creates the database and attaches.
    init(_ configuration: FirebirdConfiguration, creating: Creation? = nil) throws(FirebirdError) {
        cache = StatementCache(capacity: configuration.statementCacheSize)
        isRemote = configuration.isRemote
        let path = try configuration.connectionString()
        var block = try configuration.attachmentBlock()
        if let creating {
            block.append(isc_dpb_page_size, value: ParameterBlock.littleEndian(creating.pageSize))
            try block.append(isc_dpb_set_db_charset, text: "UTF8", called: "the character set")
            block.append(isc_dpb_force_write, value: [1])
            block.append(isc_dpb_overwrite, value: [0])
        }
        let options = block.characters
        let code =
            if creating != nil {
                isc_create_database(status.pointer, Int16(path.count), path, &handle, Int16(options.count), options, 0)
            } else {
                isc_attach_database(status.pointer, Int16(path.count), path, &handle, Int16(options.count), options)
            }
        if code != 0 {
            let error = status.error()
            throw error.kind == .connectionLost ? error.reclassified(.cannotConnect) : error
        }
    }

    /// Throws what the last call reported, and remembers when the connection has ended.
    func check(_ code: ISC_STATUS) throws(FirebirdError) {
        guard code != 0 else { return }
        let error = status.error()
        note(error)
        throw error
    }

    /// As `check` for calls whose failure nobody can act upon.
    func notice(_ code: ISC_STATUS) {
        guard code != 0 else { return }
        note(status.error())
    }

    private func note(_ error: FirebirdError) {
        if error.kind == .connectionLost { isBroken = true }
        if error.kind == .cancelled { hasSeenInterruption = true }
    }

    /// Begins the watch over another call.
    func begin(_ job: SessionJob) {
        self.job = job
        hasSeenInterruption = false
    }

    /// - Throws: `cancelled` or `deadlineExceeded` when the call's time is over.
    func checkInterruption() throws(FirebirdError) {
        if let error = job?.interruptionError { throw error }
    }

    /// The prepared statement for `sql`, from the cache when it is there.
    func statement(_ sql: String, transaction: inout isc_tr_handle) throws(FirebirdError) -> PreparedStatement {
        if let found = cache.statement(for: sql) { return found }
        return try prepare(sql, &transaction)
    }

    /// As above for text that the program itself contains.
    func statement(_ sql: StaticString, transaction: inout isc_tr_handle) throws(FirebirdError) -> PreparedStatement {
        guard sql.hasPointerRepresentation else { return try statement("\(sql)", transaction: &transaction) }
        if let found = cache.statement(at: sql.utf8Start) { return found }
        let prepared = try statement("\(sql)", transaction: &transaction)
        cache.keep(prepared, at: sql.utf8Start)
        return prepared
    }

    private func prepare(_ sql: String, _ transaction: inout isc_tr_handle) throws(FirebirdError) -> PreparedStatement {
        let prepared = try PreparedStatement(sql, on: self, transaction: &transaction)
        switch prepared.role {
        case .schema: cache.clear()
        case .cursor, .singleInsert, .change, .singleton, .other: cache.keep(prepared, for: sql)
        }
        return prepared
    }

    /// Asks the other end for a sign of life, with a question that it must answer. Not by `fb_ping`: that frees the attachment when it
    /// finds the connection lost, while other threads of the library, or the watchdog's call, still use it (a crash seen with 3.0.11).
    func ping() throws(FirebirdError) {
        let question = [ISC_SCHAR(isc_info_ods_version.rawValue)]
        var answer = [ISC_SCHAR](repeating: 0, count: 32)
        try check(isc_database_info(status.pointer, &handle, Int16(question.count), question, Int16(answer.count), &answer))
    }

    /// Cuts the connection, so that nothing waits for it any more.
    func abort() { _ = fb_cancel_operation(status.pointer, &handle, UInt16(fb_cancel_abort)) }

    /// Ends the attachment. On a connection that may be dead, aborting first keeps the farewell from blocking.
    func detach() {
        guard handle != 0 else { return }
        beforeDetach?()
        beforeDetach = nil
        var ending = handle
        // Statements end with their attachment: none is to send a farewell of its own.
        handle = 0
        cache.forget()
        if isBroken { _ = fb_cancel_operation(status.pointer, &ending, UInt16(fb_cancel_abort)) }
        // A handle whose server has gone stays non-zero; the library frees it all the same.
        _ = isc_detach_database(status.pointer, &ending)
    }

    /// Treats the connection as ended.
    func breakOff() { isBroken = true }
}
