package import Settings

/// A node's admission to the cluster (R3): issued by the cluster, bound to the first node that uses it, refused to any other.
package struct RegistrationKey: Sendable, Hashable {
    package let identifier: RecordIdentifier
    /// What it is for, in its maker's words; may be empty, at most `maximumNoteBytes`.
    package let note: String
    package let createdAt: UTCTime
    /// Who issued it, as the audit log writes it.
    package let createdBy: String
    /// `nil`: free.
    package var binding: Binding?
    package var revokedAt: UTCTime?

    /// The node that used it first.
    package struct Binding: Sendable, Hashable {
        package let node: NodeID
        /// The node's name at that moment.
        package let nodeName: String
        package let boundAt: UTCTime

        package init(node: NodeID, nodeName: String, boundAt: UTCTime) {
            self.node = node
            self.nodeName = nodeName
            self.boundAt = boundAt
        }
    }

    /// What can be done with it.
    package enum State: String, Sendable, Hashable, CaseIterable {
        case free, bound, revoked
    }

    package static let maximumNoteBytes = 100

    package init(
        identifier: RecordIdentifier, note: String, createdAt: UTCTime, createdBy: String, binding: Binding? = nil,
        revokedAt: UTCTime? = nil
    ) {
        self.identifier = identifier
        self.note = note
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.binding = binding
        self.revokedAt = revokedAt
    }

    package var state: State { revokedAt != nil ? .revoked : binding != nil ? .bound : .free }

    /// Whether a text can be a note: short, one line.
    package static func isNote(_ text: String) -> Bool {
        text.utf8.count <= maximumNoteBytes && text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    }
}

/// Why a registration key does not admit.
package enum RegistrationKeyError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Not the text of a key.
    case malformed
    /// Another cluster signed it, or nobody.
    case foreign
    /// The cluster does not know it (any more).
    case unknown
    case revoked
    /// Another node uses it.
    case heldBy(nodeName: String)
    /// There are `maximumRegistrationKeys`.
    case tooMany
    /// Transient: the database did not answer.
    case unavailable(cause: String)

    package var description: String {
        switch self {
        case .malformed: "this is not a registration key; one begins with sgr_"
        case .foreign: "the registration key is not of this cluster"
        case .unknown: "the cluster does not know this registration key"
        case .revoked: "the registration key was revoked"
        case .heldBy(let name): "the registration key belongs to the node \(name)"
        case .tooMany: "there are too many registration keys"
        case .unavailable(let cause): "registration keys cannot be looked at: \(cause)"
        }
    }
}

/// Where registration keys are kept. Implemented by GatewayDatabase.
package protocol RegistrationKeyStore: Sendable {
    /// Who signs; made by the first call in a cluster, the same for all nodes ever after.
    func clusterIdentity() async throws(RegistrationKeyError) -> ClusterIdentity
    /// Newest first, revoked ones too; at most `maximumRegistrationKeys`.
    func registrationKeys() async throws(RegistrationKeyError) -> [RegistrationKey]
    /// - Throws: `.tooMany`.
    func insert(_ key: RegistrationKey, audit: AuditEntry) async throws(RegistrationKeyError)
    /// Gives a cluster's first node its key; one that has a key gets that one again.
    /// - Parameter key: bound to the node.
    /// - Throws: `.heldBy` with a node that is there already: a further one joins with a key that was issued for it; `.revoked`.
    func firstKey(_ key: RegistrationKey, audit: AuditEntry) async throws(RegistrationKeyError) -> RecordIdentifier
    /// Binds a free key; harmless when it is this node's already. Of two nodes at the same moment one gets it.
    /// - Throws: `.heldBy`, `.revoked`, `.unknown`.
    func bind(
        _ identifier: RecordIdentifier, to binding: RegistrationKey.Binding, audit: AuditEntry
    ) async throws(RegistrationKeyError)
    /// Refuses it from now on; the incarnation of the node that uses it ends with the same transaction, so it writes nothing more.
    /// - Throws: `.unknown`, for one that is revoked already too.
    func revokeRegistrationKey(
        _ identifier: RecordIdentifier, at time: UTCTime, audit: AuditEntry
    ) async throws(RegistrationKeyError)
}

extension RegistrationKeyStore {
    /// One list shows them all; a cluster has a handful.
    package static var maximumRegistrationKeys: Int { 500 }
}
