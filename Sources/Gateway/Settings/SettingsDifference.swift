/// What changed between two revisions, each setting once: its value at one and at the other. Pure: made from the history's entries.
package struct SettingsDifference: Sendable, Hashable {
    /// A setting that differs.
    package struct Setting: Sendable, Hashable {
        package let scope: SettingsScope
        package let section: String
        package let name: String
        /// `nil`: the default.
        package let before: String?
        package let after: String?
    }

    package let from: SettingsRevision
    package let to: SettingsRevision
    /// In order of scope, section and name.
    package let settings: [Setting]
    /// Changes of domains, users and lists between the two, oldest first. They are told, not computed: one may undo another.
    package let directory: [SettingsHistoryEntry]

    /// - Parameters:
    ///   - from: may be the later one: then the difference leads back.
    ///   - changes: all changes between the two, oldest first.
    package init(from: SettingsRevision, to: SettingsRevision, changes: [SettingsHistoryEntry]) {
        self.from = from
        self.to = to
        var spans: [Key: (first: String?, last: String?)] = [:]
        var directory: [SettingsHistoryEntry] = []
        for change in changes {
            switch change.subject {
            case .setting(let scope, let section, let name):
                let key = Key(scope: scope, section: section, name: name)
                spans[key] = (spans[key].map(\.first) ?? change.before, change.after)
            case .directory: directory.append(change)
            }
        }
        let isBackwards = to < from
        settings = spans.filter { $0.value.first != $0.value.last }.sorted { $0.key.order < $1.key.order }.map { key, span in
            Setting(
                scope: key.scope, section: key.section, name: key.name, before: isBackwards ? span.last : span.first,
                after: isBackwards ? span.first : span.last)
        }
        self.directory = directory
    }

    private struct Key: Hashable {
        let scope: SettingsScope
        let section: String
        let name: String

        /// A character below all that occur in names parts them.
        var order: String { "\(scope)\u{1}\(section)\u{1}\(name)" }
    }
}
