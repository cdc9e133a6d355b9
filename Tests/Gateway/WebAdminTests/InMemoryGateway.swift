import Administration
import Cluster
import Delivery
import DomainsAndUsers
import Filtering
import GatewayTestKit
import Logging
import Mail
import MessageLog
import Quarantine
import Settings
import Synchronization

/// Every port of `Administration` in memory, for tests of its faces. `isUnavailable` makes each of them fail as a lost database does.
final class InMemoryGateway: Sendable {
    struct State {
        var isUnavailable = false
        var isWorking = true
        var revision = SettingsRevision(1)
        var rows: [StoredSetting] = []
        var domains: [ProtectedDomain] = []
        var recipients: [EmailAddress] = []
        var administrators: [(administrator: Administrator, password: PasswordHash)] = []
        /// What a reader saw just before somebody else's change; `nil` when nobody changes anything meanwhile.
        var listedAdministrators: [Administrator]?
        var apiKeys: [(key: APIKey, secretHash: [UInt8])] = []
        var sessions: [WebSession] = []
        var queue: [QueueEntry] = []
        var messages: [MessageLogDetails] = []
        var searchedBackTo: MessageLogCursor?
        var maintenanceRuns: [MaintenanceRun] = []
        var maintenanceRequests = 0
        var audit: [AuditEntry] = []
        var nodes: [ClusterNode] = []
        var accessList: [AccessListEntry] = []
        var quarantine: [QuarantinedMessage] = []
        var contents: [RecordIdentifier: String] = [:]
        var queueWakings = 0
        var removedContent: [RecordIdentifier] = []
    }

    let state = Mutex(State())
    let users = InMemoryUserStore()
    let node = NodeID(RecordIdentifier(high: 1, low: 2))

    var administration: Administration {
        Administration(
            ports: Administration.Ports(
                settings: self, domains: self, users: users, administrators: self, queue: self, messageLog: self, statistics: self,
                apiKeys: self, maintenance: self, audit: self, nodes: self, node: self, filtering: filteringPorts),
            node: node, current: CurrentSettings(SettingsSnapshot(revision: SettingsRevision(1), settings: GatewaySettings())),
            passwordCost: PasswordHash.Cost(logarithmOfRounds: 1), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    func change(_ body: (inout sending State) -> Void) { state.withLock { body(&$0) } }

    /// Actions of the audit log, oldest first.
    var auditedActions: [String] { state.withLock { $0.audit.map(\.action) } }

    func directory<Value: Sendable>(
        _ body: (inout sending State) throws(DirectoryError) -> Value
    ) throws(DirectoryError) -> Value {
        try state.withLock { state throws(DirectoryError) in
            if state.isUnavailable { throw .unavailable(cause: "connection to database secret-host lost") }
            return try body(&state)
        }
    }
}

extension InMemoryGateway: SettingsStore {
    func load() async throws(SettingsError) -> StoredSettings {
        try state.withLock { state throws(SettingsError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return StoredSettings(revision: state.revision, rows: state.rows)
        }
    }

    func currentRevision() async throws(SettingsError) -> SettingsRevision { try await load().revision }

    func save(_ change: SettingsChange, audit: [AuditEntry]) async throws(SettingsError) -> SettingsRevision {
        try state.withLock { state throws(SettingsError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            let newest = state.rows.filter { $0.scope == change.scope && $0.section == change.section }.map(\.revision).max() ?? .none
            if let basedOn = change.basedOn, newest > basedOn { throw .revisionConflict(current: newest) }
            state.revision = SettingsRevision(state.revision.number + 1)
            for (name, value) in change.values {
                state.rows.removeAll { $0.scope == change.scope && $0.section == change.section && $0.name == name }
                state.rows.append(
                    StoredSetting(scope: change.scope, section: change.section, name: name, value: value, revision: state.revision))
            }
            state.audit += audit
            return state.revision
        }
    }
}

extension InMemoryGateway: DomainStore {
    func loadDomains() async throws(DirectoryError) -> DomainDirectory {
        try directory { state in DomainDirectory(revision: state.revision, domains: state.domains) }
    }

    func insert(_ domain: ProtectedDomain, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard !state.domains.contains(where: { $0.name == domain.name }) else { throw .alreadyExists(domain.name.ascii) }
            state.domains.append(domain)
            state.audit.append(audit)
        }
    }

    func update(_ domain: ProtectedDomain, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard let index = state.domains.firstIndex(where: { $0.name == domain.name }) else { throw .notFound(domain.name.ascii) }
            state.domains[index] = domain
            state.audit.append(audit)
        }
    }

    func delete(_ name: DomainName, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard let index = state.domains.firstIndex(where: { $0.name == name }) else { throw .notFound(name.ascii) }
            state.domains.remove(at: index)
            state.audit.append(audit)
        }
    }

    func listedRecipients(of name: DomainName, containing text: String, after cursor: String?, limit: Int) async throws(DirectoryError)
        -> [EmailAddress]
    {
        try directory { state in
            let all = state.recipients.filter { $0.domainName == name && (text.isEmpty || $0.lookupKey.contains(text)) }
            return Array(all.sorted { $0.lookupKey < $1.lookupKey }.filter { $0.lookupKey > cursor ?? "" }.prefix(limit))
        }
    }

    func addRecipients(_ addresses: [EmailAddress], to name: DomainName, audit: AuditEntry) async throws(DirectoryError) -> Int {
        try directory { state in
            let added = addresses.filter { new in !state.recipients.contains { $0.lookupKey == new.lookupKey } }
            state.recipients += added
            state.audit.append(audit)
            return added.count
        }
    }

    func removeRecipients(_ addresses: [EmailAddress], from name: DomainName, audit: AuditEntry) async throws(DirectoryError) -> Int {
        try directory { state in
            let before = state.recipients.count
            state.recipients.removeAll { old in addresses.contains { $0.lookupKey == old.lookupKey } }
            state.audit.append(audit)
            return before - state.recipients.count
        }
    }
}

extension InMemoryGateway: AdministratorStore {
    func administratorCount() async throws(DirectoryError) -> Int { try directory { state in state.administrators.count } }

