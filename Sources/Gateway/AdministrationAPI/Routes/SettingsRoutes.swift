import Administration
import DomainsAndUsers
import Mail
import Settings

/// Settings of the cluster, of one domain (`?domain=`), and of a node (`?node=`, else this one).
extension AdministrationAPI {
    var settingsRoutes: [APIRoute] {
        [
            .get("/settings") { call async throws(APIError) in
                try call.query.allow("domain", "node")
                let domain = try await settingsDomain(call)
                var sections: [SettingsSectionDocument] = []
                for section in GatewaySettings.sections {
                    if section.scope == .domain && domain == nil {
                        sections.append(SettingsSectionDocument(section))
                    } else {
                        let node = section.scope == .node ? call.query.text("node") : nil
                        sections.append(
                            SettingsSectionDocument(try await texts(of: section.name, domain: domain, node: node, call)))
                    }
                }
                return .json(SettingsDocument(sections: sections))
            },
            .get("/settings/{section}") { call async throws(APIError) in
                try call.query.allow("domain", "node")
                return .json(SettingsSectionDocument(try await texts(call)))
            },
            .put("/settings/{section}") { call async throws(APIError) in
                try call.query.allow("domain", "node")
                var reader = try JSONObjectReader(call.body)
                let members = reader.requiredMembers("values")
                var values: [String: String?] = [:]
                for (name, value) in members { values[name] = .some(Self.text(of: value, "values.\(name)", &reader)) }
                return try await save(values, reader, call)
            },
            .get("/settings/{section}/{field}") { call async throws(APIError) in
                try call.query.allow("domain", "node")
                let section = try await texts(call)
                guard let field = SettingsSectionDocument(section).fields.first(where: { $0.name == call.parameter("field") }) else {
                    throw Self.noField(call)
                }
                return .json(field)
            },
            .put("/settings/{section}/{field}") { call async throws(APIError) in
                try call.query.allow("domain", "node")
                let name = call.parameter("field")
                guard GatewaySettings.section(call.parameter("section"))?.fields.contains(where: { $0.name == name }) ?? true else {
                    throw Self.noField(call)
                }
                var reader = try JSONObjectReader(call.body)
                let value = Self.text(of: reader.requiredValue("value"), "value", &reader)
                return try await save([name: value], reader, call)
            },
        ]
    }

    private func save(_ values: [String: String?], _ reader: JSONObjectReader, _ call: APICall) async throws(APIError) -> APIResponse {
        var reader = reader
        let revision = reader.integer("revision", in: 0...Int.max)
        try reader.finish()
        let domain = try await settingsDomain(call)
        let saved = try await ask { () async throws(AdministrationError) in
            try await administration.saveSettings(
                call.parameter("section"), domain: domain, node: call.query.text("node"), values: values,
                basedOn: revision.map { SettingsRevision(Int64($0)) },
                call.caller)
        }
        return .json(RevisionDocument(revision: saved.number))
    }

    private func texts(_ call: APICall) async throws(APIError) -> SectionTexts {
        try await texts(
            of: call.parameter("section"), domain: try await settingsDomain(call), node: call.query.text("node"), call)
    }

    private func texts(
        of section: String, domain: String?, node: String?, _ call: APICall
    ) async throws(APIError) -> SectionTexts {
        try await ask { () async throws(AdministrationError) in
            try await administration.section(section, domain: domain, node: node, call.caller)
        }
    }

    /// The domain of the query in its stored spelling. Settings of a domain that is not there would wait for whoever adds it.
    private func settingsDomain(_ call: APICall) async throws(APIError) -> String? {
        guard let name = call.query.text("domain") else { return nil }
        return try await ask { () async throws(AdministrationError) in try await administration.domain(name, call.caller).name.ascii }
    }

    /// A value as text; `nil` for `null`. What is wrong with its type is noted at `place`.
    private static func text(of value: JSONValue, _ place: String, _ reader: inout JSONObjectReader) -> String? {
        switch value {
        case .null: return nil
        case .boolean(let flag): return flag ? "true" : "false"
        case .integer(let number): return String(number)
        case .number(let text), .string(let text): return text
        case .array(let items):
            var texts: [String] = []
            for item in items {
                // A comma or a new line would make two items of one.
                guard case .string(let text) = item, !text.contains(where: { $0 == "," || $0.isNewline }) else {
                    reader.note(place, "an array of texts without commas is expected", ja: "カンマを含まない文字列の配列を指定してください")
                    return nil
                }
                texts.append(text)
            }
            return texts.joined(separator: ",")
        case .object:
            reader.note(place, "a text, number, boolean, array or null is expected", ja: "文字列、数値、真偽値、配列または null を指定してください")
            return nil
        }
    }

    private static func noField(_ call: APICall) -> APIError {
        let name = "\(call.parameter("section")).\(call.parameter("field"))"
        return .administration(.notFound(LocalizedText("There is no setting “\(name)”.", ja: "設定「\(name)」はありません。")))
    }
}
