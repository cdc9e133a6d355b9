import Cluster
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
    /// - Parameters:
    ///   - domain: for sections of scope domain.
    ///   - node: name or identifier, for sections of scope node; `nil`: this node.
    package func section(
        _ name: String, domain: String? = nil, node: String? = nil, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> SectionTexts {
        let (description, scope) = try await owner(of: name, domain: domain, node: node)
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
    /// - Throws: `.settingsConflict` with both versions when somebody saved the section since `basedOn`.
    package func saveSettings(
        _ name: String, domain: String? = nil, node: String? = nil, values: [String: String?], basedOn: SettingsRevision?,
        _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> SettingsRevision {
        let (description, scope) = try await owner(of: name, domain: domain, node: node)
        if let domain { _ = try await self.domain(domain, caller) }
        if name == DirectorySettings.name { try await checkDirectories(values) }
        let change = SettingsChange(scope: scope, section: name, values: values, basedOn: basedOn)
        do throws(SettingsError) {
            let revision = try await editor.save(change, by: caller.actor)
            await ports.node.adoptChanges()
            return revision
        } catch .revisionConflict {
            throw await lost(change, description)
        } catch {
            throw AdministrationError(error)
        }
    }

    private func lost(_ change: SettingsChange, _ description: SettingsSectionDescription) async -> AdministrationError {
        do throws(SettingsError) {
            return .settingsConflict(try await conflict(change, description))
        } catch {
            return AdministrationError(error)
        }
    }

    private func owner(
        of name: String, domain: String?, node: String?
    ) async throws(AdministrationError) -> (description: SettingsSectionDescription, scope: SettingsScope) {
        guard let description = GatewaySettings.section(name) else {
            throw .notFound(LocalizedText("There is no settings section “\(name)”.", ja: "設定セクション「\(name)」はありません。"))
        }
        guard node == nil || description.scope == .node else {
            throw .invalid([FieldProblem("node", "“\(name)” is not a section of a node.", ja: "「\(name)」はノードごとのセクションではありません。")])
        }
        switch description.scope {
        case .cluster: return (description, .cluster)
        case .node:
            guard let node else { return (description, .node(nodeID)) }
            return (description, .node(try await self.node(named: node).node))
        case .domain:
            guard let domain else {
                throw .invalid([FieldProblem("domain", "Name the domain whose settings are meant.", ja: "対象のドメインを指定してください。")])
            }
            return (description, .domain(try domainName(domain).ascii))
        }
    }
}