    func administrators() async throws(DirectoryError) -> [Administrator] {
        try directory { state in state.listedAdministrators ?? state.administrators.map(\.administrator) }
    }

    func administrator(named key: String) async throws(DirectoryError) -> (administrator: Administrator, password: PasswordHash)? {
        try directory { state in state.administrators.first { $0.administrator.key == key } }
    }

    func administrator(_ identifier: RecordIdentifier) async throws(DirectoryError) -> Administrator? {
        try directory { state in state.administrators.first { $0.administrator.identifier == identifier }?.administrator }
    }

    func insert(_ administrator: Administrator, password: PasswordHash, onlyAsFirst: Bool, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard !state.administrators.contains(where: { $0.administrator.key == administrator.key }),
                !onlyAsFirst || state.administrators.isEmpty
            else { throw .alreadyExists(administrator.name) }
            state.administrators.append((administrator, password))
            state.audit.append(audit)
        }
    }

    func setPassword(_ password: PasswordHash, of identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state in
            for index in state.administrators.indices where state.administrators[index].administrator.identifier == identifier {
                state.administrators[index].password = password
            }
            state.sessions.removeAll { $0.administrator == identifier }
            state.audit.append(audit)
        }
    }

    func setLanguage(_ language: Language, of identifier: RecordIdentifier) async throws(DirectoryError) {
        try directory { state in
            for index in state.administrators.indices where state.administrators[index].administrator.identifier == identifier {
                state.administrators[index].administrator.language = language
            }
        }
    }

    func deleteAdministrator(_ identifier: RecordIdentifier, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard state.administrators.count > 1 else { throw .lastOne }
            state.administrators.removeAll { $0.administrator.identifier == identifier }
            state.sessions.removeAll { $0.administrator == identifier }
            state.audit.append(audit)
        }
    }

    func insert(_ session: WebSession, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state in state.sessions.append(session) }
    }
    func session(tokenHash: [UInt8]) async throws(DirectoryError) -> WebSession? {
        try directory { state in state.sessions.first { $0.tokenHash == tokenHash } }
    }
    func touchSession(tokenHash: [UInt8], at time: UTCTime) async throws(DirectoryError) {}
    func deleteSession(tokenHash: [UInt8]) async throws(DirectoryError) {
        try directory { state in state.sessions.removeAll { $0.tokenHash == tokenHash } }
    }
    func deleteSessions(lastSeenBefore: UTCTime, createdBefore: UTCTime) async throws(DirectoryError) {}
}

extension InMemoryGateway: APIKeyStore {
    func apiKeys() async throws(DirectoryError) -> [APIKey] { try directory { state in state.apiKeys.map(\.key).reversed() } }

    func apiKey(_ identifier: RecordIdentifier) async throws(DirectoryError) -> (key: APIKey, secretHash: [UInt8])? {
        try directory { state in state.apiKeys.first { $0.key.identifier == identifier } }
    }

    func insert(_ key: APIKey, secretHash: [UInt8], audit: AuditEntry) async throws(DirectoryError) {
        try directory { state in
            state.apiKeys.append((key, secretHash))
            state.audit.append(audit)
        }
    }

