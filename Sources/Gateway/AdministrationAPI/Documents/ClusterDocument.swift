import Administration
import Cluster
import Settings

/// `GET /cluster`: the nodes, the primary, and what happened.
package struct ClusterDocument: Codable, Sendable {
    /// Name of the node that is the primary; absent: nobody is at the moment.
    package let primary: String?
    /// Name of the node that shall be; absent: any.
    package let designated: String?
    package let automaticTakeover: Bool
    /// Raised with each taking of the role.
    package let epoch: Int64
    package let nodes: [Member]
    package let history: [Event]

    package struct Member: Codable, Sendable {
        package let node: String
        package let name: String
        package let version: String
        package let isPrimary: Bool
        package let isDesignated: Bool
        /// `up`, `silent`, `dead` or `stopped`.
        package let state: String
        package let since: String
        package let lastSeenAt: String
        package let settingsRevision: Int64
        /// Revisions of the settings that it has not reported yet.
        package let behind: Int64
        /// Absent: it has no key that is good.
        package let registrationKey: String?
        /// `in-service`, `announced` (load balancers are told), `draining` or `drained`.
        package let drain: String
        /// Absent: it is not to leave service.
        package let drainAskedAt: String?
        /// Recipients in its hand.
        package let heldRecipients: Int
        /// Recipients that an earlier start of it had in hand and nobody has taken yet.
        package let leftRecipients: Int
        package let isRemovable: Bool
        /// As it reported last; absent while it is not in the cluster.
        package let figures: Figures?
    }

    /// What a node says of itself every two seconds.
    package struct Figures: Codable, Sendable {
        package let smtpSessions: Int
        package let deliveryConnections: Int
        package let messagesPerMinute: Int
        /// Of the machine over one minute.
        package let loadAverage: Double
        /// By how much the database server's clock is ahead of the node's.
        package let clockDifferenceMilliseconds: Int64?
        /// `right`, `warning` (over 2 s) or `alarm` (over 5 s).
        package let clock: String?
        package let databaseMicroseconds: Int64?
        /// Absent: Message Data does not answer there.
        package let messageDataMicroseconds: Int64?

        init(_ figures: NodeFigures) {
            smtpSessions = figures.smtpSessions
            deliveryConnections = figures.deliveries
            messagesPerMinute = figures.messagesPerMinute
            loadAverage = Double(figures.loadHundredths) / 100
            clockDifferenceMilliseconds = figures.clockDifferenceMilliseconds
            clock = figures.clock.map { verdict in
                switch verdict {
                case .right: "right"
                case .warning: "warning"
                case .alarm: "alarm"
                }
            }
            databaseMicroseconds = figures.databaseMicroseconds
            messageDataMicroseconds = figures.messageDataMicroseconds
        }
    }

    package struct Event: Codable, Sendable {
        package let time: String
        package let actor: String
        package let action: String
        package let target: String
        package let detail: String

        init(_ record: AuditRecord) {
            time = TimeText.text(record.time)
            actor = record.actor
            action = record.action
            target = record.target
            detail = record.detail
        }
    }

    init(_ status: ClusterStatus) {
        primary = status.holder?.name
        designated = status.designated?.name
        automaticTakeover = status.takesOver
        epoch = status.primary.epoch
        nodes = status.members.map(Member.init)
        history = status.history.map(Event.init)
    }
}

extension ClusterDocument.Member {
    init(_ member: ClusterStatus.Member) {
        self.init(
            node: member.node.node.description, name: member.node.name, version: member.node.version, isPrimary: member.isPrimary,
            isDesignated: member.isDesignated, state: member.state.rawValue, since: TimeText.text(member.since),
            lastSeenAt: TimeText.text(member.node.lastSeenAt), settingsRevision: member.node.settingsRevision.number,
            behind: member.behind, registrationKey: member.key?.identifier.description, drain: member.node.drainPhase.rawValue,
            drainAskedAt: member.node.drainAskedAt.map(TimeText.text), heldRecipients: member.held.inHand,
            leftRecipients: member.held.left, isRemovable: member.obstacleToRemoval == nil,
            figures: member.figures.map(ClusterDocument.Figures.init))
    }
}

/// Body of `PUT /cluster/designated`.
package struct DesignationDocument: Codable, Sendable {
    /// Name or identifier; absent: any node.
    package let node: String?

    package init(node: String?) { self.node = node }
}

/// Answer to `DELETE /cluster/nodes/{node}`.
package struct NodeRemovalDocument: Codable, Sendable {
    /// Recipients that were still in its hand and are free for the others now.
    package let freedRecipients: Int
    /// Settings of its own that went with it.
    package let removedSettings: Int

    init(_ removal: NodeRemoval) {
        freedRecipients = removal.freedRows
        removedSettings = removal.settings
    }
}
