import AdministrationAPI
import ArgumentParser
import Settings

/// `cluster`: the nodes and their primary.
struct ClusterCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cluster", abstract: "The cluster's nodes and its primary.",
        subcommands: [Status.self, Events.self, Designate.self, Drain.self, Undrain.self, Remove.self])

    struct Status: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show the nodes, which of them is the primary, and what happened lately.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("cluster"))
            try session.show(bytes, ClusterDocument.self) { cluster in
                [
                    Self.summary(cluster, session), Self.nodes(cluster, session), Self.work(cluster, session),
                    Self.events(cluster.history, session),
                ].joined(separator: "\n")
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

        /// How the nodes do.
        private static func work(_ cluster: ClusterDocument, _ session: CommandSession) -> String {
            var table = TextTable(
                session.text("NODE", "ノード"), session.text("DRAIN", "切り離し"), session.text("SESSIONS", "セッション"),
                session.text("DELIVERIES", "配送接続"), session.text("HELD", "処理中の宛先"), session.text("MAIL/MIN", "通/分"),
                session.text("LOAD", "負荷"), session.text("CLOCK", "時計の差"), session.text("DATABASE", "DB 応答"),
                session.text("MESSAGE DATA", "メッセージデータ応答"))
            for node in cluster.nodes {
                let held = node.leftRecipients > 0 ? "\(node.heldRecipients)+\(node.leftRecipients)" : String(node.heldRecipients)
                guard let figures = node.figures else {
                    table.add(node.name, node.drain, "-", "-", held, "-", "-", "-", "-", "-")
                    continue
                }
                let verdict = figures.clock.flatMap { $0 == "right" ? nil : " (\($0))" } ?? ""
                table.add(
                    node.name, node.drain, String(figures.smtpSessions), String(figures.deliveryConnections), held,
                    String(figures.messagesPerMinute), Shown.hundredths(figures.loadAverage),
                    figures.clockDifferenceMilliseconds.map { "\($0) ms\(verdict)" } ?? "-", milliseconds(figures.databaseMicroseconds),
                    figures.messageDataMicroseconds.map { milliseconds($0) } ?? session.text("no answer", "応答なし"))
            }
            return table.text
        }

        private static func milliseconds(_ microseconds: Int64?) -> String {
            microseconds.map { Shown.hundredths(Double($0) / 1000) + " ms" } ?? "-"
        }

        static func events(_ events: [ClusterDocument.Event], _ session: CommandSession) -> String {
            guard !events.isEmpty else { return "" }
            var table = TextTable(
                session.text("TIME", "日時"), session.text("WHO", "操作者"), session.text("EVENT", "出来事"), session.text("NODE OR KEY", "対象"),
                session.text("DETAIL", "詳細"))
            for event in events { table.add(Shown.time(event.time), event.actor, event.action, event.target, event.detail) }
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
