package import DomainsAndUsers
package import Mail
package import Settings

/// An administrator's rule about what is in a message: conditions, and what follows when they hold.
package struct ContentRule: Sendable, Hashable {
    package let identifier: RecordIdentifier
    /// Rules are asked in this order.
    package var position: Int
    package var name: String
    /// Only mail to or from this protected domain; `nil`: all.
    package var domain: DomainName?
    package var isEnabled: Bool
    /// Whether later rules are not asked when it matches.
    package var stops: Bool
    /// Whether one of the conditions is enough.
    package var needsAny: Bool
    package var conditions: [ContentCondition]
    package var actions: [ContentAction]

    package static let maximumNameBytes = 100
    package static let maximumConditions = 20
    package static let maximumActions = 5

    package init(
        identifier: RecordIdentifier, position: Int, name: String, domain: DomainName?, isEnabled: Bool, stops: Bool, needsAny: Bool,
        conditions: [ContentCondition], actions: [ContentAction]
    ) {
        self.identifier = identifier
        self.position = position
        self.name = name
        self.domain = domain
        self.isEnabled = isEnabled
        self.stops = stops
        self.needsAny = needsAny
        self.conditions = conditions
        self.actions = actions
    }
}

/// Where content rules are kept. Implemented by GatewayDatabase. Every change raises the settings revision and posts the change event in
/// its transaction, so that all nodes reload.
package protocol ContentRuleStore: Sendable {
    /// All rules in their order; `nil` when they have not changed since `revision`.
    func loadContentRules(ifNewerThan revision: SettingsRevision) async throws(DirectoryError) -> ContentRules?
    /// In their order.
    func contentRules() async throws(DirectoryError) -> [ContentRule]
    /// - Throws: `.full`.
    func insert(_ rules: [ContentRule], audit: AuditEntry) async throws(DirectoryError)
    /// Writes all of a rule but its place. - Throws: `.notFound`.
    func update(_ rule: ContentRule, audit: AuditEntry) async throws(DirectoryError)
    /// Writes the places of these rules alone: what somebody else changes in them meanwhile stays. - Throws: `.notFound`.
    func place(_ rules: [ContentRule], audit: AuditEntry) async throws(DirectoryError)
    /// - Throws: `.notFound`.
    func deleteContentRule(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError)
}

extension ContentRuleStore {
    /// All are asked about each message.
    package static var maximumRules: Int { 200 }
}
