package import DomainsAndUsers
import Mail
import Quarantine
import Settings

/// A user signed in to his own pages. Made by `Administration` alone, from his password or a session of his. It is no
/// `AdministrationCaller`, so nothing an administrator may do can be asked for with it: what a user may do is what takes a principal.
package struct UserPrincipal: Sendable, Hashable {
    package let user: User

    init(_ user: User) { self.user = user }

    var actor: AuditActor { .user(address: user.address.description) }

    /// His copies of what is in the users' quarantine: what came to his address or to one of his aliases.
    var share: QuarantineShare { .recipients(keys: user.addressKeys, kind: .user) }
}

/// A user who has just signed in, and the secret token for his cookie.
package struct SignedInUser: Sendable {
    package let principal: UserPrincipal
    /// 43 characters of base64url; never stored, never logged.
    package let token: String
}
