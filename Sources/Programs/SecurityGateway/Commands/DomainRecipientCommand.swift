import AdministrationAPI
import ArgumentParser
import Terminal

/// `domain recipient`: the addresses of a domain that are accepted when it accepts only listed ones.
struct DomainRecipientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recipient", abstract: "Listed recipients of a domain.", subcommands: [Add.self, Remove.self, List.self])

    /// Which addresses an action concerns.
    struct Addresses: ParsableArguments {
        @Argument(help: "The domain.") var name: String
        @Argument(help: "Addresses, in full or their local parts.") var addresses: [String] = []
        @Option(help: "A file with an address on each line; empty lines and lines that begin with # are passed over.") var file: String?

        func validate() throws {
            if addresses.isEmpty && file == nil { throw ValidationError("name addresses or a --file") }
        }

        /// Bound of the file.
        private static let maximumFileBytes = 64 << 20

        /// All addresses in parts that one request takes.
        func parts() throws(CommandFailure) -> [[String]] {
            var all = addresses
            if let file {
                let text = try TextFile.text(of: file, maximumBytes: Self.maximumFileBytes)
                for line in text.split(whereSeparator: \.isNewline) {
                    let address = line.filter { !$0.isWhitespace }
                    if !address.isEmpty && !address.hasPrefix("#") { all.append(address) }
                }
            }
            return Self.split(all)
        }

        /// The API takes 10,000 addresses and 1 MiB; escaping can make a byte six.
        static func split(_ all: [String], maximumCount: Int = 5000, maximumBytes: Int = 150_000) -> [[String]] {
            var parts: [[String]] = []
            var part: [String] = []
            var bytes = 0
            for address in all {
                if !part.isEmpty && (part.count == maximumCount || bytes + address.utf8.count > maximumBytes) {
                    parts.append(part)
                    part = []
                    bytes = 0
                }
                part.append(address)
                bytes += address.utf8.count + 3
            }
            if !part.isEmpty { parts.append(part) }
            return parts
        }

        /// - Returns: how many addresses it was done to; `nil` with `--json`, whose answers were printed.
        func send(to path: APIPath, _ session: CommandSession) async throws(CommandFailure) -> Int? {
            var count = 0
            for part in try parts() {
                let bytes = try await session.send(.post, path, body: RecipientsDocument(recipients: part))
                if session.options.json { session.console.write(String(decoding: bytes, as: UTF8.self) + "\n") }
                count += try session.decoded(RecipientCountDocument.self, bytes).count
            }
            return session.options.json ? nil : count
        }
    }

    struct Add: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List addresses; those listed already are passed over.")

        @OptionGroup var node: HomeOptions
        @OptionGroup var recipients: Addresses

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            guard let count = try await recipients.send(to: APIPath("domains", recipients.name, "recipients"), session) else { return }
            session.tell(
                "\(EnglishCount.text(count, "address was", "addresses were")) added.", "\(count) 件のアドレスを追加しました。")
        }
    }

    struct Remove: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Take addresses off the list.")

        @OptionGroup var node: HomeOptions
        @OptionGroup var recipients: Addresses

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            guard let count = try await recipients.send(to: APIPath("domains", recipients.name, "recipients", "remove"), session) else {
                return
            }
            session.tell(
                "\(EnglishCount.text(count, "address was", "addresses were")) removed.", "\(count) 件のアドレスを削除しました。")
        }
    }

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show listed addresses, one on each line.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The domain.") var name: String
        @Option(help: "Only addresses that contain this.") var text: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await paging.show(APIPath("domains", name, "recipients").with("text", text), String.self, session) { page, _ in
                page.map { PlainText.line($0) + "\n" }.joined()
            }
        }
    }
}
