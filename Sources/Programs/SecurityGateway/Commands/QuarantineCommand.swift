import AdministrationAPI
import ArgumentParser
import Terminal

/// `quarantine`: mail that was kept back.
struct QuarantineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine", abstract: "Mail that was kept back.",
        subcommands: [List.self, Show.self, Release.self, Delete.self, QuarantineDigestCommand.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List messages, newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "Part of the sender's or a recipient's address or of the subject.") var text: String?
        @Option(help: "user or administrator.") var kind: QuarantineKindArgument?
        @Option(help: "Address of a user: only what is kept back for him.") var user: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("quarantine").with("text", text).with("kind", kind?.rawValue).with("user", user)
            try await paging.show(path, QuarantineDocument.self, session) { page, _ in QuarantineCommand.table(page, session) }
        }
    }

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show a message: header, texts as plain text, names of attachments.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The message, as “quarantine list” shows it.") var message: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("quarantine", message))
            try session.show(bytes, QuarantineDocument.self) { QuarantineCommand.text($0, session) }
        }
    }

    struct Release: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Let messages go on to their recipients.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Messages, as “quarantine list” shows them.") var messages: [String]
        @Option(help: "Address of a user: only his copies; those of other recipients stay.") var user: String?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await QuarantineCommand.perform("release", messages, user, session) { count in
                session.text("\(EnglishCount.text(count, "message was", "messages were")) released.\n", "\(count) 件を解放しました。\n")
            }
        }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Delete messages for ever.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Messages, as “quarantine list” shows them.") var messages: [String]
        @Option(help: "Address of a user: only his copies; those of other recipients stay.") var user: String?
        @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            guard try isConfirmed(session) else {
                throw CommandFailure(description: session.text("nothing was done", "何も行いませんでした"))
            }
            try await QuarantineCommand.perform("delete", messages, user, session) { count in
                session.text("\(EnglishCount.text(count, "message was", "messages were")) deleted.\n", "\(count) 件を削除しました。\n")
            }
        }

        private func isConfirmed(_ session: CommandSession) throws(CommandFailure) -> Bool {
            if yes { return true }
            guard session.console.isInteractive else {
                throw .usage("without a terminal --yes is needed", ja: "端末がない場合は --yes が必要です", session.language)
            }
            let question = session.text(
                "Delete \(EnglishCount.text(messages.count, "message", "messages")) for ever? [y/N] ",
                "\(messages.count) 件を完全に削除しますか？ [y/N] ")
            return ["y", "yes", "はい"].contains(session.console.ask(question, isSecret: false)?.lowercased() ?? "")
        }
    }

    private static func perform(
        _ action: String, _ messages: [String], _ user: String?, _ session: CommandSession, said: (Int) -> String
    ) async throws(CommandFailure) {
        let selection = QuarantineSelectionDocument(entries: messages, user: user)
        let bytes = try await session.send(.post, APIPath("quarantine", action), body: selection)
        try session.show(bytes, QuarantineResultDocument.self) { said($0.done.count) }
    }

    private static func table(_ page: [QuarantineDocument], _ session: CommandSession) -> String {
        var table = TextTable(
            session.text("MESSAGE", "メッセージ"), session.text("SINCE", "隔離日時"), session.text("KIND", "種類"), session.text("SCORE", "スコア"),
            session.text("SENDER", "送信者"), session.text("RECIPIENTS", "宛先"), session.text("SUBJECT", "件名"), session.text("REASON", "理由"))
        for message in page {
            let more = message.recipientCount > 1 ? " +\(message.recipientCount - 1)" : ""
            table.add(
                message.message, Shown.time(message.quarantinedAt), message.kind, message.score, Shown.sender(message.reversePath),
                (message.recipients.first ?? "") + more, message.subject, session.text(message.reason.en, message.reason.ja))
        }
        return table.text
    }

    private static func text(_ message: QuarantineDocument, _ session: CommandSession) -> String {
        var list = TextList()
        list.add(session.text("message", "メッセージ"), message.message)
        list.add(session.text("since", "隔離日時"), Shown.time(message.quarantinedAt))
        list.add(session.text("kind", "種類"), message.kind)
        list.add(session.text("reason", "理由"), session.text(message.reason.en, message.reason.ja))
        list.add(session.text("score", "スコア"), message.score)
        list.add(session.text("sender", "送信者"), Shown.sender(message.reversePath))
        for recipient in message.recipients { list.add(session.text("recipient", "宛先"), recipient) }
        guard let content = message.content else {
            return list.text + "\n" + session.text("The content cannot be read at the moment.\n", "本文を読み取れません。\n")
        }
        var parts = [list.text, content.headerFields.map { PlainText.line("\($0.name): \($0.text)") + "\n" }.joined()]
        for text in content.texts {
            let lines = text.text.split(separator: "\n", omittingEmptySubsequences: false).map { PlainText.line(String($0)) + "\n" }
            parts.append("[\(PlainText.line(text.mediaType))]\n" + lines.joined())
        }
        var attachments = TextTable(session.text("ATTACHMENT", "添付ファイル"), session.text("TYPE", "種類"), session.text("BYTES", "バイト"))
        for attachment in content.attachments { attachments.add(attachment.name, attachment.mediaType, String(attachment.sizeBytes)) }
        if !content.attachments.isEmpty { parts.append(attachments.text) }
        return parts.joined(separator: "\n")
    }
}

/// The kinds of quarantine as a command takes them.
enum QuarantineKindArgument: String, ExpressibleByArgument, CaseIterable {
    case user, administrator
}
