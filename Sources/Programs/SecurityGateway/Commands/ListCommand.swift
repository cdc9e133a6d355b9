import AdministrationAPI
import ArgumentParser

/// `list`: the allow and block lists.
struct ListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The allow and block lists.", subcommands: [Show.self, Add.self, Note.self, Delete.self])

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List entries.")

        @OptionGroup var node: HomeOptions
        @Option(help: "allow or block.") var list: AccessListArgument?
        @Option(help: "sender, sender-domain, host or network.") var kind: AccessListKindArgument?
        @Option(help: "Only entries whose value, note or domain contains this.") var text: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("access-lists").with("list", list?.rawValue).with("kind", kind?.rawValue).with("text", text)
            try await paging.show(path, AccessListDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("ENTRY", "項目"), session.text("LIST", "リスト"), session.text("KIND", "種類"), session.text("VALUE", "値"),
                    session.text("DOMAIN", "ドメイン"), session.text("NOTE", "メモ"))
                for entry in page { table.add(entry.entry, entry.list, entry.kind, entry.value, entry.domain, entry.note) }
                return table.text
            }
        }
    }

    struct Add: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Add an entry.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "allow or block.") var list: AccessListArgument
        @Argument(help: "sender, sender-domain, host or network.") var kind: AccessListKindArgument
        @Argument(help: "An address, a domain, a host name, or an IP address or network.") var value: String
        @Option(help: "Only for recipients of this protected domain.") var domain: String?
        @Option(help: "A remark.") var note: String?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let body = NewAccessListDocument(list: list.rawValue, kind: kind.rawValue, value: value, domain: domain, note: note)
            let bytes = try await session.send(.post, APIPath("access-lists"), body: body)
            try session.show(bytes, AccessListDocument.self) { entry in
                session.text("The entry \(entry.entry) was added.\n", "項目 \(entry.entry) を追加しました。\n")
            }
        }
    }

    struct Note: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Replace an entry's note.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The entry, as “list show” shows it.") var entry: String
        @Argument(help: "The remark.") var note: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.put, APIPath("access-lists", entry), body: NoteDocument(note: note))
            try session.show(bytes, AccessListDocument.self) { _ in session.text("The note was saved.\n", "メモを保存しました。\n") }
        }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Delete entries.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Entries, as “list show” shows them.") var entries: [String]

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("access-lists", "delete"), body: AccessListSelectionDocument(entries: entries))
            try session.show(bytes, AccessListCountDocument.self) { document in
                session.text(
                    "\(EnglishCount.text(document.count, "entry was", "entries were")) deleted.\n", "\(document.count) 件を削除しました。\n")
            }
        }
    }
}

/// The lists as a command takes them.
enum AccessListArgument: String, ExpressibleByArgument, CaseIterable {
    case allow, block
}

/// The kinds of entries as a command takes them.
enum AccessListKindArgument: String, ExpressibleByArgument, CaseIterable {
    case sender
    case senderDomain = "sender-domain"
    case host, network
}
