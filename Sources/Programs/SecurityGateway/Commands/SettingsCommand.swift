import AdministrationAPI
import ArgumentParser
import Settings

/// `settings`: every setting of the cluster, of a domain, and of this node.
struct SettingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "settings", abstract: "Show and change settings.",
        discussion: "Sections:\n" + sectionLines + "\n\n“settings show SECTION” describes each setting.",
        subcommands: [Show.self, Get.self, Set.self, Reset.self, History.self, Difference.self, Return.self, Export.self, Import.self])

    private static let sectionLines = GatewaySettings.sections.map { section in
        let scope = section.scope == .domain ? " (with --domain)" : section.scope == .node ? " (of this node, or --node)" : ""
        return "  \(section.name)\(String(repeating: " ", count: max(1, 12 - section.name.count)))\(section.title.english)\(scope)"
    }.joined(separator: "\n")

    /// For sections of scope domain and node.
    struct OwnerOptions: ParsableArguments {
        @Option(help: "The domain whose settings are meant.") var domain: String?
        @Option(name: .customLong("node"), help: "The node whose settings are meant, by name or identifier; without it this one.")
        var nodeName: String?

        func path(_ path: APIPath) -> APIPath { path.with("domain", domain).with("node", nodeName) }
    }

    /// For changes.
    struct RevisionOption: ParsableArguments {
        @Option(help: "Save only if nobody changed the section since this revision (see “settings show SECTION --json”).")
        var revision: Int64?
    }

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show all sections, or describe one.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "A section.") var section: String?
        @OptionGroup var owner: OwnerOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            if let section {
                let bytes = try await session.send(.get, owner.path(APIPath("settings", section)))
                try session.show(bytes, SettingsSectionDocument.self) { SettingsCommand.described($0, session) }
            } else {
                let bytes = try await session.send(.get, owner.path(APIPath("settings")))
                try session.show(bytes, SettingsDocument.self) { SettingsCommand.table($0.sections, session) }
            }
        }
    }

    struct Get: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Print the value of one setting.")

        @OptionGroup var node: HomeOptions
        @Argument(help: SettingName.help) var setting: SettingName
        @OptionGroup var owner: OwnerOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, owner.path(APIPath("settings", setting.section, setting.field)))
            try session.show(bytes, SettingsFieldDocument.self) { PlainText.line($0.value?.text ?? "") + "\n" }
        }
    }

    struct Set: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change settings.",
            discussion: """
                Values of one section are checked and saved together; sections are saved one after another. Several values of a list are \
                separated by commas. A value that begins with “-” stands behind “--”.
                """)

        @OptionGroup var node: HomeOptions
        @OptionGroup var owner: OwnerOptions
        @OptionGroup var since: RevisionOption
        @Argument(help: ArgumentHelp("Names and values in turn.", valueName: "section.field value")) var assignments: [String]

        func validate() throws { _ = try Self.changes(assignments) }

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            // Looked at by `validate` already.
            let changes = (try? Self.changes(assignments)) ?? []
            try await SettingsCommand.save(changes, owner, since.revision, session)
        }

        static func changes(_ words: [String]) throws -> [(SettingName, String?)] {
            guard words.count % 2 == 0 else { throw ValidationError("each SECTION.FIELD needs a value") }
            var changes: [(SettingName, String?)] = []
            for position in stride(from: 0, to: words.count, by: 2) {
                guard let name = SettingName(argument: words[position]) else {
                    throw ValidationError("“\(words[position])” is not SECTION.FIELD")
                }
                changes.append((name, words[position + 1]))
            }
            return changes
        }
    }

    struct Reset: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Put settings back to their defaults.")

        @OptionGroup var node: HomeOptions
        @OptionGroup var owner: OwnerOptions
        @OptionGroup var since: RevisionOption
        @Argument(help: SettingName.help) var settings: [SettingName]

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await SettingsCommand.save(settings.map { ($0, nil) }, owner, since.revision, session)
        }
    }

    private static func save(
        _ changes: [(SettingName, String?)], _ owner: OwnerOptions, _ revision: Int64?, _ session: CommandSession
    ) async throws(CommandFailure) {
        var sections: [(name: String, values: [String: String?])] = []
        for (name, value) in changes {
            if let index = sections.firstIndex(where: { $0.name == name.section }) {
                sections[index].values[name.field] = .some(value)
            } else {
                sections.append((name.section, [name.field: value]))
            }
        }
        for section in sections {
            let change = SettingsChangeDocument(values: section.values, revision: revision)
            let bytes = try await session.send(.put, owner.path(APIPath("settings", section.name)), body: change)
            try session.show(bytes, RevisionDocument.self) {
                session.text("\(section.name) saved, revision \($0.revision).\n", "\(section.name) を保存しました（リビジョン \($0.revision)）。\n")
            }
        }
    }

    private static func table(_ sections: [SettingsSectionDocument], _ session: CommandSession) -> String {
        var table = TextTable(session.text("SETTING", "設定"), session.text("VALUE", "値"), session.text("MEANING", "意味"))
        for section in sections {
            for field in section.fields {
                guard let value = field.value else { continue }
                table.add("\(section.name).\(field.name)", shown(value, field), field.title.text[session.language])
            }
        }
        return table.text
    }

    private static func described(_ section: SettingsSectionDocument, _ session: CommandSession) -> String {
        var lines = ["\(section.title.text[session.language])\(section.owner.map { " (\($0))" } ?? "")", ""]
        for field in section.fields {
            lines.append("\(section.name).\(field.name) = \(shown(field.value ?? field.default, field))")
            lines.append("    \(field.title.text[session.language])\(bounds(field))")
            lines.append("    \(field.documentation.text[session.language])")
            if field.isDefault == false { lines.append("    \(session.text("default", "既定値")): \(shown(field.default, field))") }
        }
        return lines.map(PlainText.line).joined(separator: "\n") + "\n"
    }

    private static func shown(_ value: SettingValueDocument, _ field: SettingsFieldDocument) -> String {
        value.text.isEmpty ? "-" : field.unit.map { "\(value.text) \($0)" } ?? value.text
    }

    private static func bounds(_ field: SettingsFieldDocument) -> String {
        if let choices = field.choices { return " (\(choices.map(\.value).joined(separator: ", ")))" }
        guard let minimum = field.minimum, let maximum = field.maximum else { return "" }
        return " (\(minimum)–\(maximum))"
    }
}

/// `SECTION.FIELD`.
struct SettingName: ExpressibleByArgument, Sendable, Hashable {
    let section: String
    let field: String

    static let help = ArgumentHelp("The setting, such as delivery.first-hour-retry.", valueName: "section.field")

    init?(argument: String) {
        let parts = argument.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        section = String(parts[0])
        field = String(parts[1])
    }
}
