import AdministrationAPI
import ArgumentParser

/// `attachment`: what was taken out of messages.
struct AttachmentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attachment", abstract: "Attachments that were taken out of messages.",
        subcommands: [List.self, Delete.self, Extend.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List attachments, the newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "Part of the name, the sender, a recipient or the subject.") var text: String?
        @Option(help: "Of this message.") var message: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await paging.show(APIPath("attachments").with("text", text).with("message", message), AttachmentDocument.self, session) {
                page, _ in
                var table = TextTable(
                    session.text("ATTACHMENT", "添付ファイル"), session.text("NAME", "ファイル名"), session.text("BYTES", "バイト"),
                    session.text("SENDER", "差出人"), session.text("RECIPIENTS", "宛先"), session.text("UNTIL", "期限"),
                    session.text("DOWNLOADS", "ダウンロード数"))
                for found in page {
                    let until = found.isExpired ? session.text("expired", "期限切れ") : Shown.time(found.expiresAt)
                    table.add(
                        found.attachment, found.name, String(found.sizeBytes), Shown.sender(found.sender), found.recipients, until,
                        String(found.downloads))
                }
                return table.text
            }
        }
    }

    struct Delete: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Delete attachments: nobody can download them any more.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Attachments, as “attachment list” shows them.") var attachments: [String]

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("attachments", "delete"), body: AccessListSelectionDocument(entries: attachments))
            try session.show(bytes, AccessListCountDocument.self) { document in
                session.text(
                    "\(EnglishCount.text(document.count, "attachment was", "attachments were")) deleted.\n",
                    "\(document.count) 件を削除しました。\n")
            }
        }
    }

    struct Extend: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Keep attachments longer.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Attachments, as “attachment list” shows them.") var attachments: [String]
        @Option(help: "Days from now; those that are kept longer stay as they are.") var days: Int

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("attachments", "extend"), body: AttachmentExtensionDocument(entries: attachments, days: days))
            try session.show(bytes, AccessListCountDocument.self) { document in
                session.text(
                    "\(EnglishCount.text(document.count, "attachment is", "attachments are")) kept longer.\n",
                    "\(document.count) 件の期限を延長しました。\n")
            }
        }
    }
}
