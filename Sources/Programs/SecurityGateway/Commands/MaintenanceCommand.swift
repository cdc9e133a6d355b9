import AdministrationAPI
import ArgumentParser
import Settings

/// `maintenance`: removing what is old.
struct MaintenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance", abstract: "Removing records that are older than the retention settings keep them.",
        subcommands: [Run.self, List.self, TextIndex.self])

    struct Run: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Ask the node for maintenance now.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.post, APIPath("maintenance", "run"), body: EmptyDocument())
            session.tell(
                "Maintenance begins; “maintenance list” shows how far it is.", "メンテナンスを開始します。進み具合は maintenance list で確認できます。")
        }
    }

    struct TextIndex: NodeCommand {
        static let configuration = CommandConfiguration(
            commandName: "text-index", abstract: "Show how far parts of subjects and addresses are searched by an index.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("maintenance", "text-index"))
            try session.show(bytes, TextIndexDocument.self) { index in
                guard let until = index.until else {
                    return session.text(
                        "No message is indexed yet: it begins with the first thousand.", "まだ索引はありません。メッセージが約 1,000 通になると作成を始めます。")
                }
                return session.text(
                    "Indexed up to \(Shown.time(until)); \(index.lateMessages) late messages to be added.",
                    "索引は \(Shown.time(until)) まで作成済みです。遅れて届いた未登録のメッセージ: \(index.lateMessages) 通")
            }
        }
    }

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show the last runs and what they removed.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("maintenance"))
            try session.show(bytes, PageDocument<MaintenanceDocument>.self) { page in
                var table = TextTable(
                    session.text("RUN", "実行"), session.text("STATE", "状態"), session.text("CHANGED", "更新"),
                    session.text("MESSAGES", "メッセージ"), session.text("FIGURES", "集計"), session.text("AUDIT", "監査"),
                    session.text("CAUSE", "原因"))
                for run in page.items {
                    table.add(
                        run.run, run.state, Shown.time(run.changedAt), String(run.removedMessages), String(run.removedFigures),
                        String(run.removedAuditEntries), run.cause)
                }
                return table.text
            }
        }
    }
}
