package import DomainsAndUsers
package import Mail
package import Settings
import Synchronization

/// Users in memory, for tests of what stands on `UserStore`.
package final class InMemoryUserStore: UserStore {
    private struct State {
        var users: [(user: User, verifier: SCRAMVerifier?)] = []
        var sessions: [UserSession] = []
        var audit: [AuditEntry] = []
        var isUnavailable = false
    }

    private let state = Mutex(State())

    /// No users.
    package init() {}

    /// Who is there, in order of insertion.
    package var all: [User] { state.withLock { $0.users.map(\.user) } }
    /// Actions, targets and details of the audit rows, oldest first.
    package var audited: [String] { state.withLock { $0.audit.map { "\($0.action) \($0.target) \($0.detail)" } } }
    /// What is stored of a user's password.
    package func verifier(of address: EmailAddress) -> SCRAMVerifier? {
        state.withLock { $0.users.first { $0.user.address.lookupKey == address.lookupKey }?.verifier }
    }

    /// Makes every call fail as a lost database does.
    package func setUnavailable(_ isUnavailable: Bool) { state.withLock { $0.isUnavailable = isUnavailable } }

    package func users(of domain: DomainName, containing text: String, after cursor: String?, limit: Int) async throws(DirectoryError)
        -> [User]
    {
        try read { state in
            let all = state.users.map(\.user).filter { $0.address.domainName == domain }
            let found = all.filter { text.isEmpty || $0.address.lookupKey.contains(text) || $0.displayName.contains(text) }
            return Array(
                found.sorted { $0.address.lookupKey < $1.address.lookupKey }.filter { $0.address.lookupKey > cursor ?? "" }.prefix(limit))
        }
    }

    package func user(_ address: EmailAddress) async throws(DirectoryError) -> User? {
        try read { state in state.users.first { $0.user.address.lookupKey == address.lookupKey }?.user }
    }

    package func credential(named key: String) async throws(DirectoryError) -> UserCredential? {
        try read { state in
            state.users.first { $0.user.address.lookupKey == key && $0.user.isEnabled }.flatMap { found in
                found.verifier.map { UserCredential(user: found.user, verifier: $0) }
            }
        }
    }

    package func listing(of address: EmailAddress) async throws(DirectoryError) -> RecipientListing {
        let key = address.lookupKey
        return try read { state in
            let enabled = state.users.map(\.user).filter(\.isEnabled)
            if enabled.contains(where: { $0.address.lookupKey == key }) { return .listed }
            return enabled.first { $0.aliases.contains { $0.lookupKey == key } }.map { .alias(of: $0.address) } ?? .unlisted
        }
    }

    package func insert(_ user: User, verifier: SCRAMVerifier?, audit: AuditEntry) async throws(DirectoryError) {
        try change(audit) { state throws(DirectoryError) in
            let taken = Set(state.users.flatMap { $0.user.addressKeys })
            if let key = user.addressKeys.first(where: taken.contains) { throw .alreadyExists(key) }
            state.users.append((user, verifier))
        }
    }

    package func update(_ user: User, audit: AuditEntry) async throws(DirectoryError) {
        try change(audit) { state throws(DirectoryError) in
            guard let index = state.users.firstIndex(where: { $0.user.identifier == user.identifier }) else {
                throw .notFound(user.address.description)
            }
            state.users[index].user = user
        }
    }

    package func setVerifier(_ verifier: SCRAMVerifier?, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try change(audit) { state throws(DirectoryError) in
            guard let index = state.users.firstIndex(where: { $0.user.identifier == identifier }) else {
                throw .notFound(identifier.description)
            }
            let user = state.users[index].user
            let changed = User(
                identifier: user.identifier, address: user.address, displayName: user.displayName, isEnabled: user.isEnabled,
                hasPassword: verifier != nil, aliases: user.aliases, createdAt: user.createdAt)
            state.users[index] = (changed, verifier)
            state.sessions.removeAll { $0.user == identifier }
        }
    }

    package func deleteUser(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try change(audit) { state throws(DirectoryError) in
            guard state.users.contains(where: { $0.user.identifier == identifier }) else { throw .notFound(identifier.description) }
            state.users.removeAll { $0.user.identifier == identifier }
            state.sessions.removeAll { $0.user == identifier }
        }
    }

    package func insert(_ session: UserSession, audit: AuditEntry) async throws(DirectoryError) {
        try change(audit) { state in state.sessions.append(session) }
    }

    package func userSession(tokenHash: [UInt8]) async throws(DirectoryError) -> (session: UserSession, user: User)? {
        try read { state in
            guard let session = state.sessions.first(where: { $0.tokenHash == tokenHash }),
                let user = state.users.first(where: { $0.user.identifier == session.user })?.user, user.isEnabled, user.hasPassword
            else { return nil }
            return (session, user)
        }
    }

    package func touchUserSession(tokenHash: [UInt8], at time: UTCTime) async throws(DirectoryError) {
        try alter { state in
            for index in state.sessions.indices where state.sessions[index].tokenHash == tokenHash {
                state.sessions[index].lastSeenAt = time
            }
        }
    }

    package func deleteUserSession(tokenHash: [UInt8]) async throws(DirectoryError) {
        try alter { state in state.sessions.removeAll { $0.tokenHash == tokenHash } }
    }

    package func deleteUserSessions(lastSeenBefore: UTCTime, createdBefore: UTCTime) async throws(DirectoryError) {
        try alter { state in state.sessions.removeAll { $0.lastSeenAt < lastSeenBefore || $0.createdAt < createdBefore } }
    }

    package func setLanguage(_ language: Language, of user: RecordIdentifier) async throws(DirectoryError) {
        try alter { state in
            for index in state.users.indices where state.users[index].user.identifier == user {
                state.users[index].user.language = language
            }
        }
    }

    private func read<Value: Sendable>(_ body: (State) -> Value) throws(DirectoryError) -> Value {
        try state.withLock { state throws(DirectoryError) in
            if state.isUnavailable { throw .unavailable(cause: "connection to database secret-host lost") }
            return body(state)
        }
    }

    private func alter(_ body: (inout State) throws(DirectoryError) -> Void) throws(DirectoryError) {
        try state.withLock { state throws(DirectoryError) in
            if state.isUnavailable { throw .unavailable(cause: "connection to database secret-host lost") }
            try body(&state)
        }
    }

    private func change(_ audit: AuditEntry, _ body: (inout State) throws(DirectoryError) -> Void) throws(DirectoryError) {
        try state.withLock { state throws(DirectoryError) in
            if state.isUnavailable { throw .unavailable(cause: "connection to database secret-host lost") }
            try body(&state)
            state.audit.append(audit)
        }
    }
}
