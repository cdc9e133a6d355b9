import AdministrationAPI
import ArgumentParser
import Settings

/// `audit`: who changed what.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "audit", abstract: "The audit log.", subcommands: [List.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List who changed what, newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "Part of who, what, to what, or the detail.") var text: String?
        @Option(help: TimeArgument.help("Done at or after this time")) var from: TimeArgument?
        @Option(help: TimeArgument.help("Done before this time")) var until: TimeArgument?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let now = UTCTime.now()
            let path = APIPath("audit").with("text", text).with("from", from?.text(now)).with("until", until?.text(now))
            try await paging.show(path, AuditDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("TIME", "日時"), session.text("WHO", "実行者"), session.text("ACTION", "操作"), session.text("TARGET", "対象"),
                    session.text("DETAIL", "詳細"))
                for entry in page { table.add(Shown.time(entry.time), entry.actor, entry.action, entry.target, entry.detail) }
                return table.text
            }
        }
    }
}
