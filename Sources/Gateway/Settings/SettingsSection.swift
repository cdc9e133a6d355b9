/// Where a section's values are valid.
package enum SettingsScopeKind: String, Sendable, Hashable, CaseIterable {
    /// On every node, for every domain.
    case cluster
    /// For one protected domain.
    case domain
    /// On one node only, such as its HELO name.
    case node
}

/// The owner of a stored value.
package enum SettingsScope: Sendable, Hashable, CustomStringConvertible {
    case cluster
    /// By the domain's lower-case ASCII name.
    case domain(String)
    case node(NodeID)

    package var kind: SettingsScopeKind {
        switch self {
        case .cluster: .cluster
        case .domain: .domain
        case .node: .node
        }
    }

    /// What distinguishes owners of one kind: empty, a domain's name, or a node's identity. Column `scope_owner`.
    package var owner: String {
        switch self {
        case .cluster: ""
        case .domain(let name): name
        case .node(let node): node.description
        }
    }

    package var description: String { owner.isEmpty ? kind.rawValue : "\(kind.rawValue):\(owner)" }
}

/// One page of settings: a value type whose initial state is the product's default. Each default has its reason in the
/// field's documentation.
package protocol SettingsSection: Sendable, Equatable {
    /// Name in commands and rows: lower case, hyphens.
    static var name: String { get }
    static var title: LocalizedText { get }
    static var scope: SettingsScopeKind { get }
    static var fields: [SettingsField<Self>] { get }
    init()
    /// What is wrong with the section as a whole, after each field has been found good by itself.
    func contradictions() -> [SettingsProblem]
}

extension SettingsSection {
    package func contradictions() -> [SettingsProblem] { [] }

    /// Text of a field's present value; `nil` when there is no such field.
    package func text(of field: String) -> String? {
        Self.fields.first { $0.name == field }.map { $0.read(self) }
    }

    /// Takes stored or typed texts over the present values.
    /// - Returns: every problem, each with its field; the section is changed only by the good ones.
    package mutating func apply(_ texts: [String: String]) -> [SettingsProblem] {
        var problems: [SettingsProblem] = []
        for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
            guard let field = Self.fields.first(where: { $0.name == name }) else {
                problems.append(.unknownField(section: Self.name, field: name))
                continue
            }
            do throws(SettingsValueError) {
                try field.write(&self, text)
            } catch {
                problems.append(SettingsProblem(section: Self.name, field: name, message: error.message))
            }
        }
        return problems.isEmpty ? contradictions() : problems
    }
}

/// A refused value, shown at its field.
package struct SettingsProblem: Error, Sendable, Hashable {
    package let section: String
    /// `nil`: the section as a whole.
    package let field: String?
    package let message: LocalizedText

    package init(section: String, field: String?, message: LocalizedText) {
        self.section = section
        self.field = field
        self.message = message
    }

    static func unknownField(section: String, field: String) -> Self {
        Self(
            section: section, field: field,
            message: LocalizedText("there is no setting “\(section).\(field)”", ja: "設定「\(section).\(field)」はありません"))
    }
}

/// A section described without its type, for pages and commands that treat all sections alike.
package struct SettingsSectionDescription: Sendable {
    package let name: String
    package let title: LocalizedText
    package let scope: SettingsScopeKind
    package let fields: [SettingsFieldDescription]
    /// The problems that `texts` would cause on top of the defaults.
    package let check: @Sendable (_ texts: [String: String]) -> [SettingsProblem]
    /// Texts of all fields when `texts` lie on top of the defaults. Fields with a bad text keep their default.
    package let resolve: @Sendable (_ texts: [String: String]) -> [String: String]

    init<Section: SettingsSection>(_ type: Section.Type) {
        name = Section.name
        title = Section.title
        scope = Section.scope
        let initial = Section()
        fields = Section.fields.map {
            SettingsFieldDescription(
                name: $0.name, title: $0.title, documentation: $0.documentation, kind: $0.kind, defaultText: $0.read(initial),
                isWeight: $0.isWeight)
        }
        check = { texts in
            var section = Section()
            return section.apply(texts)
        }
        resolve = { texts in
            var section = Section()
            _ = section.apply(texts)
            return Dictionary(uniqueKeysWithValues: Section.fields.map { ($0.name, $0.read(section)) })
        }
    }
}

/// A field without its section's type.
package struct SettingsFieldDescription: Sendable {
    package let name: String
    package let title: LocalizedText
    package let documentation: LocalizedText
    package let kind: SettingsFieldKind
    package let defaultText: String
    /// Shown on the Scoring page.
    package let isWeight: Bool
}
