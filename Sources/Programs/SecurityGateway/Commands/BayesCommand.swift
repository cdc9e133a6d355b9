import AdministrationAPI
import ArgumentParser
import Foundation
import Terminal

/// `bayes`: what was learned of wanted and unwanted mail, and teaching it.
struct BayesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bayes", abstract: "Bayesian learning: state, learning now, teaching, and why a message gets its score.",
        subcommands: [Status.self, Learn.self, Runs.self, Explain.self, Teach.self, Ledger.self, Unlearn.self])

    struct Status: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show what is learned, what waits, and what each node uses.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("bayes"))
            try session.show(bytes, LearningDocument.self) { BayesCommand.text($0, session) }
        }
    }

    struct Learn: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Ask the primary to learn now what lies in BayesHam and BayesSpam.")

        @Flag(help: "If what was learned before cannot be read, begin with what is left; every node forgets the rest.")
        var beginAnew = false

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            _ = try await session.send(.post, APIPath("bayes", "run"), body: LearningRunRequestDocument(beginsAnew: beginAnew))
            session.tell("Learning begins within seconds; “bayes runs” shows how far it is.", "まもなく学習を開始します。進み具合は bayes runs で確認できます。")
        }
    }

    struct Runs: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show the last runs of learning.")

        @OptionGroup var node: HomeOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(.get, APIPath("bayes", "runs"))
            try session.show(bytes, PageDocument<LearningRunDocument>.self) { page in
                var table = TextTable(
                    session.text("RUN", "実行"), session.text("STATE", "状態"), session.text("CHANGED", "更新"), session.text("READ", "読み取り"),
                    session.text("LEARNED", "学習"), session.text("CORRECTED", "訂正"), session.text("FORGOTTEN", "忘却"),
                    session.text("SET ASIDE", "除外"), session.text("NOTE", "備考"))
                for run in page.items {
                    let state = run.state == "running" ? "\(run.state) (\(run.step))" : run.state
                    table.add(
                        run.run, state, Shown.time(run.changedAt), "\(run.read)/\(run.files)", String(run.learned), String(run.corrected),
                        String(run.unlearned + run.aged), String(run.setAside), run.cause)
                }
                return table.text
            }
        }
    }

    struct Explain: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Show how likely a message is spam, and by which tokens.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "A file with the message, or “-” for standard input.") var file: String?
        @Option(help: "Instead: a message of the log whose content is kept (queued or in quarantine).") var message: String?

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes: [UInt8]
            switch (file, message) {
            case (let file?, nil):
                let content = SampleContentDocument(content: try BayesCommand.content(of: file, session))
                bytes = try await session.send(.post, APIPath("bayes", "explain"), body: content)
            case (nil, let message?): bytes = try await session.send(.get, APIPath("messages", message, "explanation"))
            case (nil, nil), (_?, _?):
                throw .usage("a file or --message is needed", ja: "ファイルまたは --message のどちらかを指定してください", session.language)
            }
            try session.show(bytes, ExplanationDocument.self) { BayesCommand.text($0, session) }
        }
    }

    struct Teach: NodeCommand {
        static let configuration = CommandConfiguration(
            abstract: "Teach messages as spam or non-spam; the next learning takes them in.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "spam or ham.") var kind: SampleKindArgument
        @Argument(help: "Files with a message each, or “-” for standard input.") var files: [String] = []
        @Option(name: .customLong("message"), help: "A message of the log whose content is kept; may be given several times.")
        var messages: [String] = []

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            guard !files.isEmpty || !messages.isEmpty else {
                throw .usage("files or --message are needed", ja: "ファイルまたは --message を指定してください", session.language)
            }
            for file in files {
                let content = SampleContentDocument(kind: kind.rawValue, content: try BayesCommand.content(of: file, session))
                let bytes = try await session.send(.post, APIPath("bayes", "samples"), body: content)
                try session.show(bytes, TaughtSampleDocument.self) { "\(file): \(BayesCommand.outcome($0.outcome, session))\n" }
            }
            guard !messages.isEmpty else { return }
            let selection = TeachMessagesDocument(entries: messages, kind: kind.rawValue)
            let bytes = try await session.send(.post, APIPath("bayes", "messages"), body: selection)
            try session.show(bytes, TaughtMessagesDocument.self) { taught in
                (taught.waiting.map { "\($0): \(BayesCommand.outcome("waiting", session))\n" }
                    + taught.known.map { "\($0): \(BayesCommand.outcome("known", session))\n" }
                    + taught.refused.map { "\($0.message): \(session.text($0.reason.en, $0.reason.ja))\n" }).joined()
            }
        }
    }

    struct Ledger: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "List what was taught, newest first.")

        @OptionGroup var node: HomeOptions
        @Option(help: "Part of sender, subject or who taught it.") var text: String?
        @Option(help: "spam or ham.") var kind: SampleKindArgument?
        @Option(help: "waiting, learned or leaving.") var state: SampleStateArgument?
        @OptionGroup var paging: PagingOptions

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let path = APIPath("bayes", "ledger").with("text", text).with("kind", kind?.rawValue).with("state", state?.rawValue)
            try await paging.show(path, LedgerEntryDocument.self, session) { page, _ in
                var table = TextTable(
                    session.text("SAMPLE", "サンプル"), session.text("AS", "種類"), session.text("STATE", "状態"), session.text("FROM", "学習元"),
                    session.text("BY", "操作者"), session.text("CHANGED", "更新"), session.text("SENDER", "送信者"), session.text("SUBJECT", "件名"))
                for entry in page {
                    table.add(
                        entry.sample, entry.kind, entry.state, entry.origin, entry.actor, Shown.time(entry.changedAt), entry.sender,
                        entry.subject)
                }
                return table.text
            }
        }
    }

    struct Unlearn: NodeCommand {
        static let configuration = CommandConfiguration(abstract: "Take samples back; the next learning forgets them.")

        @OptionGroup var node: HomeOptions
        @Argument(help: "Samples, as “bayes ledger” shows them.") var samples: [String]

        func perform(_ session: CommandSession) async throws(CommandFailure) {
            let bytes = try await session.send(
                .post, APIPath("bayes", "ledger", "unlearn"), body: AccessListSelectionDocument(entries: samples))
            try session.show(bytes, AccessListCountDocument.self) { result in
                session.text(
                    "\(EnglishCount.text(result.count, "sample is", "samples are")) forgotten with the next learning.\n",
                    "\(result.count) 件を次回の学習で忘れます。\n")
            }
        }
    }

    enum SampleKindArgument: String, ExpressibleByArgument, CaseIterable, Sendable {
        case spam, ham
    }

    enum SampleStateArgument: String, ExpressibleByArgument, CaseIterable, Sendable {
        case waiting, learned, leaving
    }
}

