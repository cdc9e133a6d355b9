package import Administration
package import BayesianLearning
package import Cluster
package import Delivery
package import DomainsAndUsers
package import Filtering
import Logging
package import Mail
package import MessageLog
package import Quarantine
package import Screening
package import Settings
package import Synchronization
package import UserVerification

/// Every port of `Administration` in memory, for tests of its faces. `isUnavailable` makes each of them fail as a lost database does.
package final class InMemoryGateway: Sendable {
    /// What a database would hold, and what a node was asked to do.
    package struct State {
        /// Every port fails as a lost database does.
        package var isUnavailable = false
        /// What the node's monitor says of its only part.
        package var isWorking = true
        /// Of settings and directory.
        package var revision: SettingsRevision
        /// The settings, tombstones too.
        package var rows: [StoredSetting] = []
        /// The settings' history, oldest first.
        package var history: [SettingsHistoryEntry] = []
        /// The protected domains, in order of insertion.
        package var domains: [ProtectedDomain] = []
        /// Listed recipients of all domains.
        package var recipients: [EmailAddress] = []
        /// The administrators, in order of insertion.
        package var administrators: [(administrator: Administrator, password: PasswordHash)] = []
        /// What a reader saw just before somebody else's change; `nil` when nobody changes anything meanwhile.
        package var listedAdministrators: [Administrator]?
        /// Keys of the API, in order of insertion, with the hash of each secret.
        package var registrationKeys: [RegistrationKey] = []
        /// Which node holds the primary role; `nil`: its own.
        package var primary: NodeID?
        package var designated: NodeID?
        /// What the page “Add a node” shows; on a server unless a test says otherwise.
        package var joiningPlace = JoiningPlace(
            server: JoiningPlace.Server(host: "192.0.2.7", port: 3050, database: "sg", user: "SYSDBA"), messageData: "/mail/message data")
        package var apiKeys: [(key: APIKey, secretHash: [UInt8])] = []
        /// Sessions of signed-in administrators.
        package var sessions: [WebSession] = []
        /// Recipients that wait for delivery.
        package var queue: [QueueEntry] = []
        /// The message log.
        package var messages: [MessageLogDetails] = []
        /// What every page of the log says of how far it came.
        package var searchedBackTo: MessageLogCursor?
        /// Runs of maintenance.
        package var maintenanceRuns: [MaintenanceRun] = []
        package var textIndexReach = TextIndexReach(from: nil, until: nil, lateMessages: 0)
        /// How often maintenance was asked for.
        package var maintenanceRequests = 0
        /// The audit log, oldest first.
        package var audit: [AuditEntry] = []
        /// What the registry of nodes answers.
        package var nodes: [ClusterNode] = []
        /// Nodes that were removed.
        package var removedNodes: [NodeID: String] = [:]
        /// Entries of the allow and block lists.
        package var accessList: [AccessListEntry] = []
        /// The content rules.
        package var contentRules: [ContentRule] = []
        package var sieveScripts: [SieveScript] = []
        /// Triplets of greylisting.
        package var greylist: [GreylistEntry] = []
        /// Bans in force.
        package var bans: [Ban] = []
        /// Traces of refused sign-ins.
        package var signInRefusals: [SignInRefusal] = []
        /// Messages in quarantine.
        package var quarantine: [QuarantinedMessage] = []
        /// Stored contents of messages.
        package var contents: [RecordIdentifier: String] = [:]
        /// Texts of SMTP transcripts.
        package var transcripts: [RecordIdentifier: String] = [:]
        /// Paths of shared folders that were made ready for use.
        package var preparedFolders: [String] = []
        /// How often the queue was woken.
        package var queueWakings = 0
        /// Messages whose content was given up, in that order.
        package var removedContent: [RecordIdentifier] = []
    }

    /// All of it; tests may set and read it directly.
    package let state: Mutex<State>
    /// What its nodes know of the shared folders.
    package let folders = InMemoryFolderRegister()
    /// The users of its domains.
    package let users = InMemoryUserStore()
    package let learning = InMemoryLearning()
    package let learned = CurrentBayesSnapshot()
    /// What was taken out of messages, and the key of links.
    package let attachments = InMemoryAttachments()
    /// Reports to other domains.
    package let aggregateReports = InMemoryAggregateReports()
    /// The mail servers of its domains.
    package let mailServers = ScriptedMailServers()
    /// Asks them. One for all of the gateway's faces, as a node has it.
    package let verifier: RecipientVerifier
    /// Its outside engines.
    package let engines = ScriptedEngines()
    /// The node these ports belong to.
    package let node = NodeID(RecordIdentifier(high: 1, low: 2))

    /// An empty gateway.
    /// - Parameter revision: of the settings, as if they had been changed that often.
    package init(revision: SettingsRevision = SettingsRevision(1)) {
        state = Mutex(State(revision: revision))
        verifier = RecipientVerifier(probe: mailServers, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Administration over these ports, with cheap password hashes and without a log.
    package var administration: Administration {
        var ports = Administration.Ports(
            settings: self, domains: self, users: users, administrators: self, queue: self, messageLog: self, statistics: self,
            apiKeys: self, maintenance: self, audit: self, nodes: self, node: self, filtering: filteringPorts, verifier: verifier,
            cluster: Administration.ClusterPorts(
                registrationKeys: self, joiningPlace: state.withLock(\.joiningPlace), primary: self, presence: ClusterPresence(),
                departures: self),
            configuration: self)
        ports.transcripts = self
        ports.learning = Administration.LearningPorts(store: learning, keeper: learning, snapshot: learned)
        ports.digests = Administration.DigestPorts(keys: attachments)
        ports.attachments = Administration.AttachmentPorts(store: attachments, contents: attachments)
        ports.directories = self
        ports.folderRegister = folders
        ports.engines = engines
        ports.aggregateReports = AggregateReportPorts(store: aggregateReports, sender: aggregateReports)
        return Administration(
            ports: ports,
            node: node, current: CurrentSettings(SettingsSnapshot(revision: SettingsRevision(1), settings: GatewaySettings())),
            passwordCost: PasswordHash.Cost(logarithmOfRounds: 1), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    /// Changes the state; what `body` does is seen as one change.
    package func change(_ body: (inout sending State) -> Void) { state.withLock { body(&$0) } }

    /// Actions of the audit log, oldest first.
    package var auditedActions: [String] { state.withLock { $0.audit.map(\.action) } }

    func directory<Value: Sendable>(_ body: (inout sending State) throws(DirectoryError) -> Value) throws(DirectoryError) -> Value {
        try state.withLock { state throws(DirectoryError) in
            if state.isUnavailable { throw .unavailable(cause: "connection to database secret-host lost") }
            return try body(&state)
        }
    }
}

extension InMemoryGateway: SettingsStore {
    package func load() async throws(SettingsError) -> StoredSettings {
        try state.withLock { state throws(SettingsError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return StoredSettings(revision: state.revision, rows: state.rows)
        }
    }

    package func currentRevision() async throws(SettingsError) -> SettingsRevision { try await load().revision }

    package func save(_ change: SettingsChange, audit: [AuditEntry]) async throws(SettingsError) -> SettingsRevision {
        try state.withLock { state throws(SettingsError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            let newest = state.rows.filter { $0.scope == change.scope && $0.section == change.section }.map(\.revision).max() ?? .none
            if let basedOn = change.basedOn, newest > basedOn { throw .revisionConflict(current: state.revision) }
            state.write([change], audit: audit.first)
            state.audit += audit
            return state.revision
        }
    }
}
