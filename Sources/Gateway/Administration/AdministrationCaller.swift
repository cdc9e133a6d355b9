package import DomainsAndUsers
package import Settings

/// Who asks, and what he may do. Made by a face of Administration: a signed-in browser, the local socket.
package struct AdministrationCaller: Sendable, Hashable {
    package let actor: AuditActor
    package let role: AdministratorRole

    package init(actor: AuditActor, role: AdministratorRole) {
        self.actor = actor
        self.role = role
    }

    /// A command over the local socket: file permission let it in.
    package static func localCommand(userID: UInt32) -> Self { Self(actor: .localCommand(userID: userID), role: .global) }

    /// A program that showed a valid key.
    package static func apiKey(_ key: APIKey) -> Self { Self(actor: .apiKey(name: key.name), role: .global) }

    package static func administrator(_ administrator: Administrator) -> Self {
        Self(actor: .administrator(name: administrator.name), role: administrator.role)
    }
}
