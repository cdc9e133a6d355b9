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
    }

    package struct Event: Codable, Sendable {
        package let time: String
        package let actor: String
        package let action: String
        package let target: String
        package let detail: String
    }

    init(_ status: ClusterStatus) {
        primary = status.holder?.name
        designated = status.designated?.name
        automaticTakeover = status.takesOver
        epoch = status.primary.epoch
        nodes = status.members.map(Member.init)
        history = status.history.map {
            Event(time: TimeText.text($0.time), actor: $0.actor, action: $0.action, target: $0.target, detail: $0.detail)
        }
    }
}

extension ClusterDocument.Member {
    init(_ member: ClusterStatus.Member) {
        self.init(
            node: member.node.node.description, name: member.node.name, version: member.node.version, isPrimary: member.isPrimary,
            isDesignated: member.isDesignated, state: member.state.rawValue, since: TimeText.text(member.since),
            lastSeenAt: TimeText.text(member.node.lastSeenAt), settingsRevision: member.node.settingsRevision.number,
            behind: member.behind, registrationKey: member.key?.identifier.description)
    }
}

/// Body of `PUT /cluster/designated`.
package struct DesignationDocument: Codable, Sendable {
    /// Name or identifier; absent: any node.
    package let node: String?

    package init(node: String?) { self.node = node }
}
