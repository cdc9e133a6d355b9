import Administration
import AggregateReports
import Hummingbird
import Mail
import SenderAuthentication
import Settings

/// DMARC reports to other domains: what waits, what was sent, how one looks, send now.
struct AggregateReportsController: Sendable {
    let services: SiteServices

    static let pageSize = 50

    func addRoutes(to routes: PageRoutes) {
        routes.page("dmarc-reports") { request in try await show(request) }
        routes.page("dmarc-reports/:domain/:day") { request in try await view([], request) }
        routes.form("dmarc-reports/:domain/:day/send") { request, _ in try await send(request) }
    }

    private func send(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let sending: ReportSending
        do throws(AdministrationError) {
            sending = try await services.administration.sendAggregateReport(
                of: request.parameter("domain"), on: request.parameter("day"), request.caller)
        } catch {
            return try await view(try error.formProblems(), request)
        }
        let path = Self.path(request.parameter("domain"), request.parameter("day"))
        switch sending {
        case .done(let report): return .seeOther(path, notice: Notice(report.state == .sent ? .dmarcReportSent : .dmarcReportSkipped))
        case .alreadyDone, .nothingSeen: return .seeOther(path, notice: Notice(.dmarcReportDone))
        case .waiting(let cause):
            return try await view(
                [FieldProblem("day", "It cannot be sent yet: \(cause)", ja: "まだ送信できません: \(cause)")], request)
        }
    }

    private func show(_ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let cursor = AggregateReportsView.cursor(request.query["after"] ?? "")
        let found = try await services.administration.aggregateReports(after: cursor, limit: Self.pageSize + 1, request.caller)
        let pending = cursor == nil ? try await services.administration.pendingReports(request.caller) : []
        let view = AggregateReportsView(
            found, pending, isFirst: cursor == nil, isOn: services.administration.areReportsSent, request.language)
        return services.renderer.page(
            .aggregateReports, view, title: AggregateReportText.title[request.language], in: .aggregateReports, visitor: request.visitor)
    }

    private func view(_ problems: [FieldProblem], _ request: AdministratorRequest) async throws(AdministrationError) -> Response {
        let preview = try await services.administration.aggregateReport(
            of: request.parameter("domain"), on: request.parameter("day"), request.caller)
        let view = AggregateReportView(preview, FormProblems(problems, request.language), request.language)
        return services.renderer.page(
            .aggregateReport, view, title: view.title, in: .aggregateReports, visitor: request.visitor,
            status: problems.isEmpty ? .ok : .unprocessableContent)
    }

    static func path(_ domain: String, _ day: String) -> String {
        "\(SitePath.aggregateReports)/\(PageLink.escape(domain))/\(PageLink.escape(day))"
    }
}

/// The list.
struct AggregateReportsView: Sendable {
    let isOff: Bool
    let isFirst: Bool
    let hasPending: Bool
    let pending: [Pending]
    let isEmpty: Bool
    let rows: [Row]
    let pager: PagerView

    struct Pending: Sendable {
        let domain: String
        let day: String
        let messages: String
        let rows: String
        let path: String
    }

    struct Row: Sendable {
        let domain: String
        let day: String
        let state: Badge
        let messages: String
        let recipients: String
        let reason: String
        let made: String
        let path: String
    }

    init(_ found: [AggregateReport], _ pending: [PendingReport], isFirst: Bool, isOn: Bool, _ language: Language) {
        isOff = !isOn
        self.isFirst = isFirst
        hasPending = !pending.isEmpty
        self.pending = pending.map {
            Pending(
                domain: $0.domain.unicode, day: $0.day.description, messages: String($0.messages), rows: String($0.rows),
                path: AggregateReportsController.path($0.domain.ascii, $0.day.description))
        }
        let shown = found.prefix(AggregateReportsController.pageSize)
        isEmpty = shown.isEmpty
        rows = shown.map {
            Row(
                domain: $0.domain.unicode, day: $0.day.description,
                state: Badge($0.state.title, $0.state == .sent ? .good : .warning, language), messages: String($0.messages),
                recipients: $0.recipients.joined(separator: ", "), reason: $0.reason, made: ShownValue.time($0.at),
                path: AggregateReportsController.path($0.domain.ascii, $0.day.description))
        }
        let link = PageLink(SitePath.aggregateReports)
        let isLast = found.count <= AggregateReportsController.pageSize
        pager = PagerView(
            next: isLast ? nil : shown.last.map { link.with("after", "\($0.identifier).\($0.at.milliseconds)").text },
            first: isFirst ? nil : link.text, isTimeOrdered: true)
    }

    /// `<identifier>.<milliseconds>`.
    static func cursor(_ text: String) -> AggregateReportCursor? {
        let parts = text.split(separator: ".")
        guard parts.count == 2, let identifier = RecordIdentifier(parts[0]), let time = Int64(parts[1]) else { return nil }
        return AggregateReportCursor(at: UTCTime(milliseconds: time), identifier: identifier)
    }
}

/// One report.
struct AggregateReportView: Sendable {
    let alert: AlertView?
    let title: String
    let day: String
    let messages: String
    let targets: String
    let state: Badge?
    let recipients: String
    let reason: String
    /// The mail in the message log.
    let mail: String?
    let isRemoved: Bool
    let rows: [Row]
    let xml: String
    let isShortened: Bool
    let canSend: Bool
    let path: String

    struct Row: Sendable {
        let source: String
        let count: String
        let disposition: String
        let dkim: String
        let spf: String
        let headerFrom: String
    }

    private static let shownRows = 200
    private static let shownBytes = 100_000

    init(_ preview: AggregateReportPreview, _ problems: FormProblems, _ language: Language) {
        alert = problems.summary(fields: [])
        title = AggregateReportText.viewTitle.filled(language, preview.pending.domain.unicode)
        day = preview.pending.day.description
        messages = String(preview.pending.messages)
        targets = preview.composed?.targets.map { $0.address.description }.joined(separator: ", ") ?? ""
        state = preview.report.map { Badge($0.state.title, $0.state == .sent ? .good : .warning, language) }
        recipients = preview.report?.recipients.joined(separator: ", ") ?? ""
        reason = preview.report?.reason ?? ""
        mail = preview.report?.message.map { "\(SitePath.messages)/\($0)" }
        isRemoved = preview.composed == nil
        let all = preview.composed?.report.rows ?? []
        rows = all.prefix(Self.shownRows).map { row in
            func word(_ passes: Bool) -> String { (passes ? AggregateReportText.passes : .fails)[language] }
            return Row(
                source: row.source, count: String(row.count),
                disposition: row.disposition.rawValue + (row.overrideReason.map { " (\($0))" } ?? ""), dkim: word(row.isDKIMAligned),
                spf: word(row.isSPFAligned), headerFrom: row.headerFrom)
        }
        let text = preview.composed?.report.xml ?? []
        xml = String(decoding: text.prefix(Self.shownBytes), as: UTF8.self)
        isShortened = text.count > Self.shownBytes || all.count > Self.shownRows
        canSend = preview.report == nil && preview.pending.day < ReportDay(.now())
        path = AggregateReportsController.path(preview.pending.domain.ascii, preview.pending.day.description)
    }
}
