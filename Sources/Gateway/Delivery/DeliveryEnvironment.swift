package import Cluster
package import DNS
package import DomainsAndUsers
package import Logging
package import MessageLog
package import NIOCore
package import Settings
package import SharedFolders
package import TransportSecurity

/// Everything Delivery stands on, as `GatewayNode` joins it.
package struct DeliveryEnvironment: Sendable {
    /// What this node is called and what it knows.
    package struct Node: Sendable {
        package let identifier: NodeID
        /// The operating system's host name, where the settings give no HELO name.
        package let hostName: String
        package let settings: CurrentSettings
        package let domains: CurrentDomains
        package let heartbeat: ConfirmedHeartbeat

        package init(
            identifier: NodeID, hostName: String, settings: CurrentSettings, domains: CurrentDomains, heartbeat: ConfirmedHeartbeat
        ) {
            self.identifier = identifier
            self.hostName = hostName
            self.settings = settings
            self.domains = domains
            self.heartbeat = heartbeat
        }
    }

    package let node: Node
    package let store: any DeliveryQueueStore
    package let folder: MessageDataFolder
    package let resolver: any DNSResolver
    package let contexts: TLSContexts
    package let eventLoopGroup: any EventLoopGroup
    package let logger: Logger
    let lostContents = LostContents()
    /// Takes the dialogues; `nil` keeps none.
    package var transcripts: TranscriptKeeper?
    /// UTC as rows have it.
    package var now: @Sendable () -> UTCTime = { .now() }
    /// The clock of pauses and idle connections.
    package var instant: @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
    /// Where this node listens, for loop protection, when that is known better than by the settings (ports chosen by the system).
    package var listeners: (@Sendable () -> [ListenAddress])?

    package init(
        node: Node, store: any DeliveryQueueStore, folder: MessageDataFolder, resolver: any DNSResolver, contexts: TLSContexts,
        eventLoopGroup: any EventLoopGroup, logger: Logger
    ) {
        self.node = node
        self.store = store
        self.folder = folder
        self.resolver = resolver
        self.contexts = contexts
        self.eventLoopGroup = eventLoopGroup
        self.logger = logger
    }

    /// The settings in force, for one attempt.
    var settings: GatewaySettings { node.settings.snapshot.settings }

    func heloName(_ settings: GatewaySettings) -> String { settings.node.heloName.isEmpty ? node.hostName : settings.node.heloName }

    func ownListeners(_ settings: GatewaySettings) -> [ListenAddress] {
        listeners?() ?? settings.node.smtpListeners + settings.node.smtpsListeners + settings.node.submissionListeners
    }
}
