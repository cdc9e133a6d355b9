import Administration
import AggregateReports

/// DMARC reports to other domains.
extension AdministrationAPI {
    var aggregateReportRoutes: [APIRoute] {
        [
            .get("/dmarc-reports") { call async throws(APIError) in
                try call.query.allow("domain", "cursor", "limit")
                let domain = call.query.text("domain") ?? ""
                let limit = try call.query.limit()
                let cursor = try call.query.cursor(AggregateReportCursor.self)
                let reports = try await ask { () async throws(AdministrationError) in
                    try await administration.aggregateReports(domain: domain, after: cursor, limit: limit, call.caller)
                }
                return .json(
                    PageDocument(
                        reports, limit: limit, item: AggregateReportDocument.init,
                        cursor: { PageCursor.word(for: AggregateReportCursor($0)) }))
            },
            .get("/dmarc-reports/pending") { call async throws(APIError) in
                try call.query.allow()
                let pending = try await ask { () async throws(AdministrationError) in
                    try await administration.pendingReports(call.caller)
                }
                return .json(PageDocument(all: pending.map(PendingReportDocument.init)))
            },
            .get("/dmarc-reports/{domain}/{day}") { call async throws(APIError) in
                try call.query.allow()
                let preview = try await ask { () async throws(AdministrationError) in
                    try await administration.aggregateReport(of: call.parameter("domain"), on: call.parameter("day"), call.caller)
                }
                return .json(AggregateReportPreviewDocument(preview))
            },
            .post("/dmarc-reports/{domain}/{day}/send") { call async throws(APIError) in
                try call.query.allow()
                var reader = try JSONObjectReader(call.body)
                try reader.finish()
                let sending = try await ask { () async throws(AdministrationError) in
                    try await administration.sendAggregateReport(of: call.parameter("domain"), on: call.parameter("day"), call.caller)
                }
                return .json(ReportSendingDocument(sending))
            },
        ]
    }
}
