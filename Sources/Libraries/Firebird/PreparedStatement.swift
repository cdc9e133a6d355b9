import CFirebird

/// A statement compiled by the engine, with its buffers. Used by its attachment's thread only.
final class PreparedStatement {
    /// What an execution does, and how its changed rows are known.
    enum Role {
        /// Rows through a cursor.
        case cursor
        /// `insert ... values`: one row, without asking.
        case singleInsert
        /// Changes rows; the number is asked for.
        case change
        /// One row of results; `isChange` when there is none if nothing was changed.
        case singleton(isChange: Bool)
        /// Changes the schema.
        case schema
        /// Savepoints and the like.
        case other
    }

    private(set) var handle: isc_stmt_handle = 0
    private(set) var results = Descriptor(capacity: Descriptor.usualCapacity)
    private(set) var parameters = Descriptor(capacity: Descriptor.usualCapacity)
    private(set) var role = Role.other
    private(set) var columns = FirebirdColumns(names: [], types: [])
    private let attachment: Attachment
    /// Set while a cursor is open; the statement can then not be executed again.
    var isOpen = false
    /// When the cache lent it last, in the cache's own counting.
    var lastUse: UInt64 = 0

    /// Compiles `sql`.
    init(_ sql: String, on attachment: Attachment, transaction: inout isc_tr_handle) throws(FirebirdError) {
        self.attachment = attachment
        let status = attachment.status.pointer
        try attachment.check(isc_dsql_allocate_statement(status, &attachment.handle, &handle))
        do {
            try attachment.check(sql.withCString { isc_dsql_prepare(status, &transaction, &handle, 0, $0, 3, results.area) })
            try describe()
            role = try Self.role(type: statementType(), sql: sql, hasResults: results.count > 0)
        } catch {
            drop()
            throw error
        }
    }

    deinit {
        // One that no cache holds (a second cursor of the same text, a refused schema change) ends here.
        if attachment.handle != 0 { drop() }
    }

    /// True once dropped: another has to be prepared.
    var isDropped: Bool { handle == 0 }

    private func describe() throws(FirebirdError) {
        let status = attachment.status.pointer
        if results.count > results.capacity {
            results = Descriptor(capacity: results.count)
            try attachment.check(isc_dsql_describe(status, &handle, 1, results.area))
        }
        try attachment.check(isc_dsql_describe_bind(status, &handle, 1, parameters.area))
        if parameters.count > parameters.capacity {
            parameters = Descriptor(capacity: parameters.count)
            try attachment.check(isc_dsql_describe_bind(status, &handle, 1, parameters.area))
        }
        results.layOut()
        parameters.layOut()
        columns = results.makeColumns()
    }

    private static func role(type: Int32, sql: String, hasResults: Bool) -> Role {
        switch type {
        case isc_info_sql_stmt_select, isc_info_sql_stmt_select_for_upd: return .cursor
        case isc_info_sql_stmt_ddl: return .schema
        case isc_info_sql_stmt_exec_procedure:
            let word = StatementText(sql).leadingWord
            return hasResults ? .singleton(isChange: ["update", "delete", "merge"].contains(word)) : .change
        case isc_info_sql_stmt_insert:
            let text = StatementText(sql)
            return text.leadingWord == "insert" && !text.mentions("select") ? .singleInsert : .change
        case isc_info_sql_stmt_update, isc_info_sql_stmt_delete: return .change
        default: return .other
        }
    }

    private func statementType() throws(FirebirdError) -> Int32 {
        let answer = try information([isc_info_sql_stmt_type], capacity: 16)
        guard answer.count >= 7 else { return 0 }
        return Int32(answer[3]) | Int32(answer[4]) << 8
    }

    func information(_ items: [Int32], capacity: Int16) throws(FirebirdError) -> [UInt8] {
        let request = items.map { CChar(truncatingIfNeeded: $0) }
        var answer = [CChar](repeating: 0, count: Int(capacity))
        try attachment.check(
            isc_dsql_sql_info(attachment.status.pointer, &handle, Int16(request.count), request, capacity, &answer))
        return answer.map { UInt8(bitPattern: $0) }
    }

    /// Rows the last execution inserted, updated and deleted. A round trip on a server.
    func changedRows() throws(FirebirdError) -> Int {
        let answer = try information([isc_info_sql_records, isc_info_end], capacity: 64)
        // Item, two bytes of length, then for each kind: item, two bytes of length, four bytes of count.
        var index = 3
        var total = 0
        while index + 7 <= answer.count, answer[index] != UInt8(truncatingIfNeeded: isc_info_end) {
            if Int32(answer[index]) != isc_info_req_select_count {
                for byte in 0..<4 { total += Int(answer[index + 3 + byte]) << (8 * byte) }
            }
            index += 7
        }
        return total
    }

    /// Executes with the parameters already written; results of a singleton are in `results` afterwards.
    func execute(_ transaction: inout isc_tr_handle) throws(FirebirdError) {
        let status = attachment.status.pointer
        switch role {
        case .cursor:
            try attachment.check(isc_dsql_execute(status, &transaction, &handle, 1, parameters.areaIfAny))
            isOpen = true
        case .singleton:
            results.clear()
            try attachment.check(isc_dsql_execute2(status, &transaction, &handle, 1, parameters.areaIfAny, results.areaIfAny))
        case .singleInsert, .change, .schema, .other:
            try attachment.check(isc_dsql_execute(status, &transaction, &handle, 1, parameters.areaIfAny))
        }
    }

    /// The cursor's next row, or nil at its end.
    func fetch() throws(FirebirdError) -> FirebirdRow? {
        try attachment.checkInterruption()
        let code = isc_dsql_fetch(attachment.status.pointer, &handle, 1, results.area)
        if code == Self.endOfCursor { return nil }
        try attachment.check(code)
        return currentRow()
    }

    private static let endOfCursor = 100

    /// The values in `results` as a row.
    func currentRow() -> FirebirdRow { FirebirdRow(columns: columns, packed: results.packedRow()) }

    /// Ends the cursor. Its failure says nothing that the next call would not say.
    func close() {
        guard isOpen else { return }
        isOpen = false
        attachment.notice(isc_dsql_free_statement(attachment.status.pointer, &handle, UInt16(DSQL_close)))
    }

    /// Frees the statement in the engine.
    func drop() {
        guard handle != 0 else { return }
        attachment.notice(isc_dsql_free_statement(attachment.status.pointer, &handle, UInt16(DSQL_drop)))
        handle = 0
    }
}
