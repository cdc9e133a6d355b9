import AdministrationAPI
import ArgumentParser
import Settings
import Terminal

extension ClusterCommand {
    struct Events: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List what happened in the cluster, newest first.")

        @OptionGroup var node: HomeOptions
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await paging.show(APIPath("cluster", "events"), ClusterDocument.Event.self, session) { page, _ in
                Status.events(page, session)
            }
        }
    }

    struct Drain: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a node out of service without losing anything.",
            discussion: """
                Its health page says no, so that a load balancer sends nothing more; after the setting cluster.drain-grace new SMTP sessions \
                are answered 421. What runs is let finish, what is in its hand is given to the other nodes, and it gives the primary role \
                back. It stays drained over restarts, until “cluster undrain”.
                """)

        @OptionGroup var node: HomeOptions
        @Argument(help: "The node's name or identifier.") var name: String
        @OptionGroup var waiting: DrainWaiting

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.put, APIPath("cluster", "nodes", name, "drain"), body: EmptyDocument())
            guard waiting.wait else {
                return session.tell(
                    "\(PlainText.line(name)) is being drained; “cluster status” shows what still runs.",
                    "\(PlainText.line(name)) の切り離しを開始しました。残っている処理は cluster status で確認できます。")
            }
            try await DrainWaiting.wait(for: name, seconds: waiting.timeout, session)
        }
    }

    struct Undrain: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Bring a node back that was or is being drained.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "The node's name or identifier.") var name: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.delete, APIPath("cluster", "nodes", name, "drain"))
            session.tell(
                "\(PlainText.line(name)) comes back into service within seconds.", "\(PlainText.line(name)) は数秒で復帰します。")
        }
    }

    struct Remove: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a node out of the cluster for good.",
            discussion: """
                Only one that is gone (stopped or declared dead) or drained. Mail in its hand goes to the other nodes, its registration key \
                is revoked, and its own settings are removed. To join again it needs a new key.
                """)

        @OptionGroup var node: HomeOptions
        @Argument(help: "The node's name or identifier.") var name: String
        @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            try await Self.remove(name, isConfirmed: yes, session)
        }

        static func remove(_ name: String, isConfirmed: Bool, _ session: CommandSession) async throws(CommandFailure) {
            guard try Self.isMeant(name, isConfirmed, session) else {
                throw CommandFailure(description: session.text("nothing was done", "何も行いませんでした"))
            }
            let bytes = try await session.send(.delete, APIPath("cluster", "nodes", name))
            let line = PlainText.line(name)
            try session.show(bytes, NodeRemovalDocument.self) { removal in
                session.text(
                    "\(line) was removed; recipients given to the other nodes: \(removal.freedRecipients).\n",
                    "\(line) を削除しました。ほかのノードに渡した宛先は \(removal.freedRecipients) 件です。\n")
            }
        }

        private static func isMeant(_ name: String, _ isConfirmed: Bool, _ session: CommandSession) throws(CommandFailure) -> Bool {
            if isConfirmed { return true }
            return try ask(name, session)
        }

        private static func ask(_ name: String, _ session: CommandSession) throws(CommandFailure) -> Bool {
            guard session.console.isInteractive else {
                throw .usage("without a terminal this needs --yes", ja: "端末がない場合は --yes が必要です", session.language)
            }
            let line = PlainText.line(name)
            let question = session.text(
                "Remove \(line) from the cluster? Its key is revoked. [y/N] ", "\(line) をクラスターから削除しますか？ 登録キーは失効します。 [y/N] ")
            return ["y", "yes", "はい"].contains(session.console.ask(question, isSecret: false)?.lowercased() ?? "")
        }
    }
}

/// Whether and how long a command waits until a node is drained.
struct DrainWaiting: ParsableArguments {
    @Flag(help: "Wait until it is drained.") var wait = false
    @Option(help: "With --wait: seconds after which to give up waiting; the drain goes on.") var timeout = 3600

    private static let interval = Duration.seconds(1)

    func validate() throws {
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout is 1 to 86400") }
    }

    static func wait(for name: String, seconds: Int, _ session: CommandSession) async throws(CommandFailure) {
        let end = ContinuousClock.now.advanced(by: .seconds(seconds))
        let line = PlainText.line(name)
        while ContinuousClock.now < end {
            let nodes = try await session.get(APIPath("cluster"), ClusterDocument.self).nodes
            guard let node = nodes.first(where: { $0.node == name || $0.name.lowercased() == name.lowercased() }) else {
                throw CommandFailure(description: session.text("there is no node “\(line)”", "ノード「\(line)」はありません"))
            }
            if node.drain == "drained" { return session.tell("\(line) is drained.", "\(line) の切り離しが完了しました。") }
            if node.drain == "in-service", node.drainAskedAt == nil {
                throw CommandFailure(
                    description: session.text("somebody brought \(line) back into service", "\(line) は復帰操作により稼働に戻りました"))
            }
            try? await Task.sleep(for: interval)  // a cancelled command ends with its process
        }
        throw CommandFailure(
            description: session.text("\(line) still finishes what runs; the drain goes on", "\(line) の切り離しは続いていますが、まだ完了していません"))
    }
}

/// `leave`: this node out of the cluster.
struct LeaveCommand: NodeCommand {
    static let configuration = CommandConfiguration(
        commandName: "leave", abstract: "Drain this node, wait until it is drained, and remove it from the cluster.",
        discussion: "Asked on the node itself; “cluster drain” and “cluster remove” do the same from any node. The process ends by itself.")

    @OptionGroup var node: HomeOptions
    @Flag(name: .shortAndLong, help: "Do not ask.") var yes = false
    @Option(help: "Seconds to wait until it is drained.") var timeout = 3600

    func validate() throws {
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout is 1 to 86400") }
    }

    func perform(_ session: CommandSession) async throws(CommandFailure) {
        let status = try await session.get(APIPath("status"), StatusDocument.self)
        guard yes || session.console.isInteractive else {
            throw .usage("without a terminal this needs --yes", ja: "端末がない場合は --yes が必要です", session.language)
        }
        _ = try await session.send(.put, APIPath("cluster", "nodes", status.node, "drain"), body: EmptyDocument())
        try await DrainWaiting.wait(for: status.node, seconds: timeout, session)
        try await ClusterCommand.Remove.remove(status.node, isConfirmed: yes, session)
    }
}
