import DomainsAndUsers
import Logging
import Mail
import Screening
package import Settings

/// Users at their own pages: signing in, sessions, password and language. Each try is counted before it is looked at (`SignInLimiter`).
extension Administration {
    /// Whether users have pages of their own.
    package var usersMaySignIn: Bool { current.snapshot.settings.quarantine.usersMaySignIn }

    /// Checks address and password. An address without a user takes the work of one with a user, and fails alike.
    /// - Parameter remoteAddress: of the browser.
    /// - Throws: `.denied`; `.tooManyAttempts` after too many failures from the address or for the user, or when too many passwords wait
    ///   to be looked at.
    package func signInUser(
        address: String, password: String, remoteAddress: String
    ) async throws(AdministrationError) -> SignedInUser {
        try refuseUnlessOffered()
        // The syntax error would tell nobody anything.
        let key = (try? EmailAddress(address))?.lookupKey ?? "?"
        let limits = SignInLimit.userSignIn(userKey: key, address: remoteAddress, maximum: maximumFailedSignIns)
        let user = try await counted(limits) { () throws(AdministrationError) in
            let found = try await self.user(key: key, password: password)
            // Counted like a wrong one: whoever guesses from there must not be able to tell.
            return self.isUnwantedSignIn(remoteAddress) ? nil : found
        }
        guard let user else {
            ports.signInTrace.note(.user, name: key, address: remoteAddress)
            logger.notice("sign-in of a user refused", metadata: ["name": "\(key)", "address": "\(remoteAddress)"])
            throw .denied(LocalizedText("Address or password is wrong.", ja: "メールアドレスまたはパスワードが違います。"))
        }
        return try await begin(UserPrincipal(user))
    }

    /// The user of a cookie's token, if his session is still valid and users may sign in; renews it at most once a minute.
    package func userSession(token: String) async throws(AdministrationError) -> UserPrincipal? {
        guard usersMaySignIn, Self.isToken(token) else { return nil }
        let hash = Self.tokenHash(token)
        let now = UTCTime.now()
        let web = current.snapshot.settings.web
        do throws(DirectoryError) {
            guard let (session, user) = try await ports.users.userSession(tokenHash: hash),
                session.lastSeenAt.duration(to: now) < .seconds(web.sessionIdleMinutes * 60),
                session.createdAt.duration(to: now) < .seconds(web.sessionHours * 3600)
            else { return nil }
            if session.lastSeenAt.duration(to: now) >= .seconds(60) {
                try await ports.users.touchUserSession(tokenHash: hash, at: now)
            }
            return UserPrincipal(user)
        } catch {
            throw AdministrationError(error)
        }
    }

    package func signOutUser(token: String) async throws(AdministrationError) {
        do throws(DirectoryError) {
            try await ports.users.deleteUserSession(tokenHash: Self.tokenHash(token))
        } catch {
            throw AdministrationError(error)
        }
    }

    package func setLanguage(_ language: Language, of principal: UserPrincipal) async throws(AdministrationError) {
        do throws(DirectoryError) {
            try await ports.users.setLanguage(language, of: principal.user.identifier)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Sets his own password, for the pages and for SMTP alike; he proves with the present one that the browser is not just unattended.
    /// All his sessions end; the answer is a new one.
    /// - Throws: `.invalid` for the new password; `.denied` for the present one; `.tooManyAttempts`, counted for him alone.
    package func changePassword(
        of principal: UserPrincipal, from present: String, to password: String
    ) async throws(AdministrationError) -> SignedInUser {
        let problems = passwordProblems(password)
        guard problems.isEmpty else { throw .invalid(problems) }
        let limits = SignInLimit.presentPassword(of: principal.user.identifier, maximum: maximumFailedSignIns)
        let key = principal.user.address.lookupKey
        let proven = try await counted(limits) { () throws(AdministrationError) in try await self.user(key: key, password: present) }
        guard let proven, proven.identifier == principal.user.identifier else {
            throw .denied(LocalizedText("The current password is wrong.", ja: "現在のパスワードが違います。"))
        }
        let verifier = try await verifier(password, by: userPasswords)
        do throws(DirectoryError) {
            try await ports.users.setVerifier(
                verifier, of: proven.identifier, audit: entry(principal, "user.password.change", proven.address.description))
        } catch {
            throw AdministrationError(error)
        }
        return try await begin(principal)
    }

    /// Whose address and password these are. PBKDF2 runs on the users' own thread, in any case.
    private func user(key: String, password: String) async throws(AdministrationError) -> User? {
        let found: UserCredential?
        do throws(DirectoryError) {
            found = try await ports.users.credential(named: key)
        } catch {
            throw AdministrationError(error)
        }
        let verifier = found?.verifier ?? SCRAMVerifier.imitation(of: key, secret: Array("pages".utf8))
        do throws(PasswordWorkerError) {
            let isRight = try await userPasswords.run { () throws(PasswordHashError) in
                password.utf8.count <= PasswordHash.maximumPasswordBytes ? try verifier.matches(password) : false
            }
            return isRight ? found?.user : nil
        } catch .busy {
            throw .tooManyAttempts
        } catch {
            logger.error("a user's password could not be compared", metadata: ["name": "\(key)"])
            return nil
        }
    }

    private func begin(_ principal: UserPrincipal) async throws(AdministrationError) -> SignedInUser {
        let token = Self.freshToken()
        let now = UTCTime.now()
        let session = UserSession(tokenHash: Self.tokenHash(token), user: principal.user.identifier, createdAt: now, lastSeenAt: now)
        let web = current.snapshot.settings.web
        do throws(DirectoryError) {
            try await ports.users.deleteUserSessions(
                lastSeenBefore: now.advanced(by: .seconds(-60 * web.sessionIdleMinutes)),
                createdBefore: now.advanced(by: .seconds(-3600 * web.sessionHours)))
            try await ports.users.insert(session, audit: entry(principal, "user.sign-in", principal.user.address.description))
        } catch {
            throw AdministrationError(error)
        }
        return SignedInUser(principal: principal, token: token)
    }

    private func refuseUnlessOffered() throws(AdministrationError) {
        guard !usersMaySignIn else { return }
        throw .denied(LocalizedText("Users do not sign in here.", ja: "ユーザーのサインインは無効になっています。"))
    }

    func entry(_ principal: UserPrincipal, _ action: String, _ target: String, _ detail: String = "") -> AuditEntry {
        AuditEntry(actor: principal.actor, node: nodeID, action: action, target: target, detail: detail)
    }
}
