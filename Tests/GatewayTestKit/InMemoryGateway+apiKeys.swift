package import DomainsAndUsers
package import Settings
import Synchronization

extension InMemoryGateway: APIKeyStore {
    package func apiKeys() async throws(DirectoryError) -> [APIKey] { try directory { state in state.apiKeys.map(\.key).reversed() } }

    package func apiKey(_ identifier: RecordIdentifier) async throws(DirectoryError) -> (key: APIKey, secretHash: [UInt8])? {
        try directory { state in state.apiKeys.first { $0.key.identifier == identifier } }
    }

    package func insert(_ key: APIKey, secretHash: [UInt8], audit: AuditEntry) async throws(DirectoryError) {
        try directory { state in
            state.apiKeys.append((key, secretHash))
            state.audit.append(audit)
        }
    }

    package func revokeAPIKey(_ identifier: RecordIdentifier, at time: UTCTime, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard let index = state.apiKeys.firstIndex(where: { $0.key.identifier == identifier && $0.key.revokedAt == nil }) else {
                throw .notFound(identifier.description)
            }
            state.apiKeys[index].key.revokedAt = time
            state.audit.append(audit)
        }
    }

    package func touchAPIKey(_ identifier: RecordIdentifier, at time: UTCTime) async throws(DirectoryError) {
        try directory { state in
            guard let index = state.apiKeys.firstIndex(where: { $0.key.identifier == identifier }) else { return }
            state.apiKeys[index].key.lastUsedAt = time
        }
    }
}
