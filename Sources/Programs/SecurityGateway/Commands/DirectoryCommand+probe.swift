import AdministrationAPI
import ArgumentParser
import Settings

extension DirectoryCommand {
    /// `directory probe`: every folder tried by every node.
    struct Probe: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let every node try every shared folder: create, sync, rename, read back what another node wrote, delete.",
            discussion: "Ends with status 1 when a folder cannot be used somewhere; each failing line is followed by what to do.")

        @OptionGroup var node: HomeOptions
        @Flag(help: "Show what the nodes found last, without asking them.") var last = false

        /// A node looks for requests each second, and a folder that hangs takes its time.
        private static let patience = Duration.seconds(40)
        private static let interval = Duration.milliseconds(500)

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            var request: Int64 = 0
            if !last {
                let answer = try await session.send(.post, APIPath("directories", "probes"), body: EmptyDocument())
                request = try session.decoded(FolderProbeRequestDocument.self, answer).request
            }
            let bytes = try await answers(to: request, session)
            try session.show(bytes, FolderProbesDocument.self) { Self.text($0, session) }
            let document = try session.decoded(FolderProbesDocument.self, bytes)
            guard document.isGood, document.items.allSatisfy({ $0.request >= request }) else {
                throw CommandFailure(
                    description: session.text("not every node can use every folder", "一部のノードで使用できないフォルダーがあります"))
            }
        }

        private func answers(to request: Int64, _ session: CommandSession) async throws(CommandFailure) -> [UInt8] {
            let end = ContinuousClock.now + Self.patience
            while true {
                let bytes = try await session.send(.get, APIPath("directories", "probes"))
                let document = try session.decoded(FolderProbesDocument.self, bytes)
                if document.items.allSatisfy({ $0.request >= request }) || ContinuousClock.now >= end { return bytes }
                try? await Task.sleep(for: Self.interval)  // cancellation shortens the wait
            }
        }

        private static func text(_ document: FolderProbesDocument, _ session: CommandSession) -> String {
            var table = TextTable(
                session.text("FOLDER", "フォルダー"), session.text("NODE", "ノード"), session.text("STATE", "状態"),
                session.text("MISSING", "不足"), session.text("READ FROM", "読み取り元"), session.text("TIME", "所要時間"),
                session.text("ACCOUNT", "アカウント"), session.text("TRIED", "確認日時"), session.text("PATH", "パス"))
            for item in document.items {
                table.add(
                    item.folder, item.nodeName, state(item, session), item.missing ?? "", item.readFrom ?? "",
                    "\(item.milliseconds) ms", item.account, item.probedAt.map(Shown.time) ?? "", item.path)
            }
            let remedies = document.items.compactMap { item in
                item.remedy.map { "\(item.nodeName), \(item.folder): \(PlainText.line($0.text[session.language]))\n" }
            }
            let own = Set(document.items.filter { !$0.isShared }.map(\.folder)).sorted()
            let note =
                own.isEmpty
                ? ""
                : session.text(
                    "Each node has its own folder, since no path is set: \(own.joined(separator: ", ")). Move them to a share.\n",
                    "パスが設定されていないため、ノードごとに別のフォルダーです: \(own.joined(separator: "、"))。共有へ移動してください。\n")
            return table.text + remedies.joined() + note
        }

        private static func state(_ item: FolderProbeDocument, _ session: CommandSession) -> String {
            switch item.state {
            case "good": session.text("good", "正常")
            case "failing": session.text("FAILING", "異常")
            default: session.text("not reported", "未報告")
            }
        }
    }
}
