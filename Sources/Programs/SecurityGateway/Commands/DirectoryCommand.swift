import AdministrationAPI
import ArgumentParser

/// `directory`: the folders the node works with.
struct DirectoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "directory", abstract: "The folders the nodes work with.",
        subcommands: [List.self, Probe.self, Move.self, Moves.self, CancelMove.self, ForgetOld.self, Change.self])

    struct List: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show each folder, its free space, and whether it can be used.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("directories"))
            try session.show(bytes, PageDocument<DirectoryDocument>.self) { page in
                var table = TextTable(
                    session.text("FOLDER", "フォルダー"), session.text("STATE", "状態"), session.text("MARKER", "識別ファイル"),
                    session.text("FREE", "空き"), session.text("FILE SYSTEM", "ファイルシステム"), session.text("FROM", "指定元"),
                    session.text("PATH", "パス"))
                for directory in page.items {
                    table.add(
                        directory.name, DirectoryCommand.state(directory, session), directory.marker ?? "",
                        DirectoryCommand.free(directory), directory.fileSystem, directory.origin, DirectoryCommand.path(directory, session))
                }
                return table.text
            }
        }
    }

    struct Change: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a shared folder elsewhere, from the next start of the nodes on.",
            discussion: "Files are not moved: stop the nodes and copy them. “directory move” does it on the running cluster.")

        @OptionGroup var node: HomeOptions
        @Argument(help: folderHelp) var folder: String
        @Argument(help: "An absolute path; “default”: in the node's home.") var path: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let body = DirectoryChangeDocument(path: path == "default" ? "" : path)
            _ = try await session.send(.put, APIPath("directories", folder), body: body)
            session.tell(
                "Saved. Stop the nodes, copy the folder's files if they are still needed, and start them again: until then the old path is in use.",
                "保存しました。ノードを停止し、必要なファイルをコピーしてから起動してください。それまでは以前のパスを使用します。")
        }
    }

    static let folderHelp: ArgumentHelp = "message-data, transcripts, attachments, bayes-ham, bayes-spam or bayes-replication."

    private static func state(_ directory: DirectoryDocument, _ session: CommandSession) -> String {
        directory.isWorking ? session.text("good", "正常") : directory.problem
    }

    /// In whole percent, as a person wants to know it.
    private static func free(_ directory: DirectoryDocument) -> String {
        guard let free = directory.freeBytes, let total = directory.totalBytes, total > 0 else { return "" }
        return "\(free >> 20) MiB (\(Int(Double(free) / Double(total) * 100)) %)"
    }

    private static func path(_ directory: DirectoryDocument, _ session: CommandSession) -> String {
        guard let next = directory.nextPath else { return directory.path }
        return directory.path + session.text(" (after a restart: \(next))", "（再起動後: \(next)）")
    }
}
