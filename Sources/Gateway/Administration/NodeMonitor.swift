package import Settings

/// What only the running node knows of itself. Implemented by GatewayNode.
package protocol NodeMonitor: Sendable {
    /// Looks at every part now; bounded to a few seconds.
    func health() async -> NodeHealth
    func activity() -> NodeActivity
    /// Rows became due by an administrator's hand: look at the queue now.
    func wakeQueue()
    /// Settings or domains were changed here: returns when this node has them in force, or could not read them yet.
    func adoptChanges() async
    /// An administrator wants maintenance now; it begins within seconds.
    func startMaintenance()
    /// The first administrator was made: the set-up code has done its work.
    func setupIsDone()
    /// Content nothing refers to any more.
    func removeContent(_ messages: [RecordIdentifier])
}

/// The state of a node's parts.
package struct NodeHealth: Sendable, Hashable {
    package struct Part: Sendable, Hashable {
        /// `database`, `message-data`, `smtp-listeners`, `heartbeat`, `certificate`, `transcripts`, `user-verification`, `drain`, `clock`,
        /// `engine-` and an engine's name.
        /// `bayes`.
        package let name: String
        package let title: LocalizedText
        package let isWorking: Bool
        /// It works, and there is something an administrator should see to.
        package let isWarning: Bool
        /// What is wrong and what to do, or a figure.
        package let detail: LocalizedText
        /// Mail needs it; without it the node counts as failing.
        package var isVital = true

        package init(name: String, title: LocalizedText, isWorking: Bool, isWarning: Bool = false, detail: LocalizedText) {
            self.name = name
            self.title = title
            self.isWorking = isWorking
            self.isWarning = isWarning
            self.detail = detail
        }
    }

    package let parts: [Part]
    /// Every part that mail needs works.
    package var isWorking: Bool { parts.allSatisfy { $0.isWorking || !$0.isVital } }

    package init(parts: [Part]) { self.parts = parts }
}

/// Figures of a node at this moment.
package struct NodeActivity: Sendable, Hashable {
    package let version: String
    package let nodeName: String
    package let startedAt: UTCTime
    package let smtpSessions: Int
    package let maximumSessions: Int
    /// `smtp 0.0.0.0:25` and so on, as bound.
    package let listeners: [String]
    package let activeRecipients: Int
    package let deliveryConnections: Int
    package let memoryContentBytes: Int

    package init(
        version: String, nodeName: String, startedAt: UTCTime, smtpSessions: Int, maximumSessions: Int, listeners: [String],
        activeRecipients: Int, deliveryConnections: Int, memoryContentBytes: Int
    ) {
        self.version = version
        self.nodeName = nodeName
        self.startedAt = startedAt
        self.smtpSessions = smtpSessions
        self.maximumSessions = maximumSessions
        self.listeners = listeners
        self.activeRecipients = activeRecipients
        self.deliveryConnections = deliveryConnections
        self.memoryContentBytes = memoryContentBytes
    }
}
