import Administration
import Cluster
import Countries
import Delivery
import Logging
import Mail
import OutsideEngines
import Reception
import SampleLearning
import Settings
import SharedFolders
import Synchronization
import TransportSecurity
import UserVerification

/// What this node knows of itself: the health of its parts and the figures of the moment.
final class NodeMonitoring: NodeMonitor {
    struct Parts: Sendable {
        let settings: CurrentSettings
        let heartbeat: ConfirmedHeartbeat
        let folder: MessageDataFolder
        let transcripts: TranscriptFolder
        let tls: TLSContexts
        let listener: SMTPListener
        let queue: DeliveryQueue
        let verifier: RecipientVerifier
        let engines: OutsideEngines
        let countries: CurrentCountries
        let watcher: SettingsWatcher
        let home: NodeHome
        let learning: SnapshotWatch
        let maintenance: MaintenanceRequests
        let standing: NodeStanding
        let gauges: NodeGauges
        /// Asks the database for one value; throws a sentence.
        let pingDatabase: @Sendable () async throws -> Void
        /// Takes over which bans are in force.
        let adoptBans: @Sendable () async throws(SettingsError) -> Void
    }

    let parts: Parts
    private let nodeName: String
    private let startedAt = UTCTime.now()
    private let logger: Logger
    private let lastLook = Mutex<(health: Task<NodeHealth, Never>, finishedAt: ContinuousClock.Instant?)?>(nil)

    /// Load balancers ask often and from several places: an answer is good for so long.
    private static let healthValidity = Duration.seconds(1)
    private static let probeDeadline = Duration.seconds(4)
    /// In one sentence.
    private static let namedDomains = 5

    init(parts: Parts, nodeName: String, logger: Logger) {
        self.parts = parts
        self.nodeName = nodeName
        self.logger = logger
    }

    /// However many ask at once, the parts are looked at once at a time, and when all is well once in `healthValidity`. What failed is
    /// looked at again by whoever asks next: a node that has just opened its doors must not be called closed.
    func health() async -> NodeHealth {
        let look = lastLook.withLock { last in
            if let last, last.finishedAt.map({ $0.duration(to: .now) < Self.healthValidity }) ?? true { return last.health }
            // Bounded by the deadlines of its parts; whoever asks waits for it.
            let fresh = Task {
                let health = await self.lookAtParts()
                self.lastLook.withLock { last in
                    if health.isWorking { last?.finishedAt = .now } else { last = nil }
                }
                return health
            }
            last = (fresh, nil)
            return fresh
        }
        return await look.value
    }

    private func lookAtParts() async -> NodeHealth {
        async let database = database()
        async let folder = messageData()
        async let transcripts = transcripts()
        let waited = await (database: database, folder: folder, transcripts: transcripts)
        // What costs nothing to ask comes last, so that it is as it is now.
        return NodeHealth(
            parts: [waited.database, waited.folder, heartbeat(), listeners(), certificate(), waited.transcripts] + drain() + clock()
                + userVerification() + engines() + countries() + learning())
    }

    func activity() -> NodeActivity {
        NodeActivity(
            version: ProductVersion.text, nodeName: nodeName, startedAt: startedAt, smtpSessions: parts.listener.presentSessions,
            maximumSessions: parts.settings.snapshot.settings.reception.maximumSessions,
            listeners: parts.listener.boundPorts.map {
                "\($0.kind.rawValue) \(ListenAddress(address: $0.configured.address, port: $0.port))"
            }.sorted(),
            activeRecipients: parts.queue.activeRecipientCount, deliveryConnections: parts.queue.connectionCount,
            memoryContentBytes: parts.folder.budget.usedBytes)
    }

    var certificateEnd: UTCTime { parts.tls.summary.notAfter }

    func startMaintenance() { parts.maintenance.ask() }

    func adoptChanges() async {
        do throws(SettingsError) {
            try await parts.watcher.adoptNewest()
            try await parts.adoptBans()
        } catch {
            logger.warning("a change is saved but not yet in force here", metadata: ["cause": "\(error)"])
        }
    }

    func setupIsDone() { SetupCode.remove(home: parts.home) }

    func wakeQueue() { parts.queue.retryNow() }

    func removeContent(_ messages: [RecordIdentifier]) { parts.folder.remove(messages, logger: logger) }

    private func database() async -> NodeHealth.Part {
        let title = LocalizedText("Database", ja: "データベース")
        do {
            try await parts.pingDatabase()
            return .working("database", title, LocalizedText("answers", ja: "応答しています"))
        } catch {
            logger.warning("the database does not answer", metadata: ["cause": "\(error)"])
            return .failing(
                "database", title,
                LocalizedText(
                    "does not answer; mail is answered 451 until it does. Start it, or look at its log.",
                    ja: "応答がありません。回復するまでメールには 451 を返します。データベースを起動するか、ログを確認してください。"))
        }
    }

    private func messageData() async -> NodeHealth.Part {
        let title = LocalizedText("Message Data", ja: "メッセージデータ")
        do throws(SharedFolderError) {
            try await parts.folder.probe(deadline: Self.probeDeadline)
            return .working("message-data", title, LocalizedText(parts.folder.presentPath, ja: parts.folder.presentPath))
        } catch {
            return .failing(
                "message-data", title,
                LocalizedText(
                    "cannot be used (\(error)). Bring the folder back or make room; mail is answered 451 until then.",
                    ja: "使用できません（\(error)）。フォルダーを元に戻すか空き容量を確保してください。それまでメールには 451 を返します。"))
        }
    }

