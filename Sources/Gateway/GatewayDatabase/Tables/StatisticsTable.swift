import Firebird
package import MessageLog
package import Settings

/// The rolled-up figures as they are read: rows of all nodes, added up. Both statements walk a range of their primary key.
package struct StatisticsTable: StatisticsStore {
    let sessions: DatabaseSessions

    package func mailFigures(
        _ period: StatisticsPeriod, from: UTCTime, until: UTCTime, direction: MailDirection?
    ) async throws(MessageLogError) -> [MailFigure] {
        let query = Self.figuresQuery(period, from: from, until: until, direction: direction)
        return try await sessions.read(unavailable: MessageLogError.unavailable) { try $0.query(query).map(Self.figure) }
    }

    package func correspondents(_ query: CorrespondentQuery) async throws(MessageLogError) -> [Correspondent] {
        let query = Self.correspondentsQuery(query)
        return try await sessions.read(unavailable: MessageLogError.unavailable) { transaction in
            try transaction.query(query).map {
                Correspondent(address: try $0.octets(0), messages: try $0.decode(1), sizeBytes: try $0.decode(2))
            }
        }
    }

    static func figuresQuery(_ period: StatisticsPeriod, from: UTCTime, until: UTCTime, direction: MailDirection?) -> FirebirdQuery {
        let only: FirebirdQuery = direction.map { "and direction = \($0.rawValue)" } ?? ""
        return """
            select start_at, direction, result, sum(messages) as messages, sum(size_bytes) as size_bytes from mail_figure
            where period_name = \(period.rawValue) and start_at >= \(from) and start_at < \(until) \(only)
            group by start_at, direction, result order by start_at, direction, result
            """
    }

    static func correspondentsQuery(_ query: CorrespondentQuery) -> FirebirdQuery {
        let first = StatisticsPeriod.day.start(of: query.from)
        let only: FirebirdQuery = query.direction.map { "and direction = \($0.rawValue)" } ?? ""
        return """
            select first \(unsafeSQL: String(query.limit)) address, sum(messages) as messages, sum(size_bytes) as size_bytes from correspondent
            where day_at >= \(first) and day_at < \(query.until) and side = \(query.side.rawValue) \(only)
            group by address order by 2 desc, 1
            """
    }

    private static func figure(_ row: FirebirdRow) throws(FirebirdError) -> MailFigure {
        MailFigure(
            start: try row.decode(0), direction: try row.word("direction"), result: try row.word("result"), messages: try row.decode(3),
            sizeBytes: try row.decode(4))
    }
}
