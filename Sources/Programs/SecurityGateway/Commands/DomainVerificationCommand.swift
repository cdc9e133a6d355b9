import AdministrationAPI
import ArgumentParser

/// `domain verify` and `domain forget-answers`: what a domain's mail servers say of recipients.
extension DomainCommand {
    struct Verify: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a domain's mail servers about an address now.",
            discussion: "No message is sent. The answer is remembered. Ends with 1 when a client would not be answered 250.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "An address in a protected domain.") var address: String

        func validate() throws {
            if !address.contains("@") { throw ValidationError("the address needs its domain, such as someone@example.com") }
        }

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let domain = String(address[address.index(after: address.lastIndex(of: "@") ?? address.startIndex)...])
            let bytes = try await session.send(
                .post, APIPath("domains", domain, "verification", "verify"), body: VerificationRequestDocument(address: address))
            try session.show(bytes, VerificationDocument.self) { Self.text($0, session) }
            let decision = try session.decoded(VerificationDocument.self, bytes).decision
            guard decision != "accept" else { return }
            throw CommandFailure(description: session.text("the address would not be accepted", "このアドレスは受け付けられません"))
        }

        private static func text(_ found: VerificationDocument, _ session: CommandSession) -> String {
            var list = TextList()
            list.add(session.text("address", "アドレス"), found.address)
            list.add(session.text("answer", "照会の結果"), found.answer)
            list.add(session.text("reply", "メールサーバーの回答"), found.reply)
            list.add(session.text("mail server", "メールサーバー"), found.server)
            list.add("TLS", found.tls)
            list.add(session.text("known here", "ゲートウェイへの登録"), found.aliasOf.map { "\(found.listing) (\($0))" } ?? found.listing)
            list.add(session.text("policy", "受け付ける宛先"), found.policy)
            list.add(session.text("decision", "送信元への応答"), found.decision)
            guard found.standing.acceptsEverything == true else { return list.text }
            return list.text
                + session.text(
                    "The mail server accepts every address, even one made up at random: verification has no use.\n",
                    "メールサーバーは無作為に作ったアドレスも受け付けるため、検証する意味がありません。\n")
        }
    }

    struct ForgetAnswers: NodeCommand {
        static let configuration = CommandConfiguration(
            commandName: "forget-answers", abstract: "Forget on this node what a domain's mail servers said of recipients.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The domain.") var name: String
        @Argument(help: "Only this address, in full or its local part.") var address: String?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("domains", name, "verification", "forget"), body: VerificationRequestDocument(address: address))
            try session.show(bytes, RecipientCountDocument.self) {
                session.text(
                    "\(EnglishCount.text($0.count, "answer was", "answers were")) forgotten.\n", "\($0.count) 件の回答を消去しました。\n")
            }
        }
    }
}