extension BayesCommand {
    private static let maximumBytes = 16 << 20

    /// In Base64.
    private static func content(of file: String, _ session: CommandSession) throws(CommandFailure) -> String {
        let handle = file == "-" ? FileHandle.standardInput : FileHandle(forReadingAtPath: file)
        guard let handle else {
            throw CommandFailure(description: session.text("\(file) cannot be read", "\(file) を読み取れません"))
        }
        let data: Data
        do {
            data = try handle.read(upToCount: maximumBytes + 1) ?? Data()
        } catch {
            throw CommandFailure(description: session.text("\(file) cannot be read: \(error)", "\(file) を読み取れません: \(error)"))
        }
        guard data.count <= maximumBytes else {
            throw CommandFailure(
                description: session.text(
                    "\(file) is larger than \(maximumBytes >> 20) MiB; put it into the folder BayesHam or BayesSpam",
                    "\(file) は \(maximumBytes >> 20) MiB を超えています。BayesHam または BayesSpam フォルダーに置いてください"))
        }
        return data.base64EncodedString()
    }

    private static func outcome(_ outcome: String, _ session: CommandSession) -> String {
        outcome == "known"
            ? session.text("learned as this already", "学習済みです") : session.text("learned with the next run", "次回の学習で取り込みます")
    }

    private static func text(_ status: LearningDocument, _ session: CommandSession) -> String {
        var list = TextList()
        if let generation = status.generation {
            list.add(session.text("generation", "世代"), "\(generation.number), \(Shown.time(generation.publishedAt))")
            list.add(session.text("spam", "スパム"), String(generation.spam))
            list.add(session.text("non-spam", "非スパム"), String(generation.ham))
            list.add(session.text("tokens", "トークン"), String(generation.tokens))
        } else {
            list.add(session.text("generation", "世代"), session.text("nothing is learned yet", "まだ学習していません"))
        }
        let judging =
            status.isJudging
            ? session.text("yes", "はい")
            : status.isEnabled
                ? session.text("from \(status.minimumSamples) of each kind on", "種類ごとに \(status.minimumSamples) 件から")
                : session.text("switched off", "無効")
        list.add(session.text("gives scores", "スコアの加算"), judging)
        list.add(
            session.text("waiting", "学習待ち"),
            session.text(
                "\(status.waitingSpam) spam, \(status.waitingHam) non-spam, \(status.waitingUnlearning) to forget",
                "スパム \(status.waitingSpam)、非スパム \(status.waitingHam)、忘却 \(status.waitingUnlearning)"))
        if let run = status.lastRun {
            list.add(session.text("last run", "最終実行"), "\(run.run): \(run.state), \(Shown.time(run.changedAt)) \(run.cause)")
        }
        for node in status.nodes {
            list.add(
                session.text("node \(node.name)", "ノード \(node.name)"),
                (node.generation ?? session.text("none", "なし")) + (node.problem.isEmpty ? "" : " – \(node.problem)"))
        }
        if !status.unsharedFolders.isEmpty {
            list.add(
                session.text("not shared", "共有なし"),
                status.unsharedFolders.joined(separator: ", ")
                    + session.text(": set a path that all nodes have", ": すべてのノードから使えるパスを設定してください"))
        }
        return list.text
    }

    private static func text(_ explanation: ExplanationDocument, _ session: CommandSession) -> String {
        let permille = Int((explanation.probability * 1000).rounded(.down))
        var list = TextList()
        list.add(session.text("spam probability", "スパムの確率"), "\(permille / 10).\(permille % 10) %")
        list.add(session.text("score", "スコア"), explanation.points)
        list.add(session.text("known tokens", "既知のトークン"), String(explanation.knownTokens))
        list.add(session.text("generation", "世代"), explanation.generation)
        var table = TextTable(
            session.text("PUSH", "影響"), session.text("NON-SPAM", "非スパム"), session.text("SPAM", "スパム"), session.text("TOKEN", "トークン"))
        for evidence in explanation.evidence {
            let hundredths = Int((evidence.push * 100).rounded())
            let sign = hundredths < 0 ? "-" : "+"
            let digits = hundredths.magnitude % 100
            table.add(
                "\(sign)\(hundredths.magnitude / 100).\(digits < 10 ? "0" : "")\(digits)", String(evidence.ham), String(evidence.spam),
                evidence.token)
        }
        return list.text + "\n" + table.text
    }
}
