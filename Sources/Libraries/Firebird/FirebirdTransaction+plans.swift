import CFirebird

extension FirebirdTransaction {
    /// How the engine would read the tables of a statement: its indexes by name, `NATURAL` where it walks over all rows. For tests and
    /// benchmarks; nothing is executed. The words are the engine's own.
    package func plan(of query: FirebirdQuery) throws(FirebirdError) -> String {
        try prepare(query.sql).plan()
    }
}

extension PreparedStatement {
    /// Plans are refused beyond it; ours have some hundred bytes.
    private static let maximumPlanBytes: Int16 = 16_000

    func plan() throws(FirebirdError) -> String {
        // Item, two bytes of length, the text.
        let answer = try information([isc_info_sql_get_plan], capacity: Self.maximumPlanBytes)
        guard answer.count >= 3, Int32(answer[0]) == isc_info_sql_get_plan else { return "" }
        let count = Int(answer[1]) | Int(answer[2]) << 8
        return String(decoding: answer.dropFirst(3).prefix(count), as: UTF8.self).filter { $0 != "\n" }
    }
}
