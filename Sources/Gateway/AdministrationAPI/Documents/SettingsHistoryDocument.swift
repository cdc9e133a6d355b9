import Administration
import Settings

/// A change in the settings' history.
package struct SettingsChangeRecordDocument: Codable, Sendable {
    package let identifier: String
    package let revision: Int64
    package let time: String
    package let timeMilliseconds: Int64
    package let actor: String
    /// The node it was made on.
    package let node: String
    /// `cluster`, `domain`, `node` or `directory`.
    package let scope: String
    /// A domain's name or a node's identifier; absent for scopes `cluster` and `directory`.
    package let owner: String?
    /// The section; of the directory the action, such as `domain.change`.
    package let section: String
    /// The setting; of the directory what it was done to.
    package let name: String
    /// Absent: the default, or nothing.
    package let before: String?
    package let after: String?

    init(_ entry: SettingsHistoryEntry) {
        identifier = entry.identifier.description
        revision = entry.revision.number
        time = TimeText.text(entry.time)
        timeMilliseconds = entry.time.milliseconds
        actor = entry.actor
        node = entry.node.description
        switch entry.subject {
        case .setting(let scope, let section, let name):
            self.scope = scope.kind.rawValue
            owner = scope.owner.isEmpty ? nil : scope.owner
            self.section = section
            self.name = name
        case .directory(let action, let target):
            scope = SettingsHistoryFilter.Kind.directory.rawValue
            owner = nil
            section = action
            name = target
        }
        before = entry.before
        after = entry.after
    }
}

/// A setting with its values at two revisions.
package struct SettingDifferenceDocument: Codable, Sendable {
    package let scope: String
    package let owner: String?
    package let section: String
    package let name: String
    /// Absent: the default.
    package let before: String?
    package let after: String?
    /// Why it stays as it is; absent where it does not.
    package let reason: LocalizedDocument?

    init(_ setting: SettingsDifference.Setting, reason: LocalizedText? = nil) {
        scope = setting.scope.kind.rawValue
        owner = setting.scope.owner.isEmpty ? nil : setting.scope.owner
        section = setting.section
        name = setting.name
        before = setting.before
        after = setting.after
        self.reason = reason.map(LocalizedDocument.init)
    }
}

/// What two revisions differ in.
package struct SettingsDifferenceDocument: Codable, Sendable {
    package let from: Int64
    package let to: Int64
    package let settings: [SettingDifferenceDocument]
    /// Changes of domains, users and lists between the two, oldest first, at most 500.
    package let directory: [SettingsChangeRecordDocument]
    package let directoryCount: Int

    static let maximumDirectoryChanges = 500

    init(_ difference: SettingsDifference) {
        from = difference.from.number
        to = difference.to.number
        settings = difference.settings.map { SettingDifferenceDocument($0) }
        directory = difference.directory.prefix(Self.maximumDirectoryChanges).map(SettingsChangeRecordDocument.init)
        directoryCount = difference.directory.count
    }
}

/// What a return to an earlier revision changes, or has changed.
package struct SettingsReturnDocument: Codable, Sendable {
    package let to: Int64
    /// Of a plan: the revision it was made at, to be given back with the `POST`. Of a done one: the new revision.
    package let revision: Int64
    package let returned: [SettingDifferenceDocument]
    /// Settings that stay as they are, each with its reason.
    package let obstacles: [SettingDifferenceDocument]
    /// How many changes of domains, users and lists lie between: they stay as they are.
    package let directoryCount: Int

    init(_ plan: SettingsReturn, revision: SettingsRevision) {
        to = plan.difference.to.number
        self.revision = revision.number
        returned = plan.returned.map { SettingDifferenceDocument($0) }
        obstacles = plan.obstacles.map { SettingDifferenceDocument($0.setting, reason: $0.reason) }
        directoryCount = plan.difference.directory.count
    }
}

/// Body of `POST /settings-history/return`.
package struct SettingsReturnRequestDocument: Codable, Sendable {
    package let to: Int64
    /// The revision of the plan; absent: whatever it is.
    package let revision: Int64?

    package init(to: Int64, revision: Int64?) {
        self.to = to
        self.revision = revision
    }
}

/// Both versions after a lost race, in a problem of kind `conflict`.
package struct SettingsConflictDocument: Codable, Sendable {
    /// To be given with the next attempt.
    package let revision: Int64
    package let changedBy: String?
    package let changedAt: String?
    package let fields: [Field]

    package struct Field: Codable, Sendable {
        package let field: String
        package let yours: String
        package let theirs: String
    }

    init(_ conflict: SettingsConflict) {
        revision = conflict.revision.number
        changedBy = conflict.changedBy
        changedAt = conflict.changedAt.map(TimeText.text)
        fields = conflict.fields.map { Field(field: $0.name, yours: $0.yours, theirs: $0.theirs) }
    }
}
