/// Validates and saves a section as a whole, whoever asks: page, API or command.
package struct SettingsEditor: Sendable {
    private let store: any SettingsStore
    private let current: CurrentSettings
    private let node: NodeID

    package init(store: any SettingsStore, current: CurrentSettings, node: NodeID) {
        self.store = store
        self.current = current
        self.node = node
    }

    /// Texts of all fields of a section as stored, defaults included, and the revision they belong to.
    /// - Throws: `.invalid` when there is no such section or the scope is not the section's; `.unavailable`.
    package func texts(of section: String, scope: SettingsScope) async throws(SettingsError) -> (
        texts: [String: String], revision: SettingsRevision
    ) {
        let description = try Self.description(of: section, scope: scope)
        let stored = try await store.load()
        return (description.resolve(Self.values(in: stored, section: section, scope: scope)), stored.revision)
    }

    /// Saves new texts for some fields of a section.
    /// - Parameter values: by field name; `nil` puts a field back to its default.
    /// - Throws: `.invalid` with every problem at its field; `.revisionConflict`; `.unavailable`.
    package func save(_ change: SettingsChange, by actor: AuditActor) async throws(SettingsError) -> SettingsRevision {
        let stored = try await store.load()
        guard let prepared = try Self.prepared(change, over: stored) else { return stored.revision }
        return try await store.save(prepared.change, audit: audit(prepared.change, before: prepared.before, by: actor))
    }

    /// What saving `change` would write: the section is validated as a whole and its values have the section's own form.
    /// - Returns: the change and the stored values before it; `nil` when every value is as it is to be.
    /// - Throws: `.invalid` with every problem at its field.
    package static func prepared(
        _ change: SettingsChange, over stored: StoredSettings
    ) throws(SettingsError) -> (change: SettingsChange, before: [String: String])? {
        let description = try description(of: change.section, scope: change.scope)
        let before = values(in: stored, section: change.section, scope: change.scope)
        var after = before
        for (name, value) in change.values {
            guard description.fields.contains(where: { $0.name == name }) else {
                throw .invalid([.unknownField(section: change.section, field: name)])
            }
            after[name] = value
        }
        let problems = description.check(after)
        guard problems.isEmpty else { throw .invalid(problems) }
        let normal = normalized(change, description: description, texts: description.resolve(after))
        return normal.values.allSatisfy({ before[$0.key] == $0.value }) ? nil : (normal, before)
    }

    /// The texts as the section itself writes them, so that equal values are equal rows.
    private static func normalized(_ change: SettingsChange, description: SettingsSectionDescription, texts: [String: String])
        -> SettingsChange
    {
        let defaults = description.resolve([:])
        var values: [String: String?] = [:]
        for (name, value) in change.values {
            let text = value.flatMap { _ in texts[name] }
            values[name] = .some(text == defaults[name] ? nil : text)
        }
        return SettingsChange(scope: change.scope, section: change.section, values: values, basedOn: change.basedOn)
    }

    private func audit(_ change: SettingsChange, before: [String: String], by actor: AuditActor) -> [AuditEntry] {
        change.values.sorted { $0.key < $1.key }.filter { before[$0.key] != $0.value }.map { name, value in
            AuditEntry(
                actor: actor, node: node, action: "settings.change", target: "\(change.scope) \(change.section).\(name)",
                detail: "\(before[name] ?? "(default)") → \(value ?? "(default)")")
        }
    }

    private static func description(of section: String, scope: SettingsScope) throws(SettingsError) -> SettingsSectionDescription {
        guard let description = GatewaySettings.section(section), description.scope == scope.kind else {
            throw .invalid([
                SettingsProblem(
                    section: section, field: nil,
                    message: LocalizedText(
                        "there is no section “\(section)” of scope \(scope.kind.rawValue)",
                        ja: "範囲 \(scope.kind.rawValue) にセクション「\(section)」はありません"))
            ])
        }
        return description
    }

    private static func values(in stored: StoredSettings, section: String, scope: SettingsScope) -> [String: String] {
        var values: [String: String] = [:]
        for row in stored.rows where row.section == section && row.scope == scope { values[row.name] = row.value }
        return values
    }
}
