extension FirebirdTransaction {
    /// Rows `query` collects at most unless told otherwise; `forEach` has no limit.
    package static let defaultMaximumRows = 100_000

    /// All rows of a query, of `... returning`, of a procedure or an EXECUTE BLOCK.
    ///
    /// Firebird 3's `returning` gives one row at most: `update ... returning` that matches nothing gives none here,
    /// one that matches several fails.
    /// - Throws: `tooLarge` when there are more than `maximumRows`.
    package func query(_ query: FirebirdQuery, maximumRows: Int = FirebirdTransaction.defaultMaximumRows) throws(FirebirdError)
        -> [FirebirdRow]
    {
        try collect(try prepare(query.sql), query.values, maximumRows)
    }

    /// As `query` for text of the program.
    package func queryStatic(_ sql: StaticString, _ values: [FirebirdValue] = []) throws(FirebirdError) -> [FirebirdRow] {
        try collect(try prepare(sql), values, Self.defaultMaximumRows)
    }

    /// The first row, or nil; further ones are not looked at.
    package func queryOne(_ query: FirebirdQuery) throws(FirebirdError) -> FirebirdRow? {
        try first(try prepare(query.sql), query.values)
    }

    /// As `queryOne` for text of the program.
    package func queryOneStatic(_ sql: StaticString, _ values: [FirebirdValue] = []) throws(FirebirdError) -> FirebirdRow? {
        try first(try prepare(sql), values)
    }

    /// Hands out rows one at a time as they are fetched: memory for one row, whatever the number. `row` may run other
    /// statements of the same transaction; throwing ends the walk.
    package func forEach(_ query: FirebirdQuery, row: (FirebirdRow) throws -> Void) throws {
        let statement = try prepare(query.sql)
        defer { statement.close() }
        try open(statement, query.values)
        guard case .cursor = statement.role else {
            if let single = try singletonRow(statement) { try row(single) }
            return
        }
        while let next = try statement.fetch() { try row(next) }
    }

    private func open(_ statement: PreparedStatement, _ values: [FirebirdValue]) throws(FirebirdError) {
        try bind(values, to: statement)
        try statement.execute(&handle)
    }

    /// The row of a statement without a cursor; a change that matched nothing leaves only NULLs, which is no row.
    private func singletonRow(_ statement: PreparedStatement) throws(FirebirdError) -> FirebirdRow? {
        guard case .singleton(let isChange) = statement.role else {
            throw FirebirdError(.invalidArgument, "the statement gives no rows: use execute")
        }
        let row = statement.currentRow()
        guard isChange else { return row }
        return try statement.changedRows() == 0 ? nil : row
    }

    private func first(_ statement: PreparedStatement, _ values: [FirebirdValue]) throws(FirebirdError) -> FirebirdRow? {
        defer { statement.close() }
        try open(statement, values)
        if case .cursor = statement.role { return try statement.fetch() }
        return try singletonRow(statement)
    }

    private func collect(_ statement: PreparedStatement, _ values: [FirebirdValue], _ maximumRows: Int) throws(FirebirdError)
        -> [FirebirdRow]
    {
        defer { statement.close() }
        try open(statement, values)
        var rows: [FirebirdRow] = []
        guard case .cursor = statement.role else {
            if let row = try singletonRow(statement) { rows.append(row) }
            return rows
        }
        while let row = try statement.fetch() {
            guard rows.count < maximumRows else { throw FirebirdError(.tooLarge, "more than \(maximumRows) rows") }
            rows.append(row)
        }
        return rows
    }
}
