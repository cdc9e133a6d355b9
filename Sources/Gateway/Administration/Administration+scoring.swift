package import Settings

/// How mail is judged: the thresholds, what each finding counts, and the domains that are judged otherwise.
package struct ScoringOverview: Sendable {
    /// Mode and thresholds of all domains.
    package let filtering: FilteringSettings
    /// Sections with settings that say what a finding counts.
    package let sections: [Section]
    /// In the order of their names.
    package let exceptions: [Exception]
    package let revision: SettingsRevision

    package struct Section: Sendable {
        package let description: SettingsSectionDescription
        /// In the order of the section.
        package let weights: [Weight]
    }

    package struct Weight: Sendable {
        package let field: SettingsFieldDescription
        /// Its value as a text.
        package let text: String
        package var isDefault: Bool { text == field.defaultText }
    }

    package struct Exception: Sendable {
        /// The domain's lower-case ASCII name.
        package let domain: String
        package let settings: DomainSettings
    }
}

extension Administration {
    /// As the settings are stored now.
    package func scoring(_ caller: AdministrationCaller) async throws(AdministrationError) -> ScoringOverview {
        do throws(SettingsError) {
            let stored = try await ports.settings.load()
            let (settings, _) = GatewaySettings.make(from: stored.rows, for: nodeID)
            let exceptions = settings.domains.filter { $0.value.scoringException != nil }.sorted { $0.key < $1.key }
            return ScoringOverview(
                filtering: settings.filtering, sections: Self.sections(stored.rows),
                exceptions: exceptions.map { ScoringOverview.Exception(domain: $0.key, settings: $0.value) }, revision: stored.revision)
        } catch {
            throw AdministrationError(error)
        }
    }

    private static func sections(_ rows: [StoredSetting]) -> [ScoringOverview.Section] {
        GatewaySettings.sections.compactMap { description in
            guard description.scope == .cluster, description.name != FilteringSettings.name else { return nil }
            let fields = description.fields.filter(\.isWeight)
            guard !fields.isEmpty else { return nil }
            let own = rows.filter { $0.scope == .cluster && $0.section == description.name }
            let stored = Dictionary(
                own.compactMap { row in row.value.map { (row.name, $0) } }, uniquingKeysWith: { first, _ in first })
            let texts = description.resolve(stored)
            return ScoringOverview.Section(
                description: description,
                weights: fields.map { ScoringOverview.Weight(field: $0, text: texts[$0.name] ?? $0.defaultText) })
        }
    }
}
