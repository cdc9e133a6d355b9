import AdministrationAPI
import ArgumentParser

/// `dmarc-report`: reports to other domains.
struct DMARCReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dmarc-report", abstract: "DMARC reports to domains that ask for them.",
        subcommands: [List.self, Pending.self, Show.self, Send.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List what was sent or skipped, the newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "Only reports about this domain.") var domain: String?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("dmarc-reports").with("domain", domain)
            try await paging.show(path, AggregateReportDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("DAY", "日"), session.text("DOMAIN", "ドメイン"), session.text("STATE", "状態"),
                    session.text("MAILS", "通数"), session.text("ROWS", "行数"), session.text("TO", "宛先"), session.text("REASON", "理由"))
                for report in page {
                    table.add(
                        report.day, report.domain, report.state, String(report.messages), String(report.rows),
                        report.recipients.joined(separator: ", "), report.reason)
                }
                return table.text
            }
        }
    }

    struct Pending: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List what is gathered and not reported yet.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("dmarc-reports", "pending"))
            try session.show(bytes, PageDocument<PendingReportDocument>.self) { page in
                var table = TextTable(
                    session.text("DAY", "日"), session.text("DOMAIN", "ドメイン"), session.text("MAILS", "通数"),
                    session.text("ROWS", "行数"))
                for pending in page.items { table.add(pending.day, pending.domain, String(pending.messages), String(pending.rows)) }
                return table.text
            }
        }
    }

    struct Show: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Print a report as it is, was or would be sent (XML).")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The domain it is about.") var domain: String
        @Argument(help: "The day (UTC), such as 2026-11-28.") var day: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("dmarc-reports", domain, day))
            try session.show(bytes, AggregateReportPreviewDocument.self) { preview in
                preview.xml ?? session.text("What was seen on that day is removed by now.\n", "その日の記録はすでに削除されています。\n")
            }
        }
    }

    struct Send: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send the report of a day that is over now; on the primary only. What is sent already is not sent again.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The domain it is about.") var domain: String
        @Argument(help: "The day (UTC), such as 2026-11-28.") var day: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.post, APIPath("dmarc-reports", domain, day, "send"), body: EmptyDocument())
            try session.show(bytes, ReportSendingDocument.self) { sending in
                let reason = sending.reason.isEmpty ? "" : " (\(sending.reason))"
                switch sending.result {
                case "sent": return session.text("The report is in the queue\(reason).\n", "レポートを配送キューに入れました\(reason)。\n")
                case "skipped": return session.text("Nobody can be sent the report\(reason).\n", "送信できる宛先がありません\(reason)。\n")
                case "already-done": return session.text("It was sent or skipped before.\n", "すでに処理済みです。\n")
                case "nothing-seen": return session.text("Nothing was seen on that day.\n", "その日の記録はありません。\n")
                default: return session.text("It cannot be sent yet\(reason).\n", "まだ送信できません\(reason)。\n")
                }
            }
        }
    }
}
