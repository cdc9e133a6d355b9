import Administration
import AggregateReports
import Cluster
import Delivery
import DomainsAndUsers
import Filtering
import GatewayDatabase
import Logging
import MessageLog
import Quarantine
import SampleLearning
import Screening
import Settings
import SharedFolders
import UserVerification

/// The database as this node uses it: the ports by name, and one writer for each life of the node.
struct NodeDatabase: Sendable {
    struct Stores: Sendable {
        let settings: any SettingsStore
        let domains: any DomainStore
        let returnPathKeys: any ReturnPathKeyStore
        let users: any UserStore
        let nodes: any NodeRegistry
        let contentReferences: any ContentReferences
        let accessLists: any AccessListStore
        let contentRules: any ContentRuleStore
        let sieveScripts: any SieveScriptStore
        let greylist: any GreylistStore
        let bans: any BanStore
        let rates: any RateStore
        let quarantine: any QuarantineStore
        let maintenance: any MaintenanceStore
        let textIndex: any TextIndexStore
        let registrationKeys: any RegistrationKeyStore
        let primaryRole: any PrimaryStore
        let learning: any LearningStore
        let digests: any DigestStore
        let digestLinks: any DigestLinkStore
        let linkKeys: any LinkKeyStore
        let aggregateReports: any AggregateReportStore
        let strippedAttachments: any StrippedAttachmentStore
    }

    let stores: Stores
    let changeFeed: any SettingsChangeFeed
    /// The primary role in this process's hand.
    let duty: PrimaryDuty
    let logger: Logger
    private let database: GatewayDatabase

    /// Opens what `node.conf` names, brings its schema up to date, and creates it where that is wanted.
    static func open(
        _ configuration: NodeConfigurationFile, home: NodeHome, absence: GatewayDatabase.Absence = .refuse, logger: Logger
    ) async throws(NodeStartupError) -> NodeDatabase {
        do throws(GatewayDatabaseError) {
            let duty = PrimaryDuty()
            let database = try await GatewayDatabase.open(
                configuration.database, home: home.url, node: configuration.nodeID, absence: absence, duty: duty, logger: logger)
            return NodeDatabase(database, duty: duty, logger: logger)
        } catch {
            throw .database(reason: error.description)
        }
    }

    private init(_ database: GatewayDatabase, duty: PrimaryDuty, logger: Logger) {
        self.database = database
        self.duty = duty
        self.logger = logger
        changeFeed = database.changeFeed
        stores = Stores(
            settings: database.settings, domains: database.domains, returnPathKeys: database.domains, users: database.users,
            nodes: database.nodes, contentReferences: database.contentReferences, accessLists: database.accessLists,
            contentRules: database.contentRules, sieveScripts: database.sieveScripts, greylist: database.greylist, bans: database.bans,
            rates: database.rates,
            quarantine: database.quarantine, maintenance: database.maintenance, textIndex: database.textIndex,
            registrationKeys: database.registrationKeys, primaryRole: database.primaryRole, learning: database.learning,
            digests: database.digests, digestLinks: database.quarantine, linkKeys: database.linkKeys,
            aggregateReports: database.aggregateReports,
            strippedAttachments: database.strippedAttachments)
    }

    var standingFigures: StandingFigureTable { database.standingFigures }

    var folders: any FolderRegister { database.folders }

    func ping() async throws { try await database.ping() }

    var deathRegistry: any DeathRegistry { database.nodes }

    var departures: any NodeDepartures { database.nodes }

    var audit: any AuditStore { database.audit }

    /// Whether a process of this node has its writing connection open.
    func hasOpenWriter(_ node: NodeID) async throws(NodeRegistryError) -> Bool { try await database.nodes.hasOpenWriter(node) }

    /// This machine's clock and zone beside the server's, and how long it took to ask.
    func compareClocks() async throws(NodeStartupError) -> (comparison: ClockComparison, roundTrip: Duration) {
        do throws(GatewayDatabaseError) {
            let clock = try await database.readClock()
            let nodeLocal = clock.askedAt.milliseconds + ClockText.zoneOffsetMilliseconds(at: clock.askedAt)
            return (ClockComparison(serverLocal: clock.serverLocal, nodeLocal: nodeLocal), clock.roundTrip)
        } catch {
            throw .database(reason: error.description)
        }
    }

    /// Ends all connections and, with them, the Firebird library: the last thing a process does with its database. Without it the
    /// library's threads may run into the process's exit.
    func close() async {
        await database.close()
        GatewayDatabase.endProcess()
    }

    func administrationPorts(
        node: any NodeMonitor, contents: any StoredContentSource, verifier: RecipientVerifier, joiningPlace: JoiningPlace,
        presence: ClusterPresence = ClusterPresence()
    ) -> Administration.Ports {
        Administration.Ports(
            settings: database.settings, domains: database.domains, users: database.users, administrators: database.administrators,
            queue: database.queueAdministration, messageLog: database.messageLog, statistics: database.statistics,
            apiKeys: database.apiKeys, maintenance: database.maintenance, audit: database.audit, nodes: database.nodes, node: node,
            filtering: Administration.FilteringPorts(
                accessLists: database.accessLists, contentRules: database.contentRules, sieveScripts: database.sieveScripts,
                quarantine: database.quarantine, contents: contents, greylist: database.greylist, bans: database.bans), verifier: verifier,
            cluster: Administration.ClusterPorts(
                registrationKeys: database.registrationKeys, joiningPlace: joiningPlace, primary: database.primaryRole, presence: presence,
                departures: database.nodes),
            configuration: database.configurationTable)
    }

    /// Begins this start's incarnation: rows held by earlier ones are free from now on, and they can write nothing more.
    func beginIncarnation(
        of configuration: NodeConfigurationFile, settings: CurrentSettings
    ) async throws(NodeStartupError) -> NodeWriting {
        do throws(NodeRegistryError) {
            let begun = ContinuousClock.now
            let incarnation = try await database.nodes.beginIncarnation(
                of: configuration.nodeID, name: configuration.nodeName, version: ProductVersion.text)
            let heartbeat = ConfirmedHeartbeat()
            // The row was just written, counter and all: a first sign of life, before the first batch.
            heartbeat.confirm(begunAt: begun)
            let own = try await database.nodes.nodes().first { $0.node == configuration.nodeID }
            let writer = database.beginWriting(as: incarnation, heartbeat: heartbeat)
            return NodeWriting(
                incarnation: incarnation, writer: writer, heartbeat: heartbeat,
                standing: NodeStanding(isDrainWanted: own?.drainAskedAt != nil))
        } catch {
            throw NodeStartupError(error)
        }
    }
}

/// The writing half of the database, fenced by this incarnation.
struct NodeWriting: Sendable {
    let incarnation: Incarnation
    let writer: NodeWriter
    let heartbeat: ConfirmedHeartbeat
    let standing: NodeStanding

    /// Says goodbye; nothing is written afterwards.
    func close() async { await writer.close() }
}
