import Mail
package import Settings

/// The texts of one section and the revision they belong to.
package struct SectionTexts: Sendable {
    package let description: SettingsSectionDescription
    package let scope: SettingsScope
    package let texts: [String: String]
    package let revision: SettingsRevision
}

extension Administration {
    /// - Parameter domain: for sections of scope domain.
    package func section(
        _ name: String, domain: String? = nil, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> SectionTexts {
        let (description, scope) = try owner(of: name, domain: domain)
        do throws(SettingsError) {
            let (texts, revision) = try await editor.texts(of: name, scope: scope)
            return SectionTexts(description: description, scope: scope, texts: texts, revision: revision)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Saves some fields of a section; `nil` puts a field back to its default.
    /// - Parameter basedOn: the revision the form was loaded with; `nil` does not compare.
    /// - Returns: the revision in the database afterwards.
    package func saveSettings(
        _ name: String, domain: String? = nil, values: [String: String?], basedOn: SettingsRevision?, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> SettingsRevision {
        let (_, scope) = try owner(of: name, domain: domain)
        if let domain { _ = try await self.domain(domain, caller) }
        if name == DirectorySettings.name { try await checkDirectories(values) }
        do throws(SettingsError) {
            let change = SettingsChange(scope: scope, section: name, values: values, basedOn: basedOn)
            let revision = try await editor.save(change, by: caller.actor)
            await ports.node.adoptChanges()
            return revision
        } catch {
            throw AdministrationError(error)
        }
    }

    private func owner(
        of name: String, domain: String?
    ) throws(AdministrationError) -> (description: SettingsSectionDescription, scope: SettingsScope) {
        guard let description = GatewaySettings.section(name) else {
            throw .notFound(LocalizedText("There is no settings section “\(name)”.", ja: "設定セクション「\(name)」はありません。"))
        }
        switch description.scope {
        case .cluster: return (description, .cluster)
        case .node: return (description, .node(nodeID))
        case .domain:
            guard let domain else {
                throw .invalid([FieldProblem("domain", "Name the domain whose settings are meant.", ja: "対象のドメインを指定してください。")])
            }
            return (description, .domain(try domainName(domain).ascii))
        }
    }
}
