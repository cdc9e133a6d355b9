import AdministrationAPI
import ArgumentParser
import Settings
import Terminal

/// `transcript`: SMTP dialogues.
struct TranscriptCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transcript", abstract: "SMTP dialogues: of sessions with this gateway and of deliveries.",
        subcommands: [List.self, Show.self, Message.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List transcripts, newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "The other side's address.") var address: String?
        @Option(help: "inbound or outbound.") var way: TranscriptWayArgument?
        @Flag(help: "Only those in which something was refused or failed.") var troubled = false
        @Option(help: TimeArgument.help("Begun at or after this time")) var from: TimeArgument?
        @Option(help: TimeArgument.help("Begun before this time")) var until: TimeArgument?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let now = UTCTime.now()
            let path = APIPath("transcripts").with("address", address).with("way", way?.rawValue).with("troubled", troubled ? "true" : nil)
                .with("from", from?.text(now)).with("until", until?.text(now))
            try await paging.show(path, TranscriptEntryDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("TRANSCRIPT", "通信記録"), session.text("BEGUN", "開始"), session.text("WAY", "方向"),
                    session.text("TROUBLE", "問題"), session.text("ADDRESS", "アドレス"))
                for entry in page {
                    table.add(
                        entry.transcript, Shown.time(entry.startedAt), entry.way, entry.isTroubled ? session.text("yes", "あり") : "",
                        entry.address)
                }
                return table.text
            }
        }
    }

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show a transcript.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The transcript, as “transcript list” and “log show” name it.") var transcript: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("transcripts", transcript))
            try session.show(bytes, TranscriptDocument.self) { TranscriptCommand.lines($0.text) }
        }
    }

    struct Message: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the transcripts of a message: how it came, and each attempt to deliver it.",
            discussion: "With --json one document a line. What is not there (any more), or still goes on, is named.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The message, as “log list” shows it.") var message: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let document = try await session.get(APIPath("messages", message), MessageDocument.self)
            var shown: Swift.Set<String> = []
            for name in [document.transcript] + (document.events ?? []).map(\.transcript) {
                guard let name, shown.insert(name).inserted else { continue }
                do throws(CommandFailure) {
                    let bytes = try await session.send(.get, APIPath("transcripts", name))
                    try session.show(bytes, TranscriptDocument.self) { TranscriptCommand.lines($0.text) + "\n" }
                } catch {
                    session.console.writeError("\(error)\n")
                }
            }
            if shown.isEmpty { session.tell("No transcript of it was kept.", "このメッセージの通信記録は保存されていません。") }
        }
    }

    /// Made safe for a terminal, line by line.
    private static func lines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map { PlainText.line(String($0)) + "\n" }.joined()
    }
}

/// The ways of a dialogue as a command takes them.
enum TranscriptWayArgument: String, ExpressibleByArgument, CaseIterable {
    case inbound, outbound
}
