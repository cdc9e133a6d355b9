import Administration
import MessageLog
import Settings

/// Rolled-up figures.
extension AdministrationAPI {
    var statisticsRoutes: [APIRoute] {
        [
            .get("/statistics/mail") { call async throws(APIError) in
                try call.query.allow("period", "direction", "from", "until")
                var query = MailReportQuery()
                query.period = try call.query.choice("period", StatisticsPeriod.self) ?? .hour
                query.direction = try call.query.choice("direction", MailDirection.self)
                query.from = try call.query.time("from")
                query.until = try call.query.time("until")
                let asked = query
                let report = try await ask { () async throws(AdministrationError) in
                    try await administration.mailReport(asked, call.caller)
                }
                return .json(PageDocument(all: report.figures.map(MailFigureDocument.init)))
            },
            correspondents("/statistics/senders", .sender),
            correspondents("/statistics/recipients", .recipient),
        ]
    }

    private func correspondents(_ path: String, _ side: CorrespondentSide) -> APIRoute {
        .get(path) { call async throws(APIError) in
            try call.query.allow("direction", "from", "until", "limit")
            let direction = try call.query.choice("direction", MailDirection.self)
            let from = try call.query.time("from")
            let until = try call.query.time("until")
            let limit = try call.query.limit(maximum: CorrespondentQuery.maximumLimit)
            let found = try await ask { () async throws(AdministrationError) in
                try await administration.correspondents(side, direction: direction, from: from, until: until, limit: limit, call.caller)
            }
            return .json(PageDocument(all: found.map(CorrespondentDocument.init)))
        }
    }
}
