package import Cluster
package import Settings
import Synchronization

extension InMemoryGateway: RegistrationKeyStore {
    /// The same in all tests, so that a key's text can be checked.
    package func clusterIdentity() async throws(RegistrationKeyError) -> ClusterIdentity {
        ClusterIdentity(cluster: RecordIdentifier(high: 7, low: 7), signingKey: [UInt8](repeating: 9, count: 32))
    }

    package func registrationKeys() async throws(RegistrationKeyError) -> [RegistrationKey] {
        try keys { state in state.registrationKeys.reversed() }
    }

    package func insert(_ key: RegistrationKey, audit: AuditEntry) async throws(RegistrationKeyError) {
        try keys { state in
            state.registrationKeys.append(key)
            state.audit.append(audit)
        }
    }

    package func firstKey(_ key: RegistrationKey, audit: AuditEntry) async throws(RegistrationKeyError) -> RecordIdentifier {
        try keys { state throws(RegistrationKeyError) in
            if let other = state.registrationKeys.first(where: { $0.binding != nil }) {
                throw .heldBy(nodeName: other.binding?.nodeName ?? "")
            }
            state.registrationKeys.append(key)
            return key.identifier
        }
    }

    package func bind(
        _ identifier: RecordIdentifier, to binding: RegistrationKey.Binding, audit: AuditEntry
    ) async throws(RegistrationKeyError) {
        try keys { state throws(RegistrationKeyError) in
            guard let index = state.registrationKeys.firstIndex(where: { $0.identifier == identifier }) else { throw .unknown }
            if state.registrationKeys[index].revokedAt != nil { throw .revoked }
            if let holder = state.registrationKeys[index].binding, holder.node != binding.node { throw .heldBy(nodeName: holder.nodeName) }
            state.registrationKeys[index].binding = binding
        }
    }

    package func revokeRegistrationKey(
        _ identifier: RecordIdentifier, at time: UTCTime, audit: AuditEntry
    ) async throws(RegistrationKeyError) {
        try keys { state throws(RegistrationKeyError) in
            guard let index = state.registrationKeys.firstIndex(where: { $0.identifier == identifier && $0.revokedAt == nil }) else {
                throw .unknown
            }
            state.registrationKeys[index].revokedAt = time
            state.audit.append(audit)
        }
    }

    private func keys<Value: Sendable>(
        _ body: (inout sending State) throws(RegistrationKeyError) -> Value
    ) throws(RegistrationKeyError) -> Value {
        try state.withLock { state throws(RegistrationKeyError) in
            if state.isUnavailable { throw .unavailable(cause: "connection to database secret-host lost") }
            return try body(&state)
        }
    }
}
