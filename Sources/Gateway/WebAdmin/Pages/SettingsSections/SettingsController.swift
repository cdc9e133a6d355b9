import Administration
import Hummingbird
import Settings

/// A page for each settings section, made from the section's description alone; so no setting can lack its page.
struct SettingsController: Sendable {
    let services: SiteServices

    func addRoutes(to routes: PageRoutes) {
        routes.page("settings") { request in overview(request) }
        routes.page("settings/:section") { request in try await section(request, saving: nil) }
        routes.form("settings/:section") { request, values in try await section(request, saving: values) }
    }

    private func overview(_ request: AdministratorRequest) -> Response {
        let view = SettingsOverviewView(menu: SettingsMenuView(active: nil, request.language))
        return services.renderer.page(
            .settings, view, title: SettingsText.title[request.language], in: .settings, visitor: request.visitor)
    }

    private func section(_ request: AdministratorRequest, saving values: FormValues?) async throws -> Response {
        let name = request.parameter("section")
        guard let description = GatewaySettings.section(name), description.scope != .domain else { throw PageError.notFound }
        let path = "\(SitePath.settings)/\(name)"
        let editor = SettingsSectionEditor(administration: services.administration, section: name, domain: nil, path: path)
        switch try await editor.answer(values, request) {
        case .saved: return .seeOther(path, notice: Notice(.settingsSaved))
        case .show(let section):
            let view = SettingsPageView(menu: SettingsMenuView(active: name, request.language), section: section)
            return services.renderer.page(
                .settingsSection, view, title: section.title, in: .settings, visitor: request.visitor, status: section.status)
        }
    }
}

struct SettingsOverviewView: Sendable {
    let menu: SettingsMenuView
}

struct SettingsPageView: Sendable {
    let menu: SettingsMenuView
    let section: SettingsSectionView
}

/// The sections that have a page of their own; those of a domain stand on the domain's page.
struct SettingsMenuView: Sendable {
    let shared: [Item]
    let node: [Item]

    struct Item: Sendable {
        let path: String
        let title: String
        let isActive: Bool
        /// Titles of the section's fields, so that the overview tells where a setting is.
        let contents: String
    }

    init(active: String?, _ language: Language) {
        func items(_ scope: SettingsScopeKind) -> [Item] {
            GatewaySettings.sections.filter { $0.scope == scope }.map { section in
                Item(
                    path: "\(SitePath.settings)/\(section.name)", title: section.title[language], isActive: section.name == active,
                    contents: section.fields.prefix(6).map { $0.title[language] }.joined(separator: language == .japanese ? "、" : " · ")
                        + (section.fields.count > 6 ? " …" : ""))
            }
        }
        shared = items(.cluster)
        node = items(.node)
    }
}