    func revokeAPIKey(_ identifier: RecordIdentifier, at time: UTCTime, audit: AuditEntry) async throws(DirectoryError) {
        try directory { state throws(DirectoryError) in
            guard let index = state.apiKeys.firstIndex(where: { $0.key.identifier == identifier && $0.key.revokedAt == nil }) else {
                throw .notFound(identifier.description)
            }
            state.apiKeys[index].key.revokedAt = time
            state.audit.append(audit)
        }
    }

    func touchAPIKey(_ identifier: RecordIdentifier, at time: UTCTime) async throws(DirectoryError) {
        try directory { state in
            guard let index = state.apiKeys.firstIndex(where: { $0.key.identifier == identifier }) else { return }
            state.apiKeys[index].key.lastUsedAt = time
        }
    }
}

extension InMemoryGateway: MaintenanceStore {
    func maintenanceRuns(limit: Int) async throws(MessageLogError) -> [MaintenanceRun] {
        try state.withLock { state throws(MessageLogError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return state.maintenanceRuns
        }
    }

    func beginMaintenance(_ key: String) async throws(MessageLogError) -> Bool { false }

    func removeBatch(
        _ step: MaintenanceStep, before cutoff: UTCTime, after position: RecordIdentifier?, in key: String
    ) async throws(MessageLogError) -> MaintenanceBatch { MaintenanceBatch(removed: 0, next: nil) }

    func endMaintenance(_ key: String, cause: String?) async throws(MessageLogError) {}
}

extension InMemoryGateway: QueueAdministrationStore {
    func queue(containing text: String, after cursor: QueueEntryID?, limit: Int) async throws(DeliveryQueueError) -> [QueueEntry] {
        try mail { state in
            let all = state.queue.filter { text.isEmpty || $0.recipient.contains(text) || $0.reversePath.contains(text) }
                .sorted { ($0.message, $0.ordinal) < ($1.message, $1.ordinal) }
            guard let cursor else { return Array(all.prefix(limit)) }
            return Array(all.filter { ($0.message, $0.ordinal) > (cursor.message, cursor.ordinal) }.prefix(limit))
        }
    }

    func queueSize() async throws(DeliveryQueueError) -> (recipients: Int, due: Int) {
        try mail { state in (state.queue.count, state.queue.filter { !$0.isHeldByAdministrator }.count) }
    }

    func perform(
        _ action: QueueAction, on entries: [QueueEntryID], audit: AuditEntry
    ) async throws(DeliveryQueueError) -> (done: [QueueEntryID], freeContent: [RecordIdentifier]) {
        try mail { state in
            state.audit.append(audit)
            let done = entries.filter { entry in
                state.queue.contains { $0.message == entry.message && $0.ordinal == entry.ordinal && $0.holder == nil }
            }
            guard action == .delete else {
                state.queue = state.queue.map { row in
                    guard done.contains(QueueEntryID(message: row.message, ordinal: row.ordinal)) else { return row }
                    return row.with(isHeld: action == .hold ? true : action == .release ? false : row.isHeldByAdministrator)
                }
                return (done, [])
            }
            state.queue.removeAll { row in done.contains { $0.message == row.message && $0.ordinal == row.ordinal } }
            return (done, done.map(\.message).filter { message in !state.queue.contains { $0.message == message } })
        }
    }

    private func mail<Value: Sendable>(_ body: (inout sending State) -> sending Value) throws(DeliveryQueueError) -> Value {
        try state.withLock { state throws(DeliveryQueueError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return body(&state)
        }
    }
}

extension InMemoryGateway: MessageLogStore {
    func page(_ filter: MessageLogFilter, after cursor: MessageLogCursor?, limit: Int) async throws(MessageLogError) -> MessageLogPage {
        try log { state in
            let all = state.messages.map(\.record).filter { Self.matches($0.entry, filter) }.sorted {
                $0.entry.receivedAt > $1.entry.receivedAt
            }
            let after = cursor.map { cursor in all.filter { $0.entry.receivedAt < cursor.receivedAt } } ?? all
            return MessageLogPage(records: Array(after.prefix(limit)), searchedBackTo: state.searchedBackTo)
        }
    }

    private static func matches(_ entry: MessageLogEntry, _ filter: MessageLogFilter) -> Bool {
        if !filter.text.isEmpty, !entry.subject.contains(filter.text), !entry.reversePath.contains(filter.text) { return false }
        if let sender = filter.sender, sender.text != entry.reversePath { return false }
        if let direction = filter.direction, direction != entry.direction { return false }
        if let result = filter.result, result != entry.result { return false }
        if let from = filter.from, entry.receivedAt < from { return false }
        if let until = filter.until, entry.receivedAt >= until { return false }
        return true
    }

