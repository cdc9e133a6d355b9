import Administration
import Cluster
import Settings

/// A node on the cluster's page.
struct ClusterNodeRow: Sendable {
    let name: String
    let isOwn: Bool
    let role: Badge
    let isDesignated: Bool
    let version: String
    let state: Badge
    let since: String
    let lastSeen: String
    /// What the node reported, and by how much it lags.
    let revision: String
    let key: String?
    /// What still runs while it is drained.
    let stillRuns: String?
    /// How it does; `nil`: it is not in the cluster at the moment.
    let work: Work?
    let held: String
    /// `nil`: it is the designated one.
    let designatePath: String?
    let drainPath: String?
    let undrainPath: String?
    let removePath: String?

    /// What it said of itself last.
    struct Work: Sendable {
        let load: String
        let roundTrips: String
        let clock: String
        /// When it is not right.
        let clockBadge: Badge?
    }

    init(_ member: ClusterStatus.Member, isOwn: Bool, _ language: Language) {
        let node = member.node
        name = node.name
        self.isOwn = isOwn
        role =
            member.isPrimary
            ? Badge(ClusterText.primary.text, .informative, language) : Badge(ClusterText.secondary.text, .neutral, language)
        isDesignated = member.isDesignated
        version = node.version
        state = Self.badge(member, language)
        since = ShownValue.time(member.since)
        lastSeen = ShownValue.time(node.lastSeenAt)
        let number = String(node.settingsRevision.number)
        revision = member.behind > 0 && !node.isStopped ? ClusterText.lag.filled(language, number, member.behind) : number
        key = member.key?.identifier.description
        designatePath = member.isDesignated ? nil : Self.designationPath(node.node)
        held = Self.held(member.held, language)
        work = member.figures.map { Work($0, language) }
        let isLeaving = node.drainAskedAt != nil
        stillRuns = isLeaving && !node.isStopped && node.drainPhase != .drained ? Self.stillRuns(member, language) : nil
        drainPath = isLeaving || node.isStopped ? nil : Self.path(node.node, "drain")
        undrainPath = isLeaving ? Self.path(node.node, "undrain") : nil
        removePath = member.obstacleToRemoval == nil ? Self.path(node.node, "remove") : nil
    }

    static func path(_ node: NodeID, _ action: String) -> String { "\(SitePath.cluster)/nodes/\(node)/\(action)" }

    private static func held(_ held: HeldRows, _ language: Language) -> String {
        let inHand = ShownValue.number(held.inHand)
        return held.left == 0 ? inHand : ClusterNodeText.heldLeft.filled(language, inHand, ShownValue.number(held.left))
    }

    private static func stillRuns(_ member: ClusterStatus.Member, _ language: Language) -> String {
        ClusterNodeText.stillRuns.filled(
            language, member.figures?.smtpSessions ?? 0, member.figures?.deliveries ?? 0, ShownValue.number(member.held.total))
    }

    /// - Parameter node: `nil`: any.
    static func designationPath(_ node: NodeID?) -> String { "\(SitePath.cluster)/designate/\(node?.description ?? "any")" }

    private static func badge(_ member: ClusterStatus.Member, _ language: Language) -> Badge {
        switch member.state {
        case .up:
            switch member.node.drainPhase {
            case .inService: Badge(ClusterText.inService.text, .good, language)
            case .announced: Badge(ClusterNodeText.announced.text, .warning, language)
            case .draining: Badge(ClusterNodeText.draining.text, .warning, language)
            case .drained: Badge(ClusterNodeText.drained.text, .neutral, language)
            }
        case .silent: Badge(ClusterText.silent.text, .warning, language)
        case .dead: Badge(ClusterText.dead.text, .bad, language)
        case .stopped: Badge(ClusterText.stopped.text, .neutral, language)
        }
    }
}

/// What happened in the cluster, as the audit log has it.
struct ClusterEventRow: Sendable {
    let time: String
    let actor: String
    let action: String
    let target: String
    let detail: String

    init(_ record: AuditRecord, _ language: Language) {
        time = ShownValue.time(record.time)
        actor = ActorWords.text(record.actor, language)
        action = AuditWords.action(record.action, language)
        target = AuditWords.target(record.target, of: record.action, language)
        detail = AuditWords.detail(record.detail, of: record.action, language)
    }
}

extension ClusterNodeRow.Work {
    init(_ figures: NodeFigures, _ language: Language) {
        load = ClusterNodeText.loadValue.filled(
            language, figures.smtpSessions, figures.deliveries, ShownValue.number(figures.messagesPerMinute),
            Self.hundredths(figures.loadHundredths))
        roundTrips = ClusterNodeText.roundTripsValue.filled(
            language, Self.milliseconds(figures.databaseMicroseconds, .unknown, language),
            Self.milliseconds(figures.messageDataMicroseconds, .noAnswer, language))
        clock = figures.clockDifferenceMilliseconds.map { "\($0) ms" } ?? ClusterNodeText.unknown[language]
        switch figures.clock {
        case .warning: clockBadge = Badge(ClusterNodeText.clockWarning.text, .warning, language)
        case .alarm: clockBadge = Badge(ClusterNodeText.clockAlarm.text, .bad, language)
        case .right, nil: clockBadge = nil
        }
    }

    private static func milliseconds(_ microseconds: Int64?, _ otherwise: ClusterNodeText, _ language: Language) -> String {
        microseconds.map { hundredths(Int($0) / 10) + " ms" } ?? otherwise[language]
    }

    private static func hundredths(_ number: Int) -> String {
        "\(number / 100).\(number % 100 < 10 ? "0" : "")\(number % 100)"
    }
}
