package import Settings

/// Someone who may sign in to the administrator's pages.
package struct Administrator: Sendable, Hashable {
    package let identifier: RecordIdentifier
    /// Sign-in name, compared without regard to case; 1 to `maximumNameBytes` letters, digits and `._@-`.
    package let name: String
    package var role: AdministratorRole
    package var language: Language
    package let createdAt: UTCTime

    package static let maximumNameBytes = 100

    package init(identifier: RecordIdentifier, name: String, role: AdministratorRole, language: Language, createdAt: UTCTime) {
        self.identifier = identifier
        self.name = name
        self.role = role
        self.language = language
        self.createdAt = createdAt
    }

    /// Lower-case name, unique.
    package var key: String { name.lowercased() }

    package static func isName(_ text: String) -> Bool {
        (1...maximumNameBytes).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "@"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}

/// What an administrator may do. Only the first is given out yet; the others of the product follow with their pages.
package enum AdministratorRole: String, Sendable, Hashable {
    case global
}

/// A signed-in browser. Valid on every node; only a hash of its token is stored.
package struct WebSession: Sendable, Hashable {
    /// SHA-256 of the token in the cookie.
    package let tokenHash: [UInt8]
    package let administrator: RecordIdentifier
    package let createdAt: UTCTime
    package var lastSeenAt: UTCTime

    package init(tokenHash: [UInt8], administrator: RecordIdentifier, createdAt: UTCTime, lastSeenAt: UTCTime) {
        self.tokenHash = tokenHash
        self.administrator = administrator
        self.createdAt = createdAt
        self.lastSeenAt = lastSeenAt
    }
}

/// Where administrators and their sessions are kept. Implemented by GatewayDatabase.
package protocol AdministratorStore: Sendable {
    func administratorCount() async throws(DirectoryError) -> Int
    func administrators() async throws(DirectoryError) -> [Administrator]
    /// By lower-case name, with the password's hash.
    func administrator(named key: String) async throws(DirectoryError) -> (administrator: Administrator, password: PasswordHash)?
    func administrator(_ identifier: RecordIdentifier) async throws(DirectoryError) -> Administrator?
    /// - Parameter onlyAsFirst: refuse with `.alreadyExists` when there is any administrator (the first-start page).
    func insert(_ administrator: Administrator, password: PasswordHash, onlyAsFirst: Bool, audit: AuditEntry) async throws(DirectoryError)
    /// Sets the password and ends all the administrator's sessions.
    func setPassword(_ password: PasswordHash, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError)
    func setLanguage(_ language: Language, of identifier: RecordIdentifier) async throws(DirectoryError)
    /// Removes an administrator and its sessions. - Throws: `.notFound`, `.lastOne`.
    func deleteAdministrator(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError)

    func insert(_ session: WebSession, audit: AuditEntry) async throws(DirectoryError)
    func session(tokenHash: [UInt8]) async throws(DirectoryError) -> WebSession?
    /// Renews `lastSeenAt`; a conflict with another node is passed over (cluster.md section 12).
    func touchSession(tokenHash: [UInt8], at time: UTCTime) async throws(DirectoryError)
    func deleteSession(tokenHash: [UInt8]) async throws(DirectoryError)
    /// Removes sessions last seen or created before the given times.
    func deleteSessions(lastSeenBefore: UTCTime, createdBefore: UTCTime) async throws(DirectoryError)
}
