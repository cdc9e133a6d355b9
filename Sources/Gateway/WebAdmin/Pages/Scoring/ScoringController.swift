import Administration
import Hummingbird
import Mail
import Settings

/// Scoring: thresholds, what each finding counts, and the domains that are judged otherwise.
struct ScoringController: Sendable {
    let services: SiteServices

    /// Of the section `filtering`; the rest stands on its own page.
    private static let fields: Set<String> = ["mode", "quarantine-score", "reject-score", "tag-subject", "tag-score", "subject-tag"]

    func addRoutes(to routes: PageRoutes) {
        routes.page("scoring") { request in try await show(request, saving: nil) }
        routes.form("scoring") { request, values in try await show(request, saving: values) }
    }

    private func show(_ request: AdministratorRequest, saving values: FormValues?) async throws(AdministrationError) -> Response {
        var editor = SettingsSectionEditor(
            administration: services.administration, section: FilteringSettings.name, domain: nil, path: SitePath.scoring)
        editor.fields = Self.fields
        switch try await editor.answer(values, request) {
        case .saved: return .seeOther(SitePath.scoring, notice: Notice(.settingsSaved))
        case .show(let section):
            let overview = try await services.administration.scoring(request.caller)
            let view = ScoringView(overview, section: section, request.language)
            return services.renderer.page(
                .scoring, view, title: ScoringText.title[request.language], in: .scoring, visitor: request.visitor, status: section.status)
        }
    }
}

/// What the page shows.
struct ScoringView: Sendable {
    let isRecordOnly: Bool
    let isOff: Bool
    let section: SettingsSectionView
    let sections: [Section]
    let exceptions: [Exception]
    let hasExceptions: Bool

    struct Section: Sendable {
        let title: String
        let path: String
        let rows: [Row]
    }

    struct Row: Sendable {
        let title: String
        let value: String
        /// The default, when the value is another.
        let changed: String?
    }

    struct Exception: Sendable {
        let domain: String
        let path: String
        let rule: String
        let thresholds: String?
    }

    init(_ overview: ScoringOverview, section: SettingsSectionView, _ language: Language) {
        isRecordOnly = overview.filtering.mode == .record
        isOff = overview.filtering.mode == .off
        self.section = section
        sections = overview.sections.map { section in
            Section(
                title: section.description.title[language], path: "\(SitePath.settings)/\(section.description.name)",
                rows: section.weights.map { weight in
                    Row(
                        title: weight.field.title[language], value: Self.shown(weight.text, weight.field, language),
                        changed: weight.isDefault
                            ? nil : ScoringText.changed.filled(language, Self.shown(weight.field.defaultText, weight.field, language)))
                })
        }
        exceptions = overview.exceptions.map { exception in
            let settings = exception.settings
            return Exception(
                domain: (try? DomainName(exception.domain))?.unicode ?? exception.domain,
                path: "\(SitePath.domains)/\(exception.domain)/settings", rule: Self.rule(settings, language),
                thresholds: settings.scoring == .own
                    ? ScoringText.ownThresholds.filled(language, settings.quarantineScore, settings.rejectScore) : nil)
        }
        hasExceptions = !exceptions.isEmpty
    }

    /// The words of the setting's own choices.
    private static func rule(_ settings: DomainSettings, _ language: Language) -> String {
        let field = GatewaySettings.section(DomainSettings.name)?.fields.first { $0.name == "scoring" }
        guard case .choice(let choices) = field?.kind else { return settings.scoring.rawValue }
        return choices.first { $0.value == settings.scoring.rawValue }?.title[language] ?? settings.scoring.rawValue
    }

    private static func shown(_ text: String, _ field: SettingsFieldDescription, _ language: Language) -> String {
        switch field.kind {
        case .boolean: return (text == "true" ? CommonText.yes : .no)[language]
        case .choice(let choices): return choices.first { $0.value == text }?.title[language] ?? text
        case .list, .selection: return text.replacing(",", with: ", ").nonEmpty ?? SettingsText.emptyValue[language]
        case .integer, .text: return text.nonEmpty ?? SettingsText.emptyValue[language]
        }
    }
}
