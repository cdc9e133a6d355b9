import AdministrationAPI
import ArgumentParser

/// `bans`: who is shut out, and sign-ins that were refused.
struct BansCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bans", abstract: "Addresses that are refused, users who may not send, and refused sign-ins.",
        subcommands: [List.self, Add.self, Lift.self, SignIns.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List the bans in force, the newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "network or user.") var kind: BanKindArgument?
        @Option(help: "Only bans whose address, user or note contains this.") var text: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("bans").with("kind", kind?.rawValue).with("text", text)
            try await paging.show(path, BanDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("ENTRY", "項目"), session.text("SUBJECT", "対象"), session.text("REASON", "理由"),
                    session.text("SINCE", "開始"), session.text("UNTIL", "終了"), session.text("NOTE", "メモ"))
                for ban in page {
                    table.add(
                        ban.entry, ban.subject, ban.reason, Shown.time(ban.begunAt), ban.until.map { Shown.time($0) } ?? "-", ban.note)
                }
                return table.text
            }
        }
    }

    struct Add: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Ban an address or network from SMTP, or a user from sending.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "An IP address or network, or a user's address.") var subject: String
        @Option(help: "How many minutes it lasts; without this until it is lifted.") var minutes: Int?
        @Option(help: "A remark.") var note: String?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("bans"), body: NewBanDocument(subject: subject, minutes: minutes, note: note))
            try session.show(bytes, BanDocument.self) { ban in
                session.text("\(ban.subject) is banned (\(ban.entry)).\n", "\(ban.subject) を制限しました（\(ban.entry)）。\n")
            }
        }
    }

    struct Lift: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Lift bans.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Entries, as “bans list” shows them.") var entries: [String]

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.post, APIPath("bans", "lift"), body: AccessListSelectionDocument(entries: entries))
            try session.show(bytes, AccessListCountDocument.self) { document in
                session.text(
                    "\(EnglishCount.text(document.count, "ban was", "bans were")) lifted.\n", "\(document.count) 件を解除しました。\n")
            }
        }
    }

    struct SignIns: NodeCommand {
        static let configuration = CommandConfiguration(
            commandName: "sign-ins", abstract: "List sign-ins that were refused, the newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "smtp, administrator, user or api-key.") var way: SignInWayArgument?
        @Option(help: "Only those whose name or address contains this.") var text: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("sign-in-refusals").with("way", way?.rawValue).with("text", text)
            try await paging.show(path, SignInRefusalDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("LAST", "最終"), session.text("WAY", "方法"), session.text("NAME", "名前"),
                    session.text("ADDRESS", "アドレス"), session.text("TRIES", "回数"))
                for refusal in page {
                    table.add(Shown.time(refusal.time), refusal.way, refusal.name, refusal.address, String(refusal.tries))
                }
                return table.text
            }
        }
    }
}

/// The kinds of bans as a command takes them.
enum BanKindArgument: String, ExpressibleByArgument, CaseIterable {
    case network, user
}

/// The ways of signing in as a command takes them.
enum SignInWayArgument: String, ExpressibleByArgument, CaseIterable {
    case smtp, administrator, user
    case apiKey = "api-key"
}
