import AdministrationAPI
import ArgumentParser

/// `greylist`: senders that wait or have passed.
struct GreylistCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "greylist", abstract: "Greylisting: senders that wait or have passed.", subcommands: [List.self, Delete.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List entries, the newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "waiting or passed.") var state: GreylistStateArgument?
        @Option(help: "Only entries whose network, sender or recipient contains this.") var text: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("greylist").with("state", state?.rawValue).with("text", text)
            try await paging.show(path, GreylistDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("ENTRY", "項目"), session.text("STATE", "状態"), session.text("NETWORK", "ネットワーク"),
                    session.text("SENDER", "差出人"), session.text("RECIPIENT", "宛先"), session.text("FIRST SEEN", "初回"),
                    session.text("EXPIRES", "失効"))
                for entry in page {
                    table.add(
                        entry.entry, entry.state, entry.network, entry.sender.isEmpty ? "<>" : entry.sender, entry.recipient,
                        Shown.time(entry.firstSeenAt), Shown.time(entry.expiresAt))
                }
                return table.text
            }
        }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Delete entries: these senders are new again.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Entries, as “greylist list” shows them.") var entries: [String]

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("greylist", "delete"), body: AccessListSelectionDocument(entries: entries))
            try session.show(bytes, AccessListCountDocument.self) { document in
                session.text(
                    "\(EnglishCount.text(document.count, "entry was", "entries were")) deleted.\n", "\(document.count) 件を削除しました。\n")
            }
        }
    }
}

/// The states as a command takes them.
enum GreylistStateArgument: String, ExpressibleByArgument, CaseIterable {
    case waiting, passed
}
