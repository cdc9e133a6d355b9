import AdministrationAPI
import ArgumentParser
import Settings
import Terminal

extension DirectoryCommand {
    /// `directory move`: a shared folder put elsewhere on the running cluster.
    struct Move: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Move a shared folder with its files while the cluster works.",
            discussion:
                "Every node tries the new place first. Files are copied and verified, all nodes switch together, and what came meanwhile follows; the old files stay. No node is started again."
        )

        @OptionGroup var node: HomeOptions
        @Argument(help: folderHelp) var folder: String
        @Argument(help: "An absolute path that every node has; its last part is made if it is missing.") var path: String
        @Flag(help: "Only switch: files stay in the old place and are read there until “directory forget-old”.") var leaveFiles = false
        @Flag(help: "With --leave-files: do not read the old place after the switch. Mail whose files are there cannot be delivered.")
        var forgetOld = false
        @Flag(help: "Wait for the end and show how far it is.") var wait = false
        @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

        private static let interval = Duration.seconds(1)

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            guard try isConfirmed(session) else {
                throw CommandFailure(description: session.text("nothing was done", "何も行いませんでした"))
            }
            let body = FolderMoveRequestDocument(path: path, leavesFiles: leaveFiles, forgetsOld: forgetOld)
            _ = try await session.send(.post, APIPath("directories", folder, "move"), body: body)
            let move = try await follow(session)
            if let cause = move.cause, move.state == "failed" { throw CommandFailure(description: cause.text[session.language]) }
            if move.state == "cancelled" {
                throw CommandFailure(description: session.text("the move was cancelled", "移動は取り消されました"))
            }
            session.tell(
                move.isOver
                    ? "Moved. The old files are still in the old place."
                    : "Every node can use the new place; “directory moves” shows how far it is.",
                move.isOver ? "移動しました。以前の場所のファイルは残っています。" : "すべてのノードで使用できます。進み具合は directory moves で確認できます。")
        }

        /// To the end of the probes, or with `--wait` to the end.
        private func follow(_ session: CommandSession) async throws(CommandFailure) -> FolderMoveDocument {
            var shown = ""
            while true {
                let page = try await session.get(APIPath("directories", "moves"), PageDocument<FolderMoveDocument>.self)
                guard let move = page.items.first(where: { $0.folder == folder }) else {
                    throw CommandFailure(description: session.text("the move is gone", "移動が見つかりません"))
                }
                let isEnough = wait ? move.isOver || move.state == "reading" : move.state != "probing"
                if isEnough { return move }
                let line = Moves.progress(move, session)
                if wait, line != shown { session.tell(line, line) }
                shown = line
                try? await Task.sleep(for: Self.interval)  // cancellation shortens the wait
            }
        }

        private func isConfirmed(_ session: CommandSession) throws(CommandFailure) -> Bool {
            if yes { return true }
            guard session.console.isInteractive else {
                throw .usage("without a terminal a move needs --yes", ja: "端末がない場合は --yes が必要です", session.language)
            }
            let question = session.text("Move \(folder) of all nodes to \(path)? [y/N] ", "全ノードの \(folder) を \(path) に移動しますか？ [y/N] ")
            return ["y", "yes", "はい"].contains(session.console.ask(question, isSecret: false)?.lowercased() ?? "")
        }
    }

    /// `directory moves`.
    struct Moves: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show the moves of shared folders and how far they are, newest first.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("directories", "moves"))
            try session.show(bytes, PageDocument<FolderMoveDocument>.self) { page in
                var table = TextTable(
                    session.text("FOLDER", "フォルダー"), session.text("SINCE", "開始日時"), session.text("PROGRESS", "進み具合"),
                    session.text("FROM", "移動元"), session.text("TO", "移動先"))
                for move in page.items {
                    table.add(
                        move.folder, Shown.time(move.startedAt), Self.progress(move, session),
                        move.oldPath.isEmpty ? session.text("(default)", "（既定）") : move.oldPath, move.newPath)
                }
                return table.text + page.items.flatMap { Self.remarks($0, session) }.joined()
            }
        }

        /// State, files, bytes, per cent and rate.
        static func progress(_ move: FolderMoveDocument, _ session: CommandSession) -> String {
            guard move.totalFiles > 0 || move.files > 0 else { return state(move, session) }
            let percent = move.percent.map { ", \($0) %" } ?? ""
            let rate = move.bytesPerSecond.map { ", \($0 >> 10) KiB/s" } ?? ""
            let files = session.text("\(move.files) of \(move.totalFiles) files", "\(move.files) / \(move.totalFiles) 件")
            return "\(state(move, session)): \(files), \(move.bytes >> 20) MiB\(percent)\(rate)"
        }

        private static func state(_ move: FolderMoveDocument, _ session: CommandSession) -> String {
            switch move.state {
            case "probing": session.text("probing", "確認中")
            case "announcing": session.text("announcing", "準備中")
            case "copying": session.text("copying", "コピー中")
            case "switching": session.text("switching", "切り替え中")
            case "finishing": session.text("finishing", "仕上げ中")
            case "reading": session.text("done, old place still read", "完了（以前の場所も参照）")
            case "done": session.text("done", "完了")
            case "cancelled": session.text("cancelled", "取り消し")
            default: session.text("failed", "失敗")
            }
        }

        private static func remarks(_ move: FolderMoveDocument, _ session: CommandSession) -> [String] {
            let waiting = move.waitingFor.filter { $0.reason != "copying" }.map { waiting in
                let reason = waiting.text?.text[session.language] ?? session.text("has not followed yet", "まだ反映していません")
                return "\(move.folder): \(waiting.nodeName): \(PlainText.line(reason))\n"
            }
            let cause = move.cause.map { "\(move.folder): \(PlainText.line($0.text[session.language]))\n" }
            return waiting + [cause].compactMap { $0 }
        }
    }

    /// `directory cancel-move`.
    struct CancelMove: NodeCommand {
        static let configuration = CommandConfiguration(
            commandName: "cancel-move", abstract: "Call a move off, as long as no node writes to the new place.")

        @OptionGroup var node: HomeOptions
        @Argument(help: folderHelp) var folder: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("directories", folder, "move"))
            session.tell("Cancelled. What was copied stays in the new place.", "取り消しました。コピー済みのファイルは移動先に残ります。")
        }
    }

    /// `directory forget-old`.
    struct ForgetOld: NodeCommand {
        static let configuration = CommandConfiguration(
            commandName: "forget-old", abstract: "End the reading of the old place after a move that left the files.")

        @OptionGroup var node: HomeOptions
        @Argument(help: folderHelp) var folder: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("directories", folder, "old-place"))
            session.tell("The old place is not read any more.", "以前の場所の参照を終了しました。")
        }
    }
}
