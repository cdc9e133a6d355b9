import AdministrationAPI
import ArgumentParser
import Settings

/// `engines`: outside engines as the node sees them.
struct EngineCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "engines", abstract: "Outside engines that look at messages: ClamAV, SpamAssassin, Rspamd.",
        subcommands: [Status.self, Try.self])

    struct Status: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show each engine's health on this node.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("engines"))
            try session.show(bytes, PageDocument<EngineDocument>.self) { page in
                var table = TextTable(
                    session.text("ENGINE", "エンジン"), session.text("HEALTH", "状態"), session.text("SINCE", "開始"),
                    session.text("ANSWERED", "応答"), session.text("FAILED", "失敗"), session.text("SERVER", "サーバー"),
                    session.text("DETAIL", "詳細"))
                for engine in page.items {
                    table.add(
                        engine.engine, engine.isEnabled ? engine.health : session.text("off", "無効"),
                        engine.since.map(Shown.time) ?? "", String(engine.answered), String(engine.failed), engine.server,
                        engine.cause.map { session.text($0.en, $0.ja) } ?? engine.version)
                }
                return table.text
            }
        }
    }

    struct Try: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask an engine for a sign of life now.", discussion: "Ends with 1 when it does not answer.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "clamav, spamassassin or rspamd.") var engine: String

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.post, APIPath("engines", engine, "try"), body: EmptyDocument())
            let trial = try session.decoded(EngineTrialDocument.self, bytes)
            try session.show(bytes, EngineTrialDocument.self) { trial in
                trial.isAnswering
                    ? session.text(
                        "\(trial.server) answers after \(trial.milliseconds) ms: \(trial.version)\n",
                        "\(trial.server) は \(trial.milliseconds) ms で応答しました: \(trial.version)\n") : ""
            }
            guard !trial.isAnswering else { return }
            let cause = trial.cause.map { session.text($0.en, $0.ja) } ?? ""
            throw CommandFailure(
                description: session.text("\(trial.server) does not answer: \(cause)", "\(trial.server) が応答しません: \(cause)"))
        }
    }
}
