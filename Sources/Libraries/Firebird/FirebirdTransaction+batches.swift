/// How many rows of one statement travel.
package enum FirebirdBatching: Sendable {
    /// In blocks on a server from four rows on, one by one embedded and below that.
    case automatic
    /// The prepared statement once for each row.
    case oneByOne
    /// Many rows in one EXECUTE BLOCK: one round trip instead of one for each row.
    case blocks
}

extension FirebirdTransaction {
    /// Executes one statement of the program (`?` for each value) for many rows; all or an error.
    ///
    /// After an error some rows may stand and others not, so let it end the transaction.
    package func execute(_ sql: StaticString, many rows: [[FirebirdValue]], batching: FirebirdBatching = .automatic) throws(FirebirdError) {
        try walk(sql, rows, batching, isReporting: false) { statement, row throws(FirebirdError) in
            _ = try run(statement, row, counting: false)
        } block: { statement, values, _ throws(FirebirdError) in
            try bind(values, to: statement)
            try statement.execute(&handle)
            return true
        }
    }

    /// Executes one statement of the program (`?` for each value) for many rows; one that fails undoes only itself.
    ///
    /// Results come in the order of `rows`: the number of rows changed, or the error. For a conditional update 0
    /// says that its condition did not hold. An error of a row in a block has its code but no text of its own.
    /// - Throws: only when the transaction cannot go on.
    package func attempt(_ sql: StaticString, many rows: [[FirebirdValue]], batching: FirebirdBatching = .automatic) throws(FirebirdError)
        -> [Result<Int, FirebirdError>]
    {
        var results: [Result<Int, FirebirdError>] = []
        results.reserveCapacity(rows.count)
        try walk(sql, rows, batching, isReporting: true) { statement, row throws(FirebirdError) in
            results.append(try attempting { () throws(FirebirdError) in try run(statement, row, counting: true) })
        } block: { statement, values, count throws(FirebirdError) in
            guard try canBind(values, to: statement) else { return false }
            results.append(contentsOf: try blockResults(statement, count))
            return true
        }
        return results
    }

    /// Divides the rows into blocks of the largest sizes that fit, and hands out one by one what no block takes:
    /// single rows, and blocks that `block` declines.
    private func walk(
        _ sql: StaticString, _ rows: [[FirebirdValue]], _ batching: FirebirdBatching, isReporting: Bool,
        single: (PreparedStatement, [FirebirdValue]) throws(FirebirdError) -> Void,
        block: (PreparedStatement, [FirebirdValue], Int) throws(FirebirdError) -> Bool
    ) throws(FirebirdError) {
        guard !rows.isEmpty else { return }
        var statement = try prepare(sql)
        let plan = usesBlocks(batching, rows.count) ? StatementBlock(statement, sql: "\(sql)", isReporting: isReporting) : nil
        var index = 0
        while index < rows.count {
            let size = plan?.size(for: rows.count - index) ?? 1
            let group = rows[index..<(index + size)]
            if try !runBlock(plan, group, block) {
                for row in group {
                    if statement.isDropped { statement = try prepare(sql) }
                    try checkUsable()
                    try single(statement, row)
                }
            }
            index += size
        }
    }

    /// True when a block took the rows.
    private func runBlock(
        _ plan: StatementBlock?, _ rows: ArraySlice<[FirebirdValue]>,
        _ block: (PreparedStatement, [FirebirdValue], Int) throws(FirebirdError) -> Bool
    ) throws(FirebirdError) -> Bool {
        guard let plan, rows.count > 1 else { return false }
        try checkWidths(rows, plan.parameterCount)
        return try block(try prepare(plan.text(rows: rows.count)), Array(rows.joined()), rows.count)
    }

    private func usesBlocks(_ batching: FirebirdBatching, _ count: Int) -> Bool {
        switch batching {
        case .automatic: attachment.isRemote && count >= StatementBlock.smallestWorthwhile
        case .oneByOne: false
        case .blocks: count > 1
        }
    }

    private func checkWidths(_ rows: ArraySlice<[FirebirdValue]>, _ count: Int) throws(FirebirdError) {
        guard rows.allSatisfy({ $0.count == count }) else {
            throw FirebirdError(.invalidArgument, "a row of the batch has not \(count) values")
        }
    }

    /// False when one of the values does not fit: that row's error is its own, so the block's rows go one by one.
    private func canBind(_ values: [FirebirdValue], to statement: PreparedStatement) throws(FirebirdError) -> Bool {
        do {
            try bind(values, to: statement)
            return true
        } catch {
            guard error.leavesTransactionUsable else { throw error }
            return false
        }
    }

    /// One result for each row of a reporting block whose values are bound.
    private func blockResults(_ statement: PreparedStatement, _ count: Int) throws(FirebirdError) -> [Result<Int, FirebirdError>] {
        defer { statement.close() }
        try statement.execute(&handle)
        var results: [Result<Int, FirebirdError>] = []
        results.reserveCapacity(count)
        while let row = try statement.fetch() {
            let code = try row.decode(1, as: Int.self)
            results.append(code == 0 ? .success(try row.decode(0, as: Int.self)) : .failure(FirebirdError(code: code)))
        }
        guard results.count == count else { throw FirebirdError(.other, "a block reported \(results.count) of \(count) rows") }
        return results
    }
}
