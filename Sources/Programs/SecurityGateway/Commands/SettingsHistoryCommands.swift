import AdministrationAPI
import ArgumentParser
import Settings

/// `settings history`, `settings difference`, `settings return`.
extension SettingsCommand {
    struct History: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List every change of settings, domains, users and lists, newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "cluster, domain, node, or directory (domains, users, lists).") var scope: String?
        @Option(help: "A domain's name or a node's identifier.") var owner: String?
        @Option(help: "A section.") var section: String?
        @Option(help: "Part of who made the change.") var actor: String?
        @Option(help: "Not before this time, such as 2026-11-23T10:15:00Z.") var since: String?
        @Option(help: "Before this time.") var until: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("settings-history").with("scope", scope).with("owner", owner).with("section", section).with("actor", actor)
                .with("since", since).with("until", until)
            try await paging.show(path, SettingsChangeRecordDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("REVISION", "リビジョン"), session.text("TIME", "日時"), session.text("WHO", "実行者"),
                    session.text("WHAT", "対象"), session.text("CHANGE", "変更"))
                for entry in page {
                    table.add(
                        String(entry.revision), Shown.time(entry.time), entry.actor, SettingsCommand.subject(entry),
                        SettingsCommand.change(entry.before, entry.after, isSetting: entry.scope != "directory", session))
                }
                return table.text
            }
        }
    }

    struct Difference: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show what two revisions of the settings differ in.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "A revision.") var from: Int64
        @Argument(help: "Another; without it the present one.") var to: Int64?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("settings-history", "difference").with("from", String(from)).with("to", to.map { String($0) })
            try session.show(try await session.send(.get, path), SettingsDifferenceDocument.self) { difference in
                let table = SettingsCommand.table(difference.settings, session)
                let directory = difference.directory.map { "  \(Shown.time($0.time)) \($0.section) \(PlainText.line($0.name))\n" }.joined()
                guard difference.directoryCount > 0 else { return table }
                return table
                    + session.text(
                        "\nChanges of domains, users and lists between them: \(difference.directoryCount)\n",
                        "\nその間のドメイン、ユーザー、リストの変更: \(difference.directoryCount) 件\n") + directory
            }
        }
    }

    struct Return: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Return to an earlier revision of the settings, as a new revision.",
            discussion: "Domains, users and lists stay as they are. With --check nothing is written.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The revision to return to.") var revision: Int64
        @Flag(help: "Only show what would be put back, and what cannot be.") var check = false

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("settings-history", "return")
            let bytes =
                check
                ? try await session.send(.get, path.with("to", String(revision)))
                : try await session.send(.post, path, body: SettingsReturnRequestDocument(to: revision, revision: nil))
            try session.show(bytes, SettingsReturnDocument.self) { text($0, session) }
        }

        private func text(_ plan: SettingsReturnDocument, _ session: CommandSession) -> String {
            var lines = SettingsCommand.table(plan.returned, session)
            for setting in plan.obstacles {
                let reason = setting.reason?.text[session.language] ?? ""
                lines +=
                    session.text("cannot be put back: ", "元に戻せません: ") + PlainText.line("\(SettingsCommand.name(setting)): \(reason)") + "\n"
            }
            if plan.directoryCount > 0 {
                lines += session.text(
                    "Changes of domains, users and lists since then stay: \(plan.directoryCount).\n",
                    "それ以降のドメイン、ユーザー、リストの変更 \(plan.directoryCount) 件はそのままです。\n")
            }
            return check
                ? lines + session.text("Nothing was written.\n", "書き込みは行っていません。\n")
                : lines + session.text("Put back, revision \(plan.revision).\n", "元に戻しました（リビジョン \(plan.revision)）。\n")
        }
    }

    static func subject(_ entry: SettingsChangeRecordDocument) -> String {
        entry.scope == "directory"
            ? "\(entry.section) \(entry.name)" : "\(entry.owner.map { "\($0) " } ?? "")\(entry.section).\(entry.name)"
    }

    static func name(_ setting: SettingDifferenceDocument) -> String {
        "\(setting.owner.map { "\($0) " } ?? "")\(setting.section).\(setting.name)"
    }

    /// `5 → 10`.
    static func change(_ before: String?, _ after: String?, isSetting: Bool = true, _ session: CommandSession) -> String {
        let nothing = isSetting ? session.text("(default)", "（既定値）") : "-"
        return "\(before ?? nothing) → \(after ?? nothing)"
    }

    static func table(_ settings: [SettingDifferenceDocument], _ session: CommandSession) -> String {
        guard !settings.isEmpty else { return session.text("No setting differs.\n", "異なる設定はありません。\n") }
        var table = TextTable(session.text("SETTING", "設定"), session.text("CHANGE", "変更"))
        for setting in settings { table.add(name(setting), change(setting.before, setting.after, session)) }
        return table.text
    }
}
