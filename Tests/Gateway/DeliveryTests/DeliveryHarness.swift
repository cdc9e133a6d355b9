import Cluster
import DNS
import DomainsAndUsers
import Foundation
import Logging
import Mail
import MessageLog
import NIOCore
import NIOPosix
import SMTP
import Settings
import SharedFolders
import TransportSecurity

@testable import Delivery

/// A node's delivery with everything around it in memory, and a message folder of its own.
final class DeliveryHarness: Sendable {
    let store = InMemoryDeliveryQueueStore()
    let folder: MessageDataFolder
    let budget = MemoryBudget(limit: 64 << 20)
    let contexts: TLSContexts
    let queue: DeliveryQueue
    let runner: QueueRunner
    /// Whether the node's last heartbeat is young.
    let isAlive = Watched(true)
    /// Lines of the level error, and above.
    let errors = Watched<[String]>([])
    private let path: String
    private let offset = Watched(Duration.zero)
    private let counter = Watched(0)

    /// - Parameters:
    ///   - servers: mail servers of `here.example`, all of the same priority unless `priorities` says otherwise.
    ///   - authority: a folder whose certificate is trusted.
    init(
        _ servers: [SMTPTestServer] = [], priorities: [Int] = [], host: String = "127.0.0.1", security: ConnectionSecurity = .none,
        dns: StaticDNSResolver = StaticDNSResolver(), listeners: [ListenAddress] = [], authority: String? = nil,
        recordingGrace: Duration = .seconds(10), configure: (inout GatewaySettings) -> Void = { _ in }
    ) async throws {
        path = NSTemporaryDirectory() + "/delivery-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/data", withIntermediateDirectories: true)
        folder = MessageDataFolder(path: path + "/data", budget: budget)
        contexts = try await Self.contexts(in: path + "/tls", authority: authority)
        var settings = GatewaySettings()
        settings.node.heloName = "gw.example.net"
        settings.reception.shutdownGraceSeconds = 2
        // A server that holds its answer until the test opens a gate: a busy machine may let the test wait for its turn.
        settings.delivery.replyTimeoutSeconds = 120
        settings.bounces.language = .english
        configure(&settings)
        let mailServers = servers.enumerated().map { number, server in
            MailServer(
                endpoint: HostAndPort(host: host, port: server.port), priority: number < priorities.count ? priorities[number] : 10,
                security: security)
        }
        let domain = ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: 1), name: try DomainName("here.example"), mailServers: mailServers)
        let isAlive = isAlive
        let start = ContinuousClock.now
        let heartbeat = ConfirmedHeartbeat(now: { isAlive.value ? start : start.advanced(by: .seconds(3600)) })
        heartbeat.confirm(begunAt: start)
        let node = DeliveryEnvironment.Node(
            identifier: Fixture.node, hostName: "system.example.net",
            settings: CurrentSettings(SettingsSnapshot(revision: SettingsRevision(1), settings: settings)),
            domains: CurrentDomains(DomainDirectory(revision: SettingsRevision(1), domains: [domain])), heartbeat: heartbeat)
        var environment = DeliveryEnvironment(
            node: node, store: store, folder: folder, resolver: dns, contexts: contexts,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: Self.logger(errors))
        let offset = offset
        let now = store.now
        environment.now = { now.value }
        environment.instant = { start.advanced(by: offset.value) }
        if !listeners.isEmpty { environment.listeners = { listeners } }
        queue = DeliveryQueue(environment)
        runner = QueueRunner(queue, recordingGrace: recordingGrace)
    }

    deinit {
        folder.close()
        try? FileManager.default.removeItem(atPath: path)  // a temporary folder
    }

    private static func logger(_ errors: Watched<[String]>) -> Logger {
        Logger(label: "delivery-tests", factory: { _ in ErrorCollector(errors: errors) })
    }

    static func contexts(in folder: String, names: [String] = ["localhost"], authority: String? = nil) async throws -> TLSContexts {
        let logger = Logger(label: "delivery-tests", factory: { _ in SwiftLogNoOpLogHandler() })
        return try await TLSContexts.open(
            NodeCertificates(folder: folder, names: names, logger: logger), authoritiesFile: authority, logger: logger)
    }

    /// Runs the runner around a test's body and stops it afterwards.
    func running(_ body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.runner.run() }
            // Fresh mail goes through memory only once the runner is there: its first poll shows it.
            await store.until { $0.claims > 0 || $0.isDead }
            let result: Result<Void, any Error>
            do { result = .success(try await body()) } catch { result = .failure(error) }
            runner.beginStop()
            try await group.waitForAll()
            try result.get()
        }
    }

    /// Submits a message as MailFlow does, its content stored first.
    @discardableResult
    func submit(
        _ content: String = "Subject: hello\r\n\r\nbody\r\n", from: String = "sender@far.example", to recipients: String...,
        notify: DeliveryNotifyCondition? = nil, prepended: String = "", body: QueuedMessage.BodyKind = .sevenBit,
        isInternational: Bool = false
    ) async throws -> QueuedMessage {
        try await submit(
            Array(content.utf8), from: from, to: recipients, notify: notify, prepended: prepended, body: body,
            isInternational: isInternational)
    }

    @discardableResult
    func submit(
        _ content: [UInt8], from: String, to recipients: [String], notify: DeliveryNotifyCondition? = nil, prepended: String = "",
        body: QueuedMessage.BodyKind = .sevenBit, isInternational: Bool = false, isInMemory: Bool = true
    ) async throws -> QueuedMessage {
        let identifier = RecordIdentifier(
            milliseconds: store.now.value.milliseconds
                + Int64(
                    counter.change {
                        $0 += 1; return $0
                    }))
        var stored = try await folder.store(ByteBuffer(bytes: content), as: identifier, deadline: .seconds(60))
        if !isInMemory { stored = .file(StoredMessage(identifier: identifier)) }
        let message = try Fixture.message(
            from: from, identifier: identifier, receivedAt: store.now.value, prepended: prepended, sizeBytes: content.count, body: body,
            isInternational: isInternational)
        let queued = try recipients.enumerated().map { number, address in
            QueuedRecipient(ordinal: number, address: try EmailAddress(address), notify: notify, originalRecipient: nil)
        }
        try await queue.submit(message, recipients: queued, log: log(message), refused: [], content: stored, deadline: .seconds(60))
        return message
    }

    private func log(_ message: QueuedMessage) -> MessageLogEntry {
        MessageLogEntry(
            message: message.identifier, receivedAt: message.receivedAt, node: Fixture.node, direction: .inbound, result: .accepted,
            reason: "queued", client: .gateway, reversePath: message.reversePath.description, header: .none, sizeBytes: message.sizeBytes)
    }

    /// Lets rows fall due and pauses end, and says so.
    func advance(by time: Duration) {
        store.now.change { $0 = $0.advanced(by: time) }
        offset.change { $0 += time }
        queue.wake()
    }

    /// Returns when so many recipients are in memory. They leave it after the commit that the store shows; a wait without end is
    /// the test's time limit's.
    func untilActive(_ count: Int) async throws {
        while queue.activeRecipientCount != count { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// The share with the message folder goes away, and comes back with all that was in it.
    func takeFolderAway() throws { try FileManager.default.moveItem(atPath: path + "/data", toPath: path + "/away") }
    func bringFolderBack() throws { try FileManager.default.moveItem(atPath: path + "/away", toPath: path + "/data") }

    /// Cuts a message's content on the disk.
    func damage(_ message: QueuedMessage) throws { try Data("cut".utf8).write(to: contentFile(message)) }

    /// Takes a message's content away.
    func lose(_ message: QueuedMessage) throws { try FileManager.default.removeItem(at: contentFile(message)) }

    private func contentFile(_ message: QueuedMessage) throws -> URL {
        let name = StoredMessage(identifier: message.identifier).fileName
        let file = try FileManager.default.subpathsOfDirectory(atPath: path + "/data").first { $0.hasSuffix(name) }
        return URL(fileURLWithPath: "\(path)/data/\(file ?? name)")
    }

    /// Content files in the folder, once what was to be removed is removed.
    func contentFiles(downTo count: Int = 0) async throws -> [String] {
        var found: [String] = []
        // Removal happens behind the outcome's record, gathered for a moment.
        let end = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < end {
            try await folder.probe(deadline: .seconds(60))
            found = try FileManager.default.subpathsOfDirectory(atPath: path + "/data").filter { $0.hasSuffix(".eml") }
            if found.count <= count { break }
        }
        return found
    }
}

enum DeliveryHarnessLogger {
    static let silent = Logger(label: "delivery-tests", factory: { _ in SwiftLogNoOpLogHandler() })
}

/// Keeps what an operator must see.
private struct ErrorCollector: LogHandler {
    let errors: Watched<[String]>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard event.level >= .error else { return }
        errors.change { $0.append("\(event.message) \(event.metadata ?? [:])") }
    }
}
