package import Cluster
import Firebird
import Logging
import Settings

/// The one database of a cluster, opened: every port that keeps something in it.
///
/// Made by `open` at a node's start. `close` ends all of its connections; the process must not exit before it has returned.
package struct GatewayDatabase: Sendable {
    package let settings: SettingsTable
    package let domains: DomainTable
    package let users: UserTable
    package let administrators: AdministratorTable
    package let nodes: NodeTable
    package let messageLog: MessageLogTable
    package let audit: AuditTable
    package let queueAdministration: QueueAdministrationTable
    package let contentReferences: ContentReferenceTable
    package let statistics: StatisticsTable
    package let apiKeys: APIKeyTable
    package let maintenance: MaintenanceTable
    package let textIndex: TextIndexTable
    package let changeFeed: FirebirdChangeFeed
    package let accessLists: AccessListTable
    package let contentRules: ContentRuleTable
    package let sieveScripts: SieveScriptTable
    package let greylist: GreylistTable
    package let bans: BanTable
    package let rates: RateTable
    package let quarantine: QuarantineTable
    package let digests: DigestTable
    package let linkKeys: LinkKeyTable
    package let strippedAttachments: StrippedAttachmentTable
    package let standingFigures: StandingFigureTable
    package let registrationKeys: RegistrationKeyTable
    package let primaryRole: PrimaryRoleTable
    package let configurationTable: ConfigurationTable
    package let folders: FolderTable
    package let learning: LearningTable
    package let aggregateReports: AggregateReportTable
    let configuration: FirebirdConfiguration
    let sessions: DatabaseSessions
    private let logger: Logger

    /// Connections for pages, API and recipient look-ups; each costs a thread and, on a server, a session.
    private static let requestSessions = 6
    /// Look-ups by key, a fraction of a millisecond each.
    private static let mailSessions = 4
    /// Claims and clean-up.
    private static let backgroundSessions = 2

    /// - Parameter duty: what fences the primary's tasks; `nil`: this process does not take part in the role.
    init(
        _ configuration: FirebirdConfiguration, node: NodeID, usesEvents: Bool, pace: FirebirdChangeFeed.Pace, duty: PrimaryDuty?,
        logger: Logger
    ) {
        let fence = duty.map { PrimaryFence(duty: $0, node: node) }
        self.configuration = configuration
        self.logger = logger
        sessions = DatabaseSessions(
            requests: FirebirdPool(configuration: configuration, size: Self.requestSessions, threadName: "db-pages"),
            mail: FirebirdPool(configuration: configuration, size: Self.mailSessions, threadName: "db-mail"),
            background: FirebirdPool(
                configuration: configuration, size: Self.backgroundSessions, maximumWaiting: 100, threadName: "db-back"), node: node)
        settings = SettingsTable(sessions: sessions)
        domains = DomainTable(sessions: sessions)
        users = UserTable(sessions: sessions)
        administrators = AdministratorTable(sessions: sessions)
        nodes = NodeTable(sessions: sessions)
        messageLog = MessageLogTable(sessions: sessions)
        audit = AuditTable(sessions: sessions)
        queueAdministration = QueueAdministrationTable(sessions: sessions)
        contentReferences = ContentReferenceTable(sessions: sessions)
        accessLists = AccessListTable(sessions: sessions)
        contentRules = ContentRuleTable(sessions: sessions)
        sieveScripts = SieveScriptTable(sessions: sessions)
        greylist = GreylistTable(sessions: sessions)
        rates = RateTable(sessions: sessions)
        bans = BanTable(sessions: sessions)
        quarantine = QuarantineTable(sessions: sessions, fence: fence)
        digests = DigestTable(sessions: sessions, fence: fence)
        linkKeys = LinkKeyTable(sessions: sessions)
        strippedAttachments = StrippedAttachmentTable(sessions: sessions, fence: fence)
        standingFigures = StandingFigureTable(sessions: sessions)
        registrationKeys = RegistrationKeyTable(sessions: sessions)
        primaryRole = PrimaryRoleTable(sessions: sessions)
        statistics = StatisticsTable(sessions: sessions)
        apiKeys = APIKeyTable(sessions: sessions)
        maintenance = MaintenanceTable(sessions: sessions, fence: fence)
        textIndex = TextIndexTable(sessions: sessions, fence: fence)
        configurationTable = ConfigurationTable(sessions: sessions)
        folders = FolderTable(sessions: sessions, fence: fence)
        learning = LearningTable(sessions: sessions, fence: fence)
        aggregateReports = AggregateReportTable(sessions: sessions, fence: fence)
        changeFeed = FirebirdChangeFeed(configuration, usesEvents: usesEvents, pace: pace, logger: logger)
    }

    /// Place and user, never the password.
    package var place: String { configuration.description }

    /// Begins the group commits of an incarnation that `nodes.beginIncarnation` has just begun. One writer for each process.
    /// - Parameter heartbeat: told of every batch that was committed.
    package func beginWriting(
        as incarnation: Incarnation, heartbeat: ConfirmedHeartbeat, limits: WriterLimits = WriterLimits()
    ) -> NodeWriter {
        NodeWriter(
            incarnation: incarnation, connection: FirebirdConnection(configuration: configuration, threadName: "db-writer"),
            sessions: sessions,
            heartbeat: heartbeat,
            limits: limits, logger: logger)
    }

    /// Asks for a sign of life on a connection of its own pool. For health pages.
    package func ping(deadline: Duration = .seconds(3)) async throws(GatewayDatabaseError) {
        do { try await sessions.background.ping(deadline: deadline) } catch { throw GatewayDatabaseError(error, place: place) }
    }

    /// Ends the change feed and all connections; close writers first. Calls under way are finished.
    package func close() async {
        await changeFeed.close()
        await sessions.requests.close()
        await sessions.mail.close()
        await sessions.background.close()
    }
}
