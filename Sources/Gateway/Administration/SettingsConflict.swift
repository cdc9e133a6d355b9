package import Settings

/// Someone else saved the same section first: both versions of each field that is in question. Nothing was written.
package struct SettingsConflict: Sendable, Hashable {
    /// A field that the loser wanted to change.
    package struct Field: Sendable, Hashable {
        package let name: String
        package let yours: String
        package let theirs: String
    }

    /// To be named with the next attempt.
    package let revision: SettingsRevision
    /// As `AuditActor` writes it; `nil` when the history does not tell.
    package let changedBy: String?
    package let changedAt: UTCTime?
    package let fields: [Field]

    /// - Parameters:
    ///   - wanted: the loser's texts by field.
    ///   - present: the texts as they are, of all fields.
    ///   - original: the texts that others have changed since the loser looked, as they were then: a field that he left as it was is
    ///     not in question.
    ///   - latest: the newest change of the section.
    init(
        wanted: [String: String], present: [String: String], original: [String: String], revision: SettingsRevision,
        latest: SettingsHistoryEntry?
    ) {
        self.revision = revision
        changedBy = latest?.actor
        changedAt = latest?.time
        fields = present.keys.sorted().compactMap { name in
            guard let yours = wanted[name], let theirs = present[name], yours != theirs, yours != original[name] else { return nil }
            return Field(name: name, yours: yours, theirs: theirs)
        }
    }

    package var message: LocalizedText {
        LocalizedText(
            "Someone else changed these settings meanwhile. Nothing was saved; choose for each field which version is to be valid.",
            ja: "ほかの管理者が先に設定を変更したため、保存していません。項目ごとに、どちらの値を使うかを選んでください。")
    }
}

extension Administration {
    /// Both versions, after a save of `change` was refused.
    func conflict(
        _ change: SettingsChange, _ description: SettingsSectionDescription
    ) async throws(SettingsError) -> SettingsConflict {
        let (present, revision) = try await editor.texts(of: change.section, scope: change.scope)
        let defaults = description.resolve([:])
        var wanted: [String: String] = [:]
        for (name, value) in change.values {
            guard let value else {
                wanted[name] = defaults[name]
                continue
            }
            // As the section writes it, unless it cannot be read: then as it was typed.
            wanted[name] = description.check([name: value]).isEmpty ? description.resolve([name: value])[name] : value
        }
        let since = try await changes(of: change)
        return SettingsConflict(
            wanted: wanted, present: present, original: Self.original(since, defaults: defaults), revision: revision, latest: since.last)
    }

    /// What others changed in the section since the loser looked; nothing when the history does not reach back so far.
    private func changes(of change: SettingsChange) async throws(SettingsError) -> [SettingsHistoryEntry] {
        guard let basedOn = change.basedOn, try await ports.settings.oldestKnownRevision() <= basedOn else { return [] }
        let all = try await ports.settings.settingsChanges(
            after: basedOn, upTo: SettingsRevision(Int64.max), limit: Self.maximumComparedChanges)
        return all.filter { entry in
            switch entry.subject {
            case .setting(let scope, let section, _): scope == change.scope && section == change.section
            case .directory: false
            }
        }
    }

    private static func original(_ changes: [SettingsHistoryEntry], defaults: [String: String]) -> [String: String] {
        var texts: [String: String] = [:]
        for change in changes {
            if case .setting(_, _, let name) = change.subject, texts[name] == nil { texts[name] = change.before ?? defaults[name] }
        }
        return texts
    }
}
