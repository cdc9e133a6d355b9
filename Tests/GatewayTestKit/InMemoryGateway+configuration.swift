package import Administration
import DomainsAndUsers
package import Settings
import Synchronization

/// The whole configuration, without what is stored of passwords: users are kept apart.
extension InMemoryGateway: ConfigurationStore {
    package func loadConfiguration(limit: Int) async throws(SettingsError) -> ConfigurationContents {
        let accounts = users.all.map { ConfigurationContents.Account(user: $0, verifier: users.verifier(of: $0.address)) }
        return try state.withLock { state throws(SettingsError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return ConfigurationContents(
                revision: state.revision, settings: state.rows, domains: state.domains, recipients: state.recipients, accounts: accounts,
                accessList: state.accessList)
        }
    }

    package func apply(
        _ change: ConfigurationChange, ifRevisionIs expected: SettingsRevision, audit: AuditEntry
    ) async throws(SettingsError) -> SettingsRevision {
        for account in change.newAccounts {
            do throws(DirectoryError) {
                try await users.insert(account.user, verifier: account.verifier, audit: audit)
            } catch {
                throw .unavailable(cause: "\(error)")
            }
        }
        return try state.withLock { state throws(SettingsError) in
            guard state.revision == expected else { throw .revisionConflict(current: state.revision) }
            state.write(change.settings, audit: audit)
            state.domains += change.newDomains
            for domain in change.changedDomains {
                state.domains.removeAll { $0.name == domain.name }
                state.domains.append(domain)
            }
            state.recipients += change.newRecipients
            state.accessList += change.newEntries
            state.audit.append(audit)
            return state.revision
        }
    }
}
