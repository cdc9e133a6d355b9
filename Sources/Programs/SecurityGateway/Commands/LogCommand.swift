import AdministrationAPI
import ArgumentParser
import Settings

/// `log`: the message log.
struct LogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "The message log.", subcommands: [List.self, Show.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List messages, newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "Part of the sender's or a recipient's address or of the subject.") var text: String?
        @OptionGroup var conditions: LogConditions
        @Option(help: "inbound, outbound or internal.") var direction: DirectionArgument?
        @Option(help: "accepted, refused, postponed or quarantine.") var result: ResultArgument?
        @Option(help: TimeArgument.help("Received at or after this time")) var from: TimeArgument?
        @Option(help: TimeArgument.help("Received before this time")) var until: TimeArgument?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let now = UTCTime.now()
            let path = conditions.added(to: APIPath("messages")).with("text", text).with("direction", direction?.rawValue).with(
                "result", result?.rawValue
            )
            .with("from", from?.text(now)).with("until", until?.text(now))
            try await paging.show(path, MessageDocument.self, session) { page, _ in LogCommand.table(page, session) }
        }
    }

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show everything known of a message.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The message, as “log list” shows it.") var message: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("messages", message))
            try session.show(bytes, MessageDocument.self) { LogCommand.text($0, session) }
        }
    }

    private static func table(_ page: [MessageDocument], _ session: CommandSession) -> String {
        var table = TextTable(
            session.text("MESSAGE", "メッセージ"), session.text("RECEIVED", "受信"), session.text("WAY", "方向"), session.text("RESULT", "結果"),
            session.text("SENDER", "送信者"), session.text("RECIPIENTS", "宛先"), session.text("SUBJECT", "件名"))
        for message in page {
            let first = message.recipients.first.map { "\($0.address) (\($0.state))" } ?? ""
            let more = message.recipientCount > 1 ? " +\(message.recipientCount - 1)" : ""
            table.add(
                message.message, Shown.time(message.receivedAt), message.direction, message.result, Shown.sender(message.reversePath),
                first + more,
                message.subject)
        }
        return table.text
    }

    private static func text(_ message: MessageDocument, _ session: CommandSession) -> String {
        var list = TextList()
        list.add(session.text("message", "メッセージ"), message.message)
        list.add(session.text("received", "受信"), Shown.time(message.receivedAt))
        list.add(session.text("node", "ノード"), message.node)
        list.add(session.text("direction", "方向"), message.direction)
        list.add(session.text("result", "結果"), "\(message.result): \(message.reason)")
        list.add(
            session.text("client", "クライアント"),
            [message.clientAddress, message.heloName, message.protocolName].filter { !$0.isEmpty }.joined(separator: ", "))
        list.add("TLS", message.tls)
        list.add(session.text("signed in", "認証ユーザー"), message.user)
        list.add(session.text("sender", "送信者"), Shown.sender(message.reversePath))
        list.add(session.text("from", "差出人"), message.headerFrom)
        list.add(session.text("subject", "件名"), message.subject)
        list.add("Message-ID", message.messageID)
        list.add(session.text("transcript", "通信記録"), message.transcript ?? "")
        list.add(session.text("size", "サイズ"), session.text("\(message.sizeBytes) bytes", "\(message.sizeBytes) バイト"))
        var recipients = TextTable(
            "#", session.text("RECIPIENT", "宛先"), session.text("STATE", "状態"), session.text("CHANGED", "更新"), session.text("REASON", "理由"))
        for recipient in message.recipients {
            let address = recipient.alias.isEmpty ? recipient.address : "\(recipient.alias) → \(recipient.address)"
            recipients.add(String(recipient.ordinal), address, recipient.state, Shown.time(recipient.updatedAt), recipient.reason)
        }
        var events = TextTable(
            session.text("TIME", "日時"), "#", session.text("EVENT", "出来事"), session.text("TRY", "試行"), session.text("NEXT HOP", "配送先"), "MS",
            session.text("REPLY", "応答"))
        for event in message.events ?? [] {
            events.add(
                Shown.time(event.at), String(event.ordinal), event.kind, event.attempt == 0 ? "" : String(event.attempt), event.nextHop,
                String(event.durationMilliseconds), event.reply)
        }
        let judgement = message.judgement.map { "\n" + judgementText($0, session) } ?? ""
        return list.text + "\n" + recipients.text + (message.events?.isEmpty == false ? "\n" + events.text : "") + judgement
    }
}

/// What a message of the log is searched by.
struct LogConditions: ParsableArguments {
    @Option(help: "The sender: an address, a domain, or <> for the null reverse-path.") var sender: String?
    @Option(help: "A recipient: an address or a domain.") var recipient: String?
    @Option(help: "The client's address.") var client: String?
    @Option(help: "The Message-ID, with or without its angle brackets.") var messageID: String?
    @Option(help: "Part of the subject.") var subject: String?
    @Option(name: .customLong("on-node"), help: "Identifier of the node that received it.") var receivingNode: String?
    @Option(help: "At least this many bytes.") var minimumBytes: Int?
    @Option(help: "At most this many bytes.") var maximumBytes: Int?

    func added(to path: APIPath) -> APIPath {
        path.with("sender", sender).with("recipient", recipient).with("clientAddress", client).with("messageID", messageID)
            .with("subject", subject).with("node", receivingNode).with("minimumBytes", minimumBytes.map(String.init))
            .with("maximumBytes", maximumBytes.map(String.init))
    }
}

/// The directions as a command takes them.
enum DirectionArgument: String, ExpressibleByArgument, CaseIterable {
    case inbound, outbound, `internal`
}

/// The results as a command takes them.
enum ResultArgument: String, ExpressibleByArgument, CaseIterable {
    case accepted, refused, postponed, quarantine
}

/// A time as a person writes it: RFC 3339, a date (its beginning in UTC), UTC milliseconds, or how long ago (`90s`, `30m`, `2h`, `7d`).
struct TimeArgument: ExpressibleByArgument, Sendable, Hashable {
    private enum Form: Hashable {
        case asWritten(String)
        case secondsAgo(Int64)
    }

    private let form: Form

    static func help(_ sentence: String) -> ArgumentHelp {
        ArgumentHelp("\(sentence): 2026-11-23T10:15:00Z, 2026-11-23, or how long ago: 90s, 30m, 2h, 7d.", valueName: "time")
    }

    /// Only the form is looked at; the node reads the time.
    init?(argument: String) {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        if let last = argument.last, let unit = units[last], let number = Int64(argument.dropLast()), (0...1_000_000).contains(number) {
            form = .secondsAgo(number * unit)
        } else if argument.count == 10, argument.filter({ $0 == "-" }).count == 2 {
            form = .asWritten(argument + "T00:00:00Z")
        } else {
            guard argument.first?.isNumber == true, argument.allSatisfy({ "0123456789-+:.TtZz".contains($0) }) else { return nil }
            form = .asWritten(argument)
        }
    }

    func text(_ now: UTCTime) -> String {
        switch form {
        case .asWritten(let text): text
        case .secondsAgo(let seconds): String(now.milliseconds - seconds * 1000)
        }
    }
}
