package import Cluster
package import Countries
package import Delivery
package import DomainsAndUsers
package import Logging
package import MessageLog
package import OutsideEngines
package import Settings
package import SharedFolders
package import UserVerification

/// What an administrator may do, each action once: permission, validation, effect, audit row. Pages, REST API and commands are three
/// faces of it and hold no rules of their own.
package struct Administration: Sendable {
    package struct Ports: Sendable {
        package let settings: any SettingsStore
        package let domains: any DomainStore
        package let users: any UserStore
        package let administrators: any AdministratorStore
        package let queue: any QueueAdministrationStore
        package let messageLog: any MessageLogStore
        package let statistics: any StatisticsStore
        package let apiKeys: any APIKeyStore
        package let maintenance: any MaintenanceStore
        package let audit: any AuditStore
        package let nodes: any NodeRegistry
        package let node: any NodeMonitor
        package let filtering: FilteringPorts
        package let verifier: RecipientVerifier
        package var transcripts: any TranscriptStore = NoTranscripts()
        package var directories: any NodeDirectories = NoDirectories()
        package var folderRegister: any FolderRegister = NoFolderRegister()
        package var signInTrace: any SignInRefusalRecorder = NoSignInTrace()
        /// Whether a ban of an address would have no effect.
        package var isNeverBanned: @Sendable (NetworkAddress, GatewaySettings) -> Bool = { address, _ in address.isLoopback }
        package var engines: any EngineOverseer = NoEngines()
        package var senders: any SenderVerifier = NoSenderVerifier()
        package var countries = CurrentCountries()
        package var learning = LearningPorts()
        package var digests = DigestPorts()
        package var aggregateReports = AggregateReportPorts()
        package var attachments = AttachmentPorts()
        package let cluster: ClusterPorts
        package let configuration: any ConfigurationStore

        package init(
            settings: any SettingsStore, domains: any DomainStore, users: any UserStore, administrators: any AdministratorStore,
            queue: any QueueAdministrationStore,
            messageLog: any MessageLogStore, statistics: any StatisticsStore, apiKeys: any APIKeyStore, maintenance: any MaintenanceStore,
            audit: any AuditStore, nodes: any NodeRegistry, node: any NodeMonitor, filtering: FilteringPorts,
            verifier: RecipientVerifier, cluster: ClusterPorts, configuration: any ConfigurationStore
        ) {
            self.settings = settings
            self.domains = domains
            self.users = users
            self.administrators = administrators
            self.queue = queue
            self.messageLog = messageLog
            self.statistics = statistics
            self.apiKeys = apiKeys
            self.maintenance = maintenance
            self.audit = audit
            self.nodes = nodes
            self.node = node
            self.filtering = filtering
            self.verifier = verifier
            self.cluster = cluster
            self.configuration = configuration
        }
    }

    let ports: Ports
    let nodeID: NodeID
    let current: CurrentSettings
    let editor: SettingsEditor
    let signIns: SignInLimiter
    let firstAdministrator = FirstAdministrator()
    let passwordWorker: PasswordWorker
    /// Of users who sign in to their own pages: neither they nor administrators wait for the other's.
    let userPasswords = PasswordWorker()
    let logger: Logger

    /// - Parameter passwordCost: lower in tests only.
    package init(ports: Ports, node: NodeID, current: CurrentSettings, passwordCost: PasswordHash.Cost = .standard, logger: Logger) {
        self.ports = ports
        nodeID = node
        self.current = current
        editor = SettingsEditor(store: ports.settings, current: current, node: node)
        signIns = SignInLimiter()
        passwordWorker = PasswordWorker(cost: passwordCost)
        self.logger = logger
    }

    /// The identity of the node this runs on, for node-scope settings.
    package var node: NodeID { nodeID }

    func entry(
        _ caller: AdministrationCaller, _ action: String, _ target: String, _ detail: String = "", before: String? = nil,
        after: String? = nil
    ) -> AuditEntry {
        AuditEntry(actor: caller.actor, node: nodeID, action: action, target: target, detail: detail, before: before, after: after)
    }
}

/// Where the audit log is read and, for actions without a row of their own, written. Implemented by GatewayDatabase.
package protocol AuditStore: Sendable {
    /// Newest first, before the entry `cursor`, at most `limit`.
    func auditEntries(_ filter: AuditFilter, before cursor: AuditCursor?, limit: Int) async throws(DirectoryError) -> [AuditRecord]
    func record(_ entry: AuditEntry) async throws(DirectoryError)
}

/// Which rows of the audit log are read; empty conditions select everything.
package struct AuditFilter: Sendable, Hashable {
    /// Part of actor, action, target or detail.
    package var text: String
    package var from: UTCTime?
    /// Rows before this time.
    package var until: UTCTime?
    /// Only these actions; empty: all.
    package var actions: [String] = []

    package init(text: String = "", from: UTCTime? = nil, until: UTCTime? = nil) {
        self.text = text
        self.from = from
        self.until = until
    }
}

/// A position in the audit log.
package struct AuditCursor: Sendable, Hashable, Codable {
    package let time: UTCTime
    package let identifier: RecordIdentifier

    package init(time: UTCTime, identifier: RecordIdentifier) {
        self.time = time
        self.identifier = identifier
    }
}

/// A row of the audit log as read.
package struct AuditRecord: Sendable, Hashable {
    package let identifier: RecordIdentifier
    package let time: UTCTime
    package let actor: String
    package let node: NodeID
    package let action: String
    package let target: String
    package let detail: String

    package init(identifier: RecordIdentifier, time: UTCTime, actor: String, node: NodeID, action: String, target: String, detail: String) {
        self.identifier = identifier
        self.time = time
        self.actor = actor
        self.node = node
        self.action = action
        self.target = target
        self.detail = detail
    }
}
