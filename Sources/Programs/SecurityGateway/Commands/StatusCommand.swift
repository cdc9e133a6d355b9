import AdministrationAPI
import ArgumentParser
import Settings

/// `status`: health and figures of the node.
struct StatusCommand: NodeCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Show how the node is doing.")

    @OptionGroup var node: HomeOptions

    func perform(_ session: CommandSession) async throws(CommandFailure) {
        let bytes = try await session.send(.get, APIPath("status"))
        try session.show(bytes, StatusDocument.self) { Self.text($0, session) }
    }

    private static func text(_ status: StatusDocument, _ session: CommandSession) -> String {
        var list = TextList()
        list.add(session.text("node", "ノード"), "\(status.nodeName) (\(status.node))")
        list.add(session.text("version", "バージョン"), status.version)
        list.add(session.text("running since", "起動日時"), Shown.time(status.startedAt))
        list.add(session.text("listeners", "リスナー"), status.listeners.joined(separator: ", "))
        list.add(session.text("SMTP sessions", "SMTP セッション"), "\(status.smtpSessions) / \(status.maximumSessions)")
        list.add(
            session.text("in delivery", "配送中"),
            session.text(
                "\(status.activeRecipients) recipients, \(status.deliveryConnections) connections",
                "宛先 \(status.activeRecipients) 件、接続 \(status.deliveryConnections) 本"))
        if let queue = status.queue {
            list.add(
                session.text("queue", "キュー"),
                session.text(
                    "\(queue.recipients)\(queue.isMinimum ? " or more" : "") recipients, \(queue.due) due",
                    "宛先 \(queue.recipients) 件\(queue.isMinimum ? "以上" : "")（配送可能 \(queue.due) 件）"))
        }
        if let day = status.lastDay {
            list.add(
                session.text("last 24 hours", "過去 24 時間"),
                session.text(
                    "\(day.accepted) accepted, \(day.refused) refused, \(day.postponed) postponed",
                    "受信 \(day.accepted)、拒否 \(day.refused)、保留 \(day.postponed)"))
        }
        if let count = status.domainCount { list.add(session.text("domains", "ドメイン"), String(count)) }
        if let count = status.nodeCount { list.add(session.text("nodes", "ノード数"), String(count)) }
        list.add(session.text("settings revision", "設定リビジョン"), String(status.settingsRevision))
        var table = TextTable(session.text("PART", "項目"), session.text("STATE", "状態"), session.text("DETAIL", "詳細"))
        for part in status.health.parts {
            table.add(
                part.title.text[session.language], part.isWorking ? session.text("works", "正常") : session.text("FAILED", "異常"),
                part.detail.text[session.language])
        }
        return list.text + "\n" + table.text
    }
}
