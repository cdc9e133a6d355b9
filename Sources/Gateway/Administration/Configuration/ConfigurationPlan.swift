package import Settings

/// What an import would change, computed against one revision. Nothing of it is written before it is applied at that revision.
package struct ConfigurationPlan: Sendable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case setting, domain, recipients, user
        case accessList = "access-list"
    }

    /// One thing that is added or changed.
    package struct Difference: Sendable, Hashable {
        package let kind: Kind
        /// A setting with its owner, a domain's name, an address, an entry's value.
        package let name: String
        /// `nil`: the default, or it is not there yet.
        package let before: String?
        package let after: String?
    }

    package let revision: SettingsRevision
    package let differences: [Difference]
    let change: ConfigurationChange
}
