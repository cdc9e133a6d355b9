package import DomainsAndUsers
package import Filtering
package import Mail
package import Settings

/// Everything an export holds, read in one snapshot transaction.
package struct ConfigurationContents: Sendable {
    /// A user with what is stored of his password.
    package struct Account: Sendable {
        package let user: User
        package let verifier: SCRAMVerifier?

        package init(user: User, verifier: SCRAMVerifier?) {
            self.user = user
            self.verifier = verifier
        }
    }

    package let revision: SettingsRevision
    package let settings: [StoredSetting]
    package let domains: [ProtectedDomain]
    package let recipients: [EmailAddress]
    package let accounts: [Account]
    package let accessList: [AccessListEntry]

    package init(
        revision: SettingsRevision, settings: [StoredSetting], domains: [ProtectedDomain], recipients: [EmailAddress],
        accounts: [Account], accessList: [AccessListEntry]
    ) {
        self.revision = revision
        self.settings = settings
        self.domains = domains
        self.recipients = recipients
        self.accounts = accounts
        self.accessList = accessList
    }
}

/// What an import writes. It only adds and replaces; nothing is removed but the aliases a replaced user no longer has.
package struct ConfigurationChange: Sendable {
    package var settings: [SettingsChange] = []
    package var newDomains: [ProtectedDomain] = []
    /// Note and mail servers.
    package var changedDomains: [ProtectedDomain] = []
    package var newRecipients: [EmailAddress] = []
    package var newAccounts: [ConfigurationContents.Account] = []
    /// Name, state and aliases; the verifier where there is one.
    package var changedAccounts: [ConfigurationContents.Account] = []
    package var newEntries: [AccessListEntry] = []
    /// Their notes.
    package var changedEntries: [AccessListEntry] = []
    /// What the settings' history is to say of everything but the settings.
    package var history: [AuditEntry] = []

    package init() {}

    package var isEmpty: Bool {
        settings.isEmpty && newDomains.isEmpty && changedDomains.isEmpty && newRecipients.isEmpty && newAccounts.isEmpty
            && changedAccounts.isEmpty && newEntries.isEmpty && changedEntries.isEmpty
    }
}

/// Reads and writes the whole configuration at once. Implemented by GatewayDatabase.
package protocol ConfigurationStore: Sendable {
    /// - Parameter limit: of recipients, of users and of list entries each; one more is read, so that whoever asks sees that there are.
    func loadConfiguration(limit: Int) async throws(SettingsError) -> ConfigurationContents
    /// In one transaction and as one revision, if the revision is still `expected`: durable when it returns.
    /// - Throws: `.revisionConflict` when anything was changed since; nothing was written.
    func apply(
        _ change: ConfigurationChange, ifRevisionIs expected: SettingsRevision, audit: AuditEntry
    ) async throws(SettingsError) -> SettingsRevision
}
