import Administration
import Settings

/// What an import changes, or has changed.
package struct ConfigurationPlanDocument: Codable, Sendable {
    /// Of a check: the revision it was made at, to be given back with the import. Of an import: the revision afterwards.
    package let revision: Int64
    /// At most 1,000.
    package let differences: [Difference]
    package let differenceCount: Int

    static let maximumDifferences = 1_000

    package struct Difference: Codable, Sendable {
        /// `setting`, `domain`, `recipients`, `user`, `access-list`.
        package let kind: String
        package let name: String
        /// Absent: the default, or it is not there yet.
        package let before: String?
        package let after: String?
    }

    init(_ plan: ConfigurationPlan, revision: SettingsRevision) {
        self.revision = revision.number
        differences = plan.differences.prefix(Self.maximumDifferences).map {
            Difference(kind: $0.kind.rawValue, name: $0.name, before: $0.before, after: $0.after)
        }
        differenceCount = plan.differences.count
    }
}

/// Body of `POST /settings-export`.
package struct ExportRequestDocument: Codable, Sendable {
    package let secrets: Bool

    package init(secrets: Bool) { self.secrets = secrets }
}
