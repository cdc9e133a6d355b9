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
    /// `nil`: it is the designated one.
    let designatePath: String?

    init(_ member: ClusterStatus.Member, isOwn: Bool, _ language: Language) {
        let node = member.node
        name = node.name
        self.isOwn = isOwn
        role =
            member.isPrimary
            ? Badge(ClusterText.primary.text, .informative, language) : Badge(ClusterText.secondary.text, .neutral, language)
        isDesignated = member.isDesignated
        version = node.version
        state = Self.badge(member.state, language)
        since = ShownValue.time(member.since)
        lastSeen = ShownValue.time(node.lastSeenAt)
        let number = String(node.settingsRevision.number)
        revision = member.behind > 0 && !node.isStopped ? ClusterText.lag.filled(language, number, member.behind) : number
        key = member.key?.identifier.description
        designatePath = member.isDesignated ? nil : Self.designationPath(node.node)
    }

    /// - Parameter node: `nil`: any.
    static func designationPath(_ node: NodeID?) -> String { "\(SitePath.cluster)/designate/\(node?.description ?? "any")" }

    private static func badge(_ state: NodeState, _ language: Language) -> Badge {
        switch state {
        case .up: Badge(ClusterText.inService.text, .good, language)
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