    func details(of message: RecordIdentifier) async throws(MessageLogError) -> MessageLogDetails? {
        try log { state in state.messages.first { $0.record.entry.message == message } }
    }

    fileprivate func log<Value: Sendable>(_ body: (inout sending State) -> Value) throws(MessageLogError) -> Value {
        try state.withLock { state throws(MessageLogError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return body(&state)
        }
    }
}

extension InMemoryGateway: AuditStore {
    func auditEntries(containing text: String, before cursor: AuditCursor?, limit: Int) async throws(DirectoryError) -> [AuditRecord] {
        try directory { state in
            let all = state.audit.reversed().filter { text.isEmpty || $0.action.contains(text) || $0.target.contains(text) }
            let start = cursor.flatMap { cursor in all.firstIndex { $0.identifier == cursor.identifier }.map { $0 + 1 } } ?? 0
            return all.dropFirst(start).prefix(limit).map {
                AuditRecord(
                    identifier: $0.identifier, time: $0.time, actor: $0.actor.description, node: $0.node, action: $0.action,
                    target: $0.target,
                    detail: $0.detail)
            }
        }
    }

    func record(_ entry: AuditEntry) async throws(DirectoryError) { try directory { state in state.audit.append(entry) } }
}

extension InMemoryGateway: NodeRegistry {
    func beginIncarnation(of node: NodeID, name: String, version: String) async throws(NodeRegistryError) -> Incarnation {
        Incarnation(node: node, number: 1)
    }

    func nodes() async throws(NodeRegistryError) -> [ClusterNode] {
        try state.withLock { state throws(NodeRegistryError) in
            if state.isUnavailable { throw .unavailable(cause: "lost") }
            return state.nodes
        }
    }
}

extension InMemoryGateway: NodeMonitor {
    func health() async -> NodeHealth {
        let isWorking = state.withLock { $0.isWorking && !$0.isUnavailable }
        return NodeHealth(parts: [
            NodeHealth.Part(
                name: "database", title: LocalizedText("Database", ja: "データベース"), isWorking: isWorking,
                detail: isWorking ? LocalizedText("answers", ja: "応答あり") : LocalizedText("does not answer", ja: "応答なし"))
        ])
    }

    func activity() -> NodeActivity {
        NodeActivity(
            version: "1.2.3", nodeName: "mx1", startedAt: UTCTime(milliseconds: 1_700_000_000_123), smtpSessions: 3, maximumSessions: 100,
            listeners: ["smtp 127.0.0.1:2525"], activeRecipients: 4, deliveryConnections: 2, memoryContentBytes: 1024)
    }

    func startMaintenance() { change { $0.maintenanceRequests += 1 } }
    func wakeQueue() { change { $0.queueWakings += 1 } }
    func adoptChanges() async {}
    func setupIsDone() {}
    func removeContent(_ messages: [RecordIdentifier]) { change { $0.removedContent += messages } }
}

extension InMemoryGateway: StatisticsStore {
    /// Every message of the log counts as one of the first period asked for.
    func mailFigures(
        _ period: StatisticsPeriod, from: UTCTime, until: UTCTime, direction: MailDirection?
    ) async throws(MessageLogError) -> [MailFigure] {
        try log { state in
            let entries = state.messages.map(\.record.entry).filter { direction == nil || $0.direction == direction }
            return entries.map {
                MailFigure(start: from, direction: $0.direction, result: $0.result, messages: 1, sizeBytes: $0.sizeBytes)
            }
        }
    }

    func correspondents(_ query: CorrespondentQuery) async throws(MessageLogError) -> [Correspondent] {
        try log { state in
            let addresses = state.messages.flatMap { message in
                query.side == .sender ? [message.record.entry.reversePath] : message.record.recipients.map(\.address)
            }
            let counts = Dictionary(grouping: addresses, by: { $0 }).mapValues(\.count)
            let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            return sorted.prefix(query.limit).map { Correspondent(address: $0.key, messages: $0.value, sizeBytes: 1000 * $0.value) }
        }
    }
}

extension QueueEntry {
    fileprivate func with(isHeld: Bool) -> QueueEntry {
        QueueEntry(
            message: message, ordinal: ordinal, reversePath: reversePath, recipient: recipient, subject: subject, sizeBytes: sizeBytes,
            receivedAt: receivedAt, attempts: attempts, nextAttemptAt: nextAttemptAt, isHeldByAdministrator: isHeld, holder: holder,
            lastReply: lastReply)
    }
}
