package import DomainsAndUsers
import Logging
import Screening
import Settings

/// The two places where a password is asked for. Each try is counted before it is looked at (`SignInLimiter`).
extension Administration {
    /// Checks name and password. Takes as long for an unknown name as for a wrong password, and fails alike.
    /// - Throws: `.denied`; `.tooManyAttempts` after too many failures from the address or for the name, or when too many passwords
    ///   wait to be looked at.
    package func signIn(name: String, password: String, address: String) async throws(AdministrationError) -> SignedIn {
        let limits = SignInLimit.signIn(name: name, address: address, maximum: maximumFailedSignIns)
        let administrator = try await counted(limits) { () throws(AdministrationError) -> Administrator? in
            guard password.utf8.count <= PasswordHash.maximumPasswordBytes else { return nil }
            let found = try await self.administrator(name: name, password: password)
            // Counted like a wrong one: whoever guesses from there must not be able to tell.
            return self.isUnwantedSignIn(address) ? nil : found
        }
        guard let administrator else { throw refused(name: name, address: address) }
        return try await begin(administrator)
    }

    /// Sets the own password of someone signed in, who proves with the present one that the browser is not just unattended. All
    /// sessions end; the answer is a new one.
    /// - Throws: `.invalid` for the new password; `.denied` for the present one; `.tooManyAttempts`, counted for the administrator
    ///   alone: strangers who guess at the name do not get in the way.
    package func changePassword(
        of administrator: Administrator, from present: String, to password: String, address: String
    ) async throws(AdministrationError) -> SignedIn {
        let problems = passwordProblems(password)
        guard problems.isEmpty else { throw .invalid(problems) }
        let limits = SignInLimit.presentPassword(of: administrator.identifier, maximum: maximumFailedSignIns)
        let proven = try await counted(limits) { () throws(AdministrationError) -> Administrator? in
            guard present.utf8.count <= PasswordHash.maximumPasswordBytes else { return nil }
            return try await self.administrator(name: administrator.name, password: present)
        }
        guard let proven else { throw refused(name: administrator.name, address: address) }
        try await setPassword(password, of: proven.name, .administrator(proven))
        return try await begin(proven)
    }

    /// Counts a try that ends in `nil`; one that succeeds, or that could not be decided, is taken back.
    func counted<Person: Sendable>(
        _ limits: [SignInLimit], _ attempt: () async throws(AdministrationError) -> Person?
    ) async throws(AdministrationError) -> Person? {
        guard signIns.begin(limits) else { throw .tooManyAttempts }
        do throws(AdministrationError) {
            guard let person = try await attempt() else { return nil }
            signIns.takeBack(limits)
            return person
        } catch {
            signIns.takeBack(limits)
            throw error
        }
    }

    /// Whose name and password these are.
    private func administrator(name: String, password: String) async throws(AdministrationError) -> Administrator? {
        let found: (administrator: Administrator, password: PasswordHash)?
        do throws(DirectoryError) {
            found = try await ports.administrators.administrator(named: SignInLimit.name(name))
        } catch {
            throw AdministrationError(error)
        }
        do throws(PasswordWorkerError) {
            guard let found else {
                // Only for its time, which is that of a comparison.
                _ = try await passwordWorker.hash(Self.nobodysPassword)
                return nil
            }
            return try await passwordWorker.matches(password, found.password) ? found.administrator : nil
        } catch .busy {
            throw .tooManyAttempts
        } catch {
            let name = found?.administrator.name ?? ""
            logger.error("a stored password hash is unreadable", metadata: ["administrator": "\(name)"])
            return nil
        }
    }

    private static var nobodysPassword: String { "correct horse battery staple" }

    private func refused(name: String, address: String) -> AdministrationError {
        ports.signInTrace.note(.administrator, name: SignInLimit.name(name), address: address)
        logger.notice("sign-in refused", metadata: ["name": "\(SignInLimit.name(name))", "address": "\(address)"])
        return .denied(LocalizedText("Name or password is wrong.", ja: "名前またはパスワードが違います。"))
    }
}
