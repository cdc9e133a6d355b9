/// Who did something that the audit log keeps.
package enum AuditActor: Sendable, Hashable, CustomStringConvertible {
    /// An administrator signed in to the web interface.
    case administrator(name: String)
    /// A command on the node itself, known by the socket's file permission; carries the operating system's user identifier.
    case localCommand(userID: UInt32)
    /// A program over HTTPS, by the name of its key.
    case apiKey(name: String)
    /// A user signed in to his own pages.
    case user(address: String)
    /// The node by itself (first start, maintenance).
    case node

    package var description: String {
        switch self {
        case .administrator(let name): "administrator:\(name)"
        case .localCommand(let userID): "command:uid=\(userID)"
        case .apiKey(let name): "api-key:\(name)"
        case .user(let address): "user:\(address)"
        case .node: "node"
        }
    }
}

/// One row of the audit log, written in the same transaction as the change it tells of. Values of secret settings
/// are masked before they get here.
package struct AuditEntry: Sendable, Hashable {
    package let identifier: RecordIdentifier
    package let time: UTCTime
    package let actor: AuditActor
    package let node: NodeID
    /// What was done, as `noun.verb`: `domain.add`, `settings.change`, `queue.delete`.
    package let action: String
    /// What it was done to: a domain's name, a setting's name, a message's identifier.
    package let target: String
    /// Old and new value or other details, one line, at most `maximumDetailBytes` (longer text is cut).
    package let detail: String

    package static let maximumDetailBytes = 4000

    package init(actor: AuditActor, node: NodeID, action: String, target: String, detail: String = "", time: UTCTime = .now()) {
        identifier = RecordIdentifier(milliseconds: time.milliseconds)
        self.time = time
        self.actor = actor
        self.node = node
        self.action = action
        self.target = target
        self.detail = detail.utf8.count <= Self.maximumDetailBytes ? detail : String(detail.prefix(1000)) + "…"
    }
}
