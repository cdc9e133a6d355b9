import CFirebird

/// The text of an EXECUTE BLOCK that runs one statement for several rows of parameters.
///
/// The parameters' SQL types come from the prepared single statement. Block sizes are powers of two, so that few
/// texts, and few cached statements, serve any number of rows.
struct StatementBlock {
    /// Below this a block saves nothing.
    static let smallestWorthwhile = 4
    private static let largestSize = 64
    /// Parameters and bytes of one block, well within what the engine takes.
    private static let maximumParameters = 1_000
    private static let maximumParameterBytes = 128 * 1_024
    private static let maximumTextBytes = 60_000

    let parameterCount: Int
    private let types: [String]
    private let pieces: [String]
    private let isReporting: Bool
    private let maximumSize: Int

    /// Nil when the statement cannot be put into a block: it gives rows, or has a parameter of an unusual type.
    init?(_ statement: PreparedStatement, sql: String, isReporting: Bool) {
        switch statement.role {
        case .singleInsert, .change: break
        case .cursor, .singleton, .schema, .other: return nil
        }
        let types = statement.parameters.slots.map { Self.name(of: $0.type) }
        let pieces = StatementText(sql).pieces
        guard !types.isEmpty, types.allSatisfy({ $0 != nil }), pieces.count == types.count + 1 else { return nil }
        self.types = types.compactMap { $0 }
        self.pieces = pieces
        self.isReporting = isReporting
        parameterCount = types.count
        let rowBytes = statement.parameters.slots.reduce(0) { $0 + $1.type.length + 8 }
        let rowText = sql.utf8.count + types.reduce(0) { $0 + ($1?.utf8.count ?? 0) + 30 } + 160
        maximumSize = min(
            Self.largestSize, Self.maximumParameters / types.count, Self.maximumParameterBytes / rowBytes, Self.maximumTextBytes / rowText)
    }

    /// The largest block for `count` rows that are left: a power of two, 1 when none is worth it.
    func size(for count: Int) -> Int {
        let limit = min(count, maximumSize)
        guard limit >= Self.smallestWorthwhile || (limit > 1 && count < Self.smallestWorthwhile) else { return 1 }
        return 1 << (Int.bitWidth - 1 - limit.leadingZeroBitCount)
    }

    /// The block for `rows` rows. A reporting one gives a row for each: rows changed, and the code of a failure or 0.
    func text(rows: Int) -> String {
        let declarations = (0..<rows).flatMap { row in types.enumerated().map { "p\(row)_\($0.offset) \($0.element) = ?" } }
        let returns = isReporting ? "returns (changed integer, failure integer) " : ""
        let statements = (0..<rows).map(statement).joined(separator: "\n")
        return "execute block (\(declarations.joined(separator: ", "))) \(returns)as begin\n\(statements)\nend"
    }

    private func statement(row: Int) -> String {
        var text = pieces[0]
        for index in types.indices { text += ":p\(row)_\(index)" + pieces[index + 1] }
        guard isReporting else { return text + ";" }
        return """
            begin changed = 0; failure = 0; \(text); changed = row_count;
            when any do begin changed = 0; failure = gdscode; end end
            suspend;
            """
    }

    private static let octets = 1
    private static let utf8 = 4
    private static let utf8BytesPerCharacter = 4

    private static func name(of type: ColumnType) -> String? {
        switch type.code {
        case SQL_SHORT: type.scale == 0 ? "smallint" : "numeric(4, \(-type.scale))"
        case SQL_LONG: type.scale == 0 ? "integer" : "numeric(9, \(-type.scale))"
        case SQL_INT64: type.scale == 0 ? "bigint" : "numeric(18, \(-type.scale))"
        case SQL_FLOAT: "float"
        case SQL_DOUBLE: "double precision"
        case SQL_BOOLEAN: "boolean"
        case SQL_VARYING: characters("varchar", type)
        case SQL_TEXT: characters("char", type)
        case SQL_TIMESTAMP: "timestamp"
        case SQL_TYPE_DATE: "date"
        case SQL_TYPE_TIME: "time"
        case SQL_BLOB: type.subtype == 1 ? "blob sub_type text character set utf8" : "blob sub_type binary"
        default: nil
        }
    }

    private static func characters(_ name: String, _ type: ColumnType) -> String? {
        switch type.subtype & 0xFF {
        case octets: "\(name)(\(max(1, type.length))) character set octets"
        case utf8: "\(name)(\(max(1, type.length / utf8BytesPerCharacter))) character set utf8"
        default: nil
        }
    }
}
