import Administration
import Settings

/// `GET /settings`: every section, with values where its scope is known.
package struct SettingsDocument: Codable, Sendable {
    package let sections: [SettingsSectionDocument]
}

/// A section of settings with the description of each field.
package struct SettingsSectionDocument: Codable, Sendable {
    package let name: String
    package let title: LocalizedDocument
    /// `cluster`, `domain`, `node`.
    package let scope: String
    /// Whose values these are: a domain's name or a node's identity; absent for scope `cluster`, and without values.
    package let owner: String?
    /// To be given back with a change; absent without values.
    package let revision: Int64?
    package let fields: [SettingsFieldDocument]

    init(_ section: SettingsSectionDescription) {
        name = section.name
        title = LocalizedDocument(section.title)
        scope = section.scope.rawValue
        owner = nil
        revision = nil
        fields = section.fields.map { SettingsFieldDocument($0, text: nil) }
    }

    init(_ section: SectionTexts) {
        name = section.description.name
        title = LocalizedDocument(section.description.title)
        scope = section.description.scope.rawValue
        owner = section.scope.owner.isEmpty ? nil : section.scope.owner
        revision = section.revision.number
        fields = section.description.fields.map { SettingsFieldDocument($0, text: section.texts[$0.name] ?? $0.defaultText) }
    }
}

/// A setting: what it means, what it takes, and its value.
package struct SettingsFieldDocument: Codable, Sendable {
    package let name: String
    package let title: LocalizedDocument
    package let documentation: LocalizedDocument
    /// `integer`, `text`, `boolean`, `choice`, `list`.
    package let type: String
    package let minimum: Int?
    package let maximum: Int?
    /// `bytes`, `seconds`, `minutes`, `hours`; absent for plain numbers.
    package let unit: String?
    package let maximumBytes: Int?
    package let maximumCount: Int?
    package let choices: [Choice]?
    package let `default`: SettingValueDocument
    package let value: SettingValueDocument?
    /// Whether the value is the default; absent without values.
    package let isDefault: Bool?

    package struct Choice: Codable, Sendable {
        package let value: String
        package let title: LocalizedDocument
    }

    init(_ field: SettingsFieldDescription, text: String?) {
        let bounds = Bounds(field.kind)
        name = field.name
        title = LocalizedDocument(field.title)
        documentation = LocalizedDocument(field.documentation)
        type = bounds.type
        minimum = bounds.minimum
        maximum = bounds.maximum
        unit = bounds.unit
        maximumBytes = bounds.maximumBytes
        maximumCount = bounds.maximumCount
        choices = bounds.choices
        self.default = SettingValueDocument(field.defaultText, of: field.kind)
        value = text.map { SettingValueDocument($0, of: field.kind) }
        isDefault = text.map { $0 == field.defaultText }
    }

    private struct Bounds {
        var type = ""
        var minimum: Int?
        var maximum: Int?
        var unit: String?
        var maximumBytes: Int?
        var maximumCount: Int?
        var choices: [Choice]?

        init(_ kind: SettingsFieldKind) {
            switch kind {
            case .integer(let minimum, let maximum, let unit):
                type = "integer"
                self.minimum = minimum
                self.maximum = maximum
                self.unit = unit == .count ? nil : unit.rawValue
            case .text(let maximumBytes):
                type = "text"
                self.maximumBytes = maximumBytes
            case .boolean: type = "boolean"
            case .choice(let choices):
                type = "choice"
                self.choices = choices.map { Choice(value: $0.value, title: LocalizedDocument($0.title)) }
            case .list(let maximumCount):
                type = "list"
                self.maximumCount = maximumCount
            case .selection(let choices):
                type = "list"
                maximumCount = choices.count
                self.choices = choices.map { Choice(value: $0.value, title: LocalizedDocument($0.title)) }
            }
        }
    }
}

/// A setting's value in its natural JSON type: a number, a boolean, a list of texts, or a text.
package enum SettingValueDocument: Codable, Sendable, Hashable {
    case integer(Int)
    case boolean(Bool)
    case text(String)
    case list([String])

    init(_ text: String, of kind: SettingsFieldKind) {
        switch kind {
        case .integer: self = Int(text).map(Self.integer) ?? .text(text)
        case .boolean: self = .boolean(text == "true")
        case .list, .selection: self = .list(text.split(separator: ",").map(String.init))
        case .text, .choice: self = .text(text)
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        // Each attempt that fails says only that the value is of another of the four types.
        if let value = try? container.decode(Bool.self) {
            self = .boolean(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode([String].self) {
            self = .list(value)
        } else {
            self = .text(try container.decode(String.self))
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .integer(let value): try container.encode(value)
        case .boolean(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        }
    }

    /// As a command writes and reads it.
    package var text: String {
        switch self {
        case .integer(let value): String(value)
        case .boolean(let value): value ? "true" : "false"
        case .text(let value): value
        case .list(let values): values.joined(separator: ",")
        }
    }
}

/// Body of `PUT /settings/{section}`. Values may be written as texts whatever their type; `nil` is JSON's `null`: the default.
package struct SettingsChangeDocument: Codable, Sendable {
    package let values: [String: String?]
    package let revision: Int64?

    package init(values: [String: String?], revision: Int64?) {
        self.values = values
        self.revision = revision
    }
}

/// The revision in the database after a change.
package struct RevisionDocument: Codable, Sendable {
    package let revision: Int64
}
