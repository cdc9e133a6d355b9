import DomainsAndUsers
package import Filtering
import Mail
import Settings
package import Sieve

/// What a user may do with his own Sieve script, where the settings let users have one.
extension Administration {
    package var usersMayWriteScripts: Bool {
        let sieve = current.snapshot.settings.sieve
        return sieve.isEnabled && sieve.runsUserScripts
    }

    /// Whether “redirect” in users' scripts is obeyed.
    package var usersMayRedirect: Bool { current.snapshot.settings.sieve.userRedirects }

    private func owner(_ principal: UserPrincipal) throws(AdministrationError) -> SieveOwner {
        guard usersMayWriteScripts else {
            throw .denied(
                LocalizedText(
                    "Your administrator has not allowed mail rules of your own.", ja: "管理者がユーザーによる振り分けを許可していません。"))
        }
        return .user(principal.user.address.lookupKey)
    }

    /// `nil` while he has none.
    package func sieveScript(_ principal: UserPrincipal) async throws(AdministrationError) -> SieveScript? {
        try await storedScript(of: try owner(principal))
    }

    package func checkSieveScript(_ text: String, _ principal: UserPrincipal) throws(AdministrationError) -> [SieveFault] {
        _ = try owner(principal)
        return Self.faults(of: text)
    }

    package func putSieveScript(_ input: SieveScriptInput, _ principal: UserPrincipal) async throws(AdministrationError) {
        let script = try Self.validated(input, try owner(principal))
        try await put(script, entry(principal, "sieve-script.change", script.owner.description, Self.detail(script)))
    }

    package func deleteSieveScript(_ principal: UserPrincipal) async throws(AdministrationError) {
        let owner = try owner(principal)
        do throws(DirectoryError) {
            try await ports.filtering.sieveScripts.deleteSieveScript(
                of: owner, audit: entry(principal, "sieve-script.delete", owner.description))
        } catch {
            if case .notFound = error { throw Self.noSuchScript }
            throw AdministrationError(error)
        }
    }

    /// What his script alone would do with a message that he pastes; the scripts of others are not shown to him, nor others' mail.
    package func trySieve(_ input: SieveTrialInput, _ principal: UserPrincipal) async throws(AdministrationError) -> SieveTrial {
        var own = input
        own.owner = try owner(principal)
        own.stored = nil
        own.recipient = principal.user.address.description
        let mayRedirect = usersMayRedirect
        return try await trySieve(own, chain: [own.owner], rejectScore: current.snapshot.settings.filtering.rejectScore) {
            $0 != .user || mayRedirect
        }
    }
}