    private func heartbeat() -> NodeHealth.Part {
        let title = LocalizedText("Heartbeat", ja: "ハートビート")
        if parts.heartbeat.isYoung { return .working("heartbeat", title, LocalizedText("is up to date", ja: "正常に更新されています")) }
        return .failing(
            "heartbeat", title,
            LocalizedText(
                "has not been written for \(ConfirmedHeartbeat.validity.components.seconds) s; deliveries pause until it is.",
                ja: "\(ConfirmedHeartbeat.validity.components.seconds) 秒以上書き込めていません。回復するまで配送を停止します。"))
    }

    private func listeners() -> NodeHealth.Part {
        let title = LocalizedText("SMTP listeners", ja: "SMTP リスナー")
        let node = parts.settings.snapshot.settings.node
        let wanted = node.smtpListeners.count + node.smtpsListeners.count + node.submissionListeners.count
        let bound = parts.listener.boundPorts.count
        let figures = LocalizedText("\(bound) of \(wanted) are open", ja: "\(wanted) 件中 \(bound) 件が有効です")
        if wanted == 0 {
            return .failing(
                "smtp-listeners", title,
                LocalizedText("none is configured: set them under Settings, This node.", ja: "設定されていません。「設定」の「このノード」で指定してください。"))
        }
        return NodeHealth.Part(name: "smtp-listeners", title: title, isWorking: bound == wanted, detail: figures)
    }

    /// Only when there is something to say. It hinders no mail, so it does not make the node unhealthy.
    private func userVerification() -> [NodeHealth.Part] {
        let domains = parts.verifier.domainsAcceptingEverything
        guard !domains.isEmpty else { return [] }
        let names =
            domains.prefix(Self.namedDomains).map(\.unicode).joined(separator: ", ") + (domains.count > Self.namedDomains ? " …" : "")
        return [
            .warning(
                "user-verification", LocalizedText("User verification", ja: "ユーザー検証"),
                LocalizedText(
                    "The mail servers of \(names) accept every address, even one made up at random: verifying recipients there has no use. Let them refuse unknown recipients at RCPT.",
                    ja: "\(names) のメールサーバーは、無作為に作ったアドレスも含めてすべて受け付けるため、宛先を検証する意味がありません。存在しない宛先を RCPT で拒否するようにサーバーを設定してください。"))
        ]
    }

    /// Only when there is something to say: mail is judged by what was learned before, or by the other checks alone.
    private func learning() -> [NodeHealth.Part] {
        guard !parts.learning.problem.isEmpty else { return [] }
        let problem = LearningNote.text(stored: parts.learning.problem)
        return [
            .warning(
                "bayes", LocalizedText("Bayesian learning", ja: "ベイズ学習"),
                LocalizedText(
                    "This node does not judge by what was learned last. \(problem.english). See to the folder BayesReplication, or learn again.",
                    ja: "このノードは最新の学習結果を使用していません（\(problem.japanese)）。BayesReplication フォルダーを確認するか、もう一度学習してください。"))
        ]
    }

    /// Only while it is on. Mail from everywhere passes meanwhile, so it does not make the node unhealthy.
    private func countries() -> [NodeHealth.Part] {
        guard parts.settings.snapshot.settings.countries.isEnabled else { return [] }
        let title = LocalizedText("Country screening", ja: "国別スクリーニング")
        guard let problem = parts.countries.problem else {
            let name = parts.countries.title ?? ""
            return [.working("countries", title, LocalizedText(name, ja: name))]
        }
        let rest =
            parts.countries.title.map {
                LocalizedText("The one that is open stays in use (\($0)).", ja: "読み込み済みのデータベース（\($0)）を引き続き使用しています。")
            }
            ?? LocalizedText("Mail and sign-ins from every country pass until then.", ja: "それまで、すべての国からのメールとサインインを通します。")
        return [
            .warning(
                "countries", title,
                LocalizedText(
                    "The database cannot be used: \(problem). Install the Debian package geoip-database, or set country-screening.database to a file on this node. \(rest.english)",
                    ja:
                        "データベースを使用できません（\(problem)）。Debian の geoip-database パッケージをインストールするか、country-screening.database にこのノード上のファイルを指定してください。\(rest.japanese)"
                ))
        ]
    }

    private func certificate() -> NodeHealth.Part {
        let title = LocalizedText("Certificate", ja: "証明書")
        let summary = parts.tls.summary
        let until = summary.notAfter.description
        if !summary.isExpired(at: .now()) {
            return .working(
                "certificate", title, LocalizedText("\(summary.subject), until \(until)", ja: "\(summary.subject)、有効期限 \(until)"))
        }
        return .failing(
            "certificate", title,
            LocalizedText(
                "ended on \(until). Put a new certificate and key into the node's certificates folder.",
                ja: "\(until) に期限が切れました。ノードの certificates フォルダーに新しい証明書と鍵を置いてください。"))
    }
}

extension NodeHealth.Part {
    static func working(_ name: String, _ title: LocalizedText, _ detail: LocalizedText) -> Self {
        Self(name: name, title: title, isWorking: true, detail: detail)
    }

    static func warning(_ name: String, _ title: LocalizedText, _ detail: LocalizedText) -> Self {
        Self(name: name, title: title, isWorking: true, isWarning: true, detail: detail)
    }

    static func failing(_ name: String, _ title: LocalizedText, _ detail: LocalizedText) -> Self {
        Self(name: name, title: title, isWorking: false, detail: detail)
    }
}
