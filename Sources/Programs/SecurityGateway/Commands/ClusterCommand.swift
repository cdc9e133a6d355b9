import AdministrationAPI
import ArgumentParser
import Settings

/// `cluster`: the nodes and their primary.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "The cluster's nodes and its primary.", subcommands: [Status.self, Designate.self])

    struct Status: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show the nodes, which of them is the primary, and what happened lately.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("cluster"))
            try session.show(bytes, ClusterDocument.self) { cluster in
                [Self.summary(cluster, session), Self.nodes(cluster, session), Self.history(cluster, session)].joined(separator: "\n")
            }
        }

        private static func summary(_ cluster: ClusterDocument, _ session: CommandSession) -> String {
            var list = TextList()
            list.add(session.text("primary", "プライマリ"), cluster.primary ?? session.text("none at the moment", "現在なし"))
            list.add(session.text("designated", "指定ノード"), cluster.designated ?? session.text("any node", "指定なし"))
            list.add(
                session.text("automatic takeover", "自動引き継ぎ"),
                cluster.automaticTakeover ? session.text("on", "有効") : session.text("off", "無効"))
            return list.text
        }

        private static func nodes(_ cluster: ClusterDocument, _ session: CommandSession) -> String {
            var table = TextTable(
                session.text("NODE", "ノード"), session.text("ROLE", "役割"), session.text("STATE", "状態"), session.text("SINCE", "開始"),
                session.text("VERSION", "バージョン"), session.text("REVISION", "リビジョン"), session.text("BEHIND", "遅れ"),
                session.text("KEY", "キー"))
            for node in cluster.nodes {
                table.add(
                    node.name, node.isPrimary ? session.text("primary", "プライマリ") : session.text("secondary", "セカンダリ"),
                    node.state, Shown.time(node.since), node.version, String(node.settingsRevision), String(node.behind),
                    node.registrationKey ?? "-")
            }
            return table.text
        }

        private static func history(_ cluster: ClusterDocument, _ session: CommandSession) -> String {
            guard !cluster.history.isEmpty else { return "" }
            var table = TextTable(
                session.text("TIME", "日時"), session.text("WHO", "操作者"), session.text("EVENT", "出来事"), session.text("NODE OR KEY", "対象"),
                session.text("DETAIL", "詳細"))
            for event in cluster.history { table.add(Shown.time(event.time), event.actor, event.action, event.target, event.detail) }
            return table.text
        }
    }

    struct Designate: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say which node shall be the primary whenever it is in service.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The node's name or identifier.") var name: String?
        @Flag(help: "Any node may be the primary.") var any = false

        func validate() throws {
            guard any != (name != nil) else { throw ValidationError("name a node, or say --any") }
        }

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.put, APIPath("cluster", "designated"), body: DesignationDocument(node: name))
            session.tell("Saved; the role moves within seconds.", "保存しました。役割は数秒で移ります。")
        }
    }
}
