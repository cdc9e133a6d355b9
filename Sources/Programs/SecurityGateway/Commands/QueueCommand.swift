import AdministrationAPI
import ArgumentParser
import Terminal

/// `queue`: what waits for delivery.
struct QueueCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "The delivery queue.",
        subcommands: [List.self, Retry.self, Hold.self, Release.self, Delete.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List entries, one for each recipient, in order of arrival.")

        @OptionGroup var node: HomeOptions
        @Option(help: "Only entries whose sender or recipient contains this.") var text: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await paging.show(APIPath("queue").with("text", text), QueueEntryDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("ENTRY", "項目"), session.text("ARRIVED", "受信"), session.text("TRIES", "試行"), session.text("NEXT", "次回"),
                    session.text("SENDER", "送信者"), session.text("RECIPIENT", "宛先"), session.text("LAST REPLY", "最後の応答"))
                for entry in page {
                    let next = entry.isHeldByAdministrator ? session.text("held", "保留") : Shown.time(entry.nextAttemptAt)
                    table.add(
                        "\(entry.message)/\(entry.ordinal)", Shown.time(entry.receivedAt), String(entry.attempts), next,
                        Shown.sender(entry.reversePath), entry.recipient, entry.lastReply)
                }
                return table.text
            }
        }
    }

    struct Retry: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Try entries again now.")
        @OptionGroup var node: HomeOptions
        @OptionGroup var selection: QueueSelection
        func perform(_ session: CommandSession) async throws(CommandFailure) { try await selection.perform("retry", session) }
    }

    struct Hold: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Keep entries until they are released.")
        @OptionGroup var node: HomeOptions
        @OptionGroup var selection: QueueSelection
        func perform(_ session: CommandSession) async throws(CommandFailure) { try await selection.perform("hold", session) }
    }

    struct Release: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Deliver held entries.")
        @OptionGroup var node: HomeOptions
        @OptionGroup var selection: QueueSelection
        func perform(_ session: CommandSession) async throws(CommandFailure) { try await selection.perform("release", session) }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Remove entries without a report to the sender.")
        @OptionGroup var node: HomeOptions
        @OptionGroup var selection: QueueSelection
        func perform(_ session: CommandSession) async throws(CommandFailure) { try await selection.perform("delete", session) }
    }
}

/// Entries by name, or all.
struct QueueSelection: ParsableArguments {
    @Argument(help: ArgumentHelp("Entries as “queue list” shows them, or messages.", valueName: "message[/ordinal]"))
    var entries: [QueueEntryArgument] = []
    @Flag(help: "Every entry of the queue.") var all = false
    @Option(help: "With --all: only entries whose sender or recipient contains this.") var text: String?
    @Flag(name: .shortAndLong, help: "With --all: do not ask.") var yes = false

    func validate() throws {
        if all == !entries.isEmpty { throw ValidationError("name entries, or all of them with --all") }
        if text != nil && !all { throw ValidationError("--text goes with --all") }
    }

    func perform(_ action: String, _ session: CommandSession) async throws(CommandFailure) {
        var count = 0
        if all {
            guard try isConfirmed(action, session) else {
                throw CommandFailure(description: session.text("nothing was done", "何も行いませんでした"))
            }
            count = try await performOnAll(action, session)
        } else {
            let names = entries.map(\.document)
            for start in stride(from: 0, to: names.count, by: PagingOptions.largestPage) {
                count += try await send(action, Array(names[start...].prefix(PagingOptions.largestPage)), session)
            }
        }
        session.tell("\(action): done to \(EnglishCount.text(count, "entry", "entries")).", "\(action): \(count) 件を処理しました。")
    }

    /// The cursor goes past entries the action was not done to, so that the walk ends.
    private func performOnAll(_ action: String, _ session: CommandSession) async throws(CommandFailure) -> Int {
        var count = 0
        var cursor: String?
        repeat {
            let path = APIPath("queue").with("text", text).with("limit", String(PagingOptions.largestPage)).with("cursor", cursor)
            let page = try await session.get(path, PageDocument<QueueEntryDocument>.self)
            if !page.items.isEmpty {
                count += try await send(
                    action, page.items.map { QueueEntryNameDocument(message: $0.message, ordinal: $0.ordinal) }, session)
            }
            cursor = page.next
        } while cursor != nil
        return count
    }

    private func send(_ action: String, _ names: [QueueEntryNameDocument], _ session: CommandSession) async throws(CommandFailure) -> Int {
        let bytes = try await session.send(.post, APIPath("queue", action), body: QueueActionDocument(entries: names))
        if session.options.json { session.console.write(String(decoding: bytes, as: UTF8.self) + "\n") }
        return try session.decoded(QueueActionResultDocument.self, bytes).done.count
    }

    private func isConfirmed(_ action: String, _ session: CommandSession) throws(CommandFailure) -> Bool {
        if yes { return true }
        guard session.console.isInteractive else {
            throw .usage("without a terminal --all needs --yes", ja: "端末がない場合、--all には --yes が必要です", session.language)
        }
        let question = session.text("\(action) every entry of the queue? [y/N] ", "キューのすべての項目に対して \(action) を実行しますか？ [y/N] ")
        return ["y", "yes", "はい"].contains(session.console.ask(question, isSecret: false)?.lowercased() ?? "")
    }
}

/// `MESSAGE[/ORDINAL]`.
struct QueueEntryArgument: ExpressibleByArgument, Sendable {
    let document: QueueEntryNameDocument

    init?(argument: String) {
        let parts = argument.split(separator: "/", omittingEmptySubsequences: false)
        guard let message = parts.first, message.count == 32, message.allSatisfy(\.isHexDigit), parts.count <= 2 else { return nil }
        if parts.count == 2 {
            guard let ordinal = Int(parts[1]), ordinal >= 0 else { return nil }
            document = QueueEntryNameDocument(message: String(message), ordinal: ordinal)
        } else {
            document = QueueEntryNameDocument(message: String(message), ordinal: nil)
        }
    }
}
