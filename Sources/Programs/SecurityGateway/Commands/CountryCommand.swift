import AdministrationAPI
import ArgumentParser

/// `country`: where addresses are.
struct CountryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "country", abstract: "Country screening.", subcommands: [LookUp.self])

    struct LookUp: NodeCommand {
        static let configuration = CommandConfiguration(
            commandName: "lookup", abstract: "Show in which country an address is, and what the settings make of it.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "An IPv4 or IPv6 address.") var address: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("countries", address))
            try session.show(bytes, CountryDocument.self) { found in
                var list = TextList()
                list.add(session.text("address", "アドレス"), found.address)
                let name = found.name.map { session.text($0.en, $0.ja) } ?? session.text("unknown", "不明")
                list.add(session.text("country", "国"), found.country.map { "\(name) (\($0))" } ?? name)
                list.add(session.text("finding", "判定"), found.finding)
                list.add(session.text("database", "データベース"), found.database ?? "")
                list.add(session.text("problem", "問題"), found.problem ?? "")
                guard !found.isEnabled else { return list.text }
                return list.text
                    + session.text(
                        "Country screening is off; its database is open only while it is on.\n",
                        "国別スクリーニングは無効です。データベースは有効な間だけ読み込みます。\n")
            }
        }
    }
}
