package import DomainsAndUsers
import Filtering
package import Mail
package import Settings

extension InMemoryGateway: DomainStore {
    package func loadDomains() async throws(DirectoryError) -> DomainDirectory {
        try directory { state in DomainDirectory(revision: state.revision, domains: state.domains) }
    }

    package func insert(_ domain: ProtectedDomain, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard !state.domains.contains(where: { $0.name == domain.name }) else { throw .alreadyExists(domain.name.ascii) }
            state.domains.append(domain)
            state.audit.append(audit)
        }
    }

    package func update(_ domain: ProtectedDomain, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard let index = state.domains.firstIndex(where: { $0.name == domain.name }) else { throw .notFound(domain.name.ascii) }
            state.domains[index] = domain
            state.audit.append(audit)
        }
    }

    package func delete(_ name: DomainName, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard let index = state.domains.firstIndex(where: { $0.name == name }) else { throw .notFound(name.ascii) }
            state.domains.remove(at: index)
            state.accessList.removeAll { $0.domain == name }
            state.audit.append(audit)
        }
    }

    package func listedRecipients(of name: DomainName, containing text: String, after cursor: String?, limit: Int)
        async throws(DirectoryError) -> [EmailAddress]
    {
        try directory { state in
            let all = state.recipients.filter { $0.domainName == name && (text.isEmpty || $0.lookupKey.contains(text)) }
            return Array(all.sorted { $0.lookupKey < $1.lookupKey }.filter { $0.lookupKey > cursor ?? "" }.prefix(limit))
        }
    }

    package func addRecipients(_ addresses: [EmailAddress], to name: DomainName, audit: AuditEntry) async throws(DirectoryError) -> Int {
        try directory { state in
            let added = addresses.filter { new in !state.recipients.contains { $0.lookupKey == new.lookupKey } }
            state.recipients += added
            state.audit.append(audit)
            return added.count
        }
    }

    package func removeRecipients(_ addresses: [EmailAddress], from name: DomainName, audit: AuditEntry) async throws(DirectoryError) -> Int
    {
        try directory { state in
            let before = state.recipients.count
            state.recipients.removeAll { old in addresses.contains { $0.lookupKey == old.lookupKey } }
            state.audit.append(audit)
            return before - state.recipients.count
        }
    }
}

extension InMemoryGateway: AdministratorStore {
    package func administratorCount() async throws(DirectoryError) -> Int { try directory { state in state.administrators.count } }

    package func administrators() async throws(DirectoryError) -> [Administrator] {
        try directory { state in state.listedAdministrators ?? state.administrators.map(\.administrator) }
    }

    package func administrator(named key: String) async throws(DirectoryError) -> (administrator: Administrator, password: PasswordHash)? {
        try directory { state in state.administrators.first { $0.administrator.key == key } }
    }

    package func administrator(_ identifier: RecordIdentifier) async throws(DirectoryError) -> Administrator? {
        try directory { state in state.administrators.first { $0.administrator.identifier == identifier }?.administrator }
    }

    package func insert(_ administrator: Administrator, password: PasswordHash, onlyAsFirst: Bool, audit: AuditEntry)
        async throws(DirectoryError)
    {
        try directory { state throws(DirectoryError) in
            guard !state.administrators.contains(where: { $0.administrator.key == administrator.key }),
                !onlyAsFirst || state.administrators.isEmpty
            else { throw .alreadyExists(administrator.name) }
            state.administrators.append((administrator, password))
            state.audit.append(audit)
        }
    }

    package func setPassword(_ password: PasswordHash, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state in
            for index in state.administrators.indices where state.administrators[index].administrator.identifier == identifier {
                state.administrators[index].password = password
            }
            state.sessions.removeAll { $0.administrator == identifier }
            state.audit.append(audit)
        }
    }

    package func setLanguage(_ language: Language, of identifier: RecordIdentifier) async throws(DirectoryError) {
        try directory { state in
            for index in state.administrators.indices where state.administrators[index].administrator.identifier == identifier {
                state.administrators[index].administrator.language = language
            }
        }
    }

    package func deleteAdministrator(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard state.administrators.count > 1 else { throw .lastOne }
            state.administrators.removeAll { $0.administrator.identifier == identifier }
            state.sessions.removeAll { $0.administrator == identifier }
            state.audit.append(audit)
        }
    }

    package func insert(_ session: WebSession, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state in
            state.sessions.append(session)
            state.audit.append(audit)
        }
    }

    package func session(tokenHash: [UInt8]) async throws(DirectoryError) -> WebSession? {
        try directory { state in state.sessions.first { $0.tokenHash == tokenHash } }
    }

    package func touchSession(tokenHash: [UInt8], at time: UTCTime) async throws(DirectoryError) {
        try directory { state in
            for index in state.sessions.indices where state.sessions[index].tokenHash == tokenHash {
                state.sessions[index].lastSeenAt = time
            }
        }
    }

    package func deleteSession(tokenHash: [UInt8]) async throws(DirectoryError) {
        try directory { state in state.sessions.removeAll { $0.tokenHash == tokenHash } }
    }

    package func deleteSessions(lastSeenBefore: UTCTime, createdBefore: UTCTime) async throws(DirectoryError) {
        try directory { state in state.sessions.removeAll { $0.lastSeenAt < lastSeenBefore || $0.createdAt < createdBefore } }
    }
}
