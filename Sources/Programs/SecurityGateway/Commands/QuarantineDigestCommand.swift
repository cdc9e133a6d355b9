import AdministrationAPI
import ArgumentParser
import Foundation
import Terminal

/// `quarantine digest`: mail that tells users what was kept back for them.
struct QuarantineDigestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest", abstract: "Mail that tells users what was kept back for them.",
        subcommands: [Run.self, Runs.self, Preview.self])

    struct Run: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask the primary to send digests now. Who gets none by the settings gets none.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.post, APIPath("digests", "run"), body: EmptyDocument())
            session.tell(
                "Digests are sent within seconds; “quarantine digest runs” shows how many.",
                "まもなく通知メールを送信します。件数は quarantine digest runs で確認できます。")
        }
    }

    struct Runs: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show the last runs, newest first.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("digests"))
            try session.show(bytes, PageDocument<DigestRunDocument>.self) { page in
                var table = TextTable(
                    session.text("RUN", "実行"), session.text("STATE", "状態"), session.text("CHANGED", "更新"), session.text("SENT", "送信"),
                    session.text("NOTE", "備考"))
                for run in page.items { table.add(run.run, run.state, Shown.time(run.changedAt), String(run.sent), run.cause) }
                return table.text
            }
        }
    }

    struct Preview: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the digest a recipient would get now, as a message. Its links do not work.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The recipient's address.") var recipient: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("digests", "preview").with("recipient", recipient))
            try session.show(bytes, DigestPreviewDocument.self) { preview in
                let content = Data(base64Encoded: preview.content).map { String(decoding: $0, as: UTF8.self) } ?? ""
                return content.replacing("\r\n", with: "\n")
            }
        }
    }
}
