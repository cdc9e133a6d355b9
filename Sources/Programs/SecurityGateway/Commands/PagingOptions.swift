import AdministrationAPI
import ArgumentParser
import Terminal

/// How much of a list is shown.
struct PagingOptions: ParsableArguments {
    @Option(help: "Entries shown, 1 to 500.") var limit = 50
    @Flag(help: "Show everything, page by page; with --json one document a line.") var all = false

    static let largestPage = 500

    func validate() throws {
        guard (1...Self.largestPage).contains(limit) else { throw ValidationError("--limit is 1 to \(Self.largestPage)") }
    }

    /// Reads the pages and prints each as it comes.
    /// - Parameter human: makes text of a page; the second argument says whether it is the first.
    func show<Item: Codable & Sendable>(
        _ path: APIPath, _ type: Item.Type, _ session: CommandSession, human: ([Item], Bool) -> String
    ) async throws(CommandFailure) {
        var cursor: String?
        var searchedBackTo: String?
        var isFirst = true
        repeat {
            let bytes = try await session.send(.get, path.with("limit", String(all ? Self.largestPage : limit)).with("cursor", cursor))
            let page = try session.decoded(PageDocument<Item>.self, bytes)
            if session.options.json {
                session.console.write(String(decoding: bytes, as: UTF8.self) + "\n")
            } else {
                session.console.write(human(page.items, isFirst))
            }
            cursor = page.next
            searchedBackTo = page.searchedBackTo
            isFirst = false
        } while all && cursor != nil
        if let searchedBackTo, !session.options.json {
            let time = Shown.time(searchedBackTo)
            session.console.writeError(
                session.text("(searched back to \(time): --all goes on)\n", "（\(time) まで検索しました。--all で続けます）\n"))
        } else if cursor != nil, !session.options.json {
            session.console.writeError(session.text("(there is more: --all shows everything)\n", "（続きがあります。--all ですべて表示します）\n"))
        }
    }
}
