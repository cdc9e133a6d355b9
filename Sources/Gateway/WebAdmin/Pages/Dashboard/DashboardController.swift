import Administration
import Hummingbird
import MessageLog
import Settings

/// The first page after signing in: is everything working, and what is going on.
struct DashboardController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("/") { request in
            let status = await services.administration.status(request.caller)
            let view = DashboardView(status, request.language)
            return services.renderer.page(
                .dashboard, view, title: DashboardText.title[request.language], in: .dashboard, visitor: request.visitor)
        }
    }
}

/// What the dashboard shows.
struct DashboardView: Sendable {
    let isHealthy: Bool
    let parts: [Part]
    let counts: [Count]
    let queueSize: String
    let queueDue: String?
    let figures: [Figure]
    let nodeFacts: [Figure]
    let listeners: [String]
    let hasNoDomain: Bool
    /// Mail of the last 24 hours; `nil` when the database does not answer.
    let chart: MailChart?
    let hasChart: Bool

    struct Part: Sendable {
        let title: String
        let detail: String
        let isWorking: Bool
        let isFailing: Bool
        let isWarning: Bool
    }

    struct Count: Sendable {
        let title: String
        let number: String
        let link: String
        let result: String
    }

    struct Figure: Sendable {
        let title: String
        let value: String
    }

    init(_ status: GatewayStatus, _ language: Language) {
        isHealthy = status.health.isWorking
        let parts = status.health.parts
        // What wants attention first.
        let ordered = parts.filter { !$0.isWorking } + parts.filter(\.isWarning) + parts.filter { $0.isWorking && !$0.isWarning }
        self.parts = ordered.map {
            Part(
                title: $0.title[language], detail: $0.detail[language], isWorking: $0.isWorking && !$0.isWarning, isFailing: !$0.isWorking,
                isWarning: $0.isWarning)
        }
        let unknown = DashboardText.unknown[language]
        let since = LogTime.text(StatisticsPeriod.hour.start(1 - Administration.hoursOfDay, after: .now()))
        counts = [
            (MessageResult.accepted, DashboardText.accepted), (.refused, .refused), (.postponed, .postponed), (.quarantined, .quarantined),
        ].map {
            result, title in
            Count(
                title: title[language], number: status.lastDay.map { ShownValue.number($0[result] ?? 0) } ?? unknown,
                link: PageLink(SitePath.messages).with("result", result.rawValue).with("from", since).text, result: result.rawValue)
        }
        queueSize = status.queue.map { ShownValue.number($0.recipients) + (status.isQueueLonger ? "+" : "") } ?? unknown
        queueDue = status.queue.map { DashboardText.queueDue.filled(language, ShownValue.number($0.due)) }
        hasNoDomain = status.domainCount == 0
        chart = Self.chart(status, language)
        hasChart = chart != nil
        listeners = status.activity.listeners
        figures = Self.figures(status.activity, language)
        nodeFacts = Self.facts(status, language, unknown)
    }

    private static func chart(_ status: GatewayStatus, _ language: Language) -> MailChart? {
        guard let figures = status.lastDayFigures else { return nil }
        let now = UTCTime.now()
        let starts = (1 - Administration.hoursOfDay...0).map { StatisticsPeriod.hour.start($0, after: now) }
        let report = MailReport(period: .hour, starts: starts, figures: figures)
        return MailChart(report, title: ReportText.mailPerHour[language], language)
    }

    private static func figures(_ activity: NodeActivity, _ language: Language) -> [Figure] {
        let sessions = DashboardText.sessionsOf.filled(
            language, ShownValue.number(activity.smtpSessions), ShownValue.number(activity.maximumSessions))
        return [
            Figure(title: DashboardText.sessions[language], value: sessions),
            Figure(title: DashboardText.deliveryConnections[language], value: ShownValue.number(activity.deliveryConnections)),
            Figure(title: DashboardText.activeRecipients[language], value: ShownValue.number(activity.activeRecipients)),
            Figure(title: DashboardText.memory[language], value: ShownValue.size(activity.memoryContentBytes, language)),
        ]
    }

    private static func facts(_ status: GatewayStatus, _ language: Language, _ unknown: String) -> [Figure] {
        [
            Figure(title: DashboardText.node[language], value: status.activity.nodeName),
            Figure(title: DashboardText.version[language], value: status.activity.version),
            Figure(title: DashboardText.started[language], value: ShownValue.timeWithZone(status.activity.startedAt)),
            Figure(title: DashboardText.settingsRevision[language], value: status.settingsRevision.description),
            Figure(title: DashboardText.domainCount[language], value: status.domainCount.map(ShownValue.number) ?? unknown),
            Figure(title: DashboardText.nodes[language], value: status.nodeCount.map(ShownValue.number) ?? unknown),
        ]
    }
}
