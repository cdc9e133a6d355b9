import AdministrationAPI
import ArgumentParser
import Settings

/// `report`: rolled-up figures.
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Figures of mail by time, and who sends and gets the most.",
        subcommands: [Mail.self, Senders.self, Recipients.self])

    struct Mail: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Messages and bytes by hour, day or month, direction and result.")

        @OptionGroup var node: HomeOptions
        @Option(help: "hour, day or month.") var by: PeriodArgument = .hour
        @OptionGroup var range: ReportRange

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, range.added(to: APIPath("statistics", "mail").with("period", by.rawValue)))
            try session.show(bytes, PageDocument<MailFigureDocument>.self) { page in
                var table = TextTable(
                    session.text("FROM", "開始"), session.text("WAY", "方向"), session.text("RESULT", "結果"),
                    session.text("MESSAGES", "メッセージ"), session.text("BYTES", "バイト"))
                for figure in page.items {
                    table.add(
                        Shown.time(figure.start), figure.direction, figure.result, String(figure.messages), String(figure.sizeBytes))
                }
                return table.text
            }
        }
    }

    struct Senders: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Senders of the most accepted messages; without a range since yesterday.")

        @OptionGroup var node: HomeOptions
        @OptionGroup var range: ReportRange
        @OptionGroup var length: ReportLength

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await ReportCommand.showCorrespondents(range.added(to: APIPath("statistics", "senders")), length, session)
        }
    }

    struct Recipients: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Recipients of the most accepted messages; without a range since yesterday.")

        @OptionGroup var node: HomeOptions
        @OptionGroup var range: ReportRange
        @OptionGroup var length: ReportLength

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await ReportCommand.showCorrespondents(range.added(to: APIPath("statistics", "recipients")), length, session)
        }
    }

    private static func showCorrespondents(
        _ path: APIPath, _ length: ReportLength, _ session: CommandSession
    ) async throws(CommandFailure) {
        let bytes = try await session.send(.get, path.with("limit", String(length.limit)))
        try session.show(bytes, PageDocument<CorrespondentDocument>.self) { page in
            var table = TextTable(
                session.text("MESSAGES", "メッセージ"), session.text("BYTES", "バイト"), session.text("ADDRESS", "アドレス"))
            for item in page.items { table.add(String(item.messages), String(item.sizeBytes), Shown.sender(item.address)) }
            return table.text
        }
    }
}

/// Which mail a report is of.
struct ReportRange: ParsableArguments {
    @Option(help: "inbound, outbound or internal.") var direction: DirectionArgument?
    @Option(help: TimeArgument.help("From the period of this time on")) var from: TimeArgument?
    @Option(help: TimeArgument.help("Before this time")) var until: TimeArgument?

    func added(to path: APIPath) -> APIPath {
        let now = UTCTime.now()
        return path.with("direction", direction?.rawValue).with("from", from?.text(now)).with("until", until?.text(now))
    }
}

/// How many addresses are shown.
struct ReportLength: ParsableArguments {
    @Option(help: "Addresses shown, 1 to 100.") var limit = 20

    func validate() throws {
        guard (1...100).contains(limit) else { throw ValidationError("--limit is 1 to 100") }
    }
}

/// The periods as a command takes them.
enum PeriodArgument: String, ExpressibleByArgument, CaseIterable {
    case hour, day, month
}
