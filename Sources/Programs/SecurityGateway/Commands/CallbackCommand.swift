import AdministrationAPI
import ArgumentParser

/// `callback`: what senders' mail servers say.
struct CallbackCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "callback", abstract: "Call-back verification of senders.", subcommands: [Test.self])

    struct Test: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the mail servers of a sender's domain now, and show the dialogue.",
            discussion: "No message is sent. The answer is remembered. Ends with 1 when the sender was refused.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The sender's address.") var address: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("callback", "verify"), body: SenderQuestionDocument(address: address))
            try session.show(bytes, SenderTrialDocument.self) { Self.text($0, session) }
            guard try session.decoded(SenderTrialDocument.self, bytes).answer == "refused" else { return }
            throw CommandFailure(description: session.text("the sender was refused", "差出人は拒否されました"))
        }

        private static func text(_ found: SenderTrialDocument, _ session: CommandSession) -> String {
            var list = TextList()
            list.add(session.text("address", "アドレス"), found.address)
            list.add(session.text("answer", "照会の結果"), found.answer)
            list.add(session.text("reply", "メールサーバーの回答"), found.reply)
            list.add(session.text("mail server", "メールサーバー"), found.server)
            list.add("TLS", found.tls)
            list.add(session.text("time", "所要時間"), "\(found.milliseconds) ms")
            let dialogue = found.dialogue.isEmpty ? "" : "\n" + found.dialogue
            guard !found.isEnabled else { return list.text + dialogue }
            return list.text + dialogue
                + session.text(
                    "\nMail is not verified so at present (callback.enabled).\n", "\n現在、受信メールの検証は無効です（callback.enabled）。\n")
        }
    }
}
