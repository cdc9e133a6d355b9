import Delivery
package import DomainsAndUsers
package import Logging
import Mail
import MessageLog
package import Metrics
import NIOCore
import ServiceLifecycle
package import Settings
package import SharedFolders

/// Sends digests on the primary: once for each local date from the set time on, and when an administrator asks on any node. What a crash, a
/// lost role or a failure breaks off is gone on with, by whichever node is the primary then: each digest is queued in the transaction that
/// marks what it tells of, so nothing is told twice, and what is not marked is told yet.
package struct DigestService: Service {
    package struct Ports: Sendable {
        let store: any DigestStore
        let writer: any DigestWriter
        let keys: any LinkKeyStore
        let folder: MessageDataFolder
        let wake: @Sendable () -> Void

        /// - Parameter wake: rows of the queue are due.
        package init(
            store: any DigestStore, writer: any DigestWriter, keys: any LinkKeyStore, folder: MessageDataFolder,
            wake: @escaping @Sendable () -> Void
        ) {
            self.store = store
            self.writer = writer
            self.keys = keys
            self.folder = folder
            self.wake = wake
        }
    }

    private let ports: Ports
    private let composer: DigestComposer
    private let node: NodeID
    private let epoch: @Sendable () -> Int64?
    private let logger: Logger
    private let sent: Counter

    private static let interval = Duration.seconds(2)
    private static let ownersPerPage = 100
    private static let storeDeadline = Duration.seconds(15)
    private static let writeDeadline = Duration.seconds(15)

    /// - Parameter epoch: of the primary's role while this node has it.
    package init(
        ports: Ports, composer: DigestComposer, node: NodeID, epoch: @escaping @Sendable () -> Int64?, logger: Logger,
        metrics: any MetricsFactory = MetricsSystem.factory
    ) {
        self.ports = ports
        self.composer = composer
        self.node = node
        self.epoch = epoch
        self.logger = logger
        sent = Counter(label: "securitygateway_quarantine_digests_total", dimensions: [], factory: metrics)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            var agenda = DigestAgenda()
            while !Task.isCancelled {
                if epoch() != nil { await work(on: &agenda, now: .now()) }
                try? await Task.sleep(for: Self.interval)  // cancellation ends the loop
            }
        }
    }

    /// One look at what is due.
    package func work(on agenda: inout DigestAgenda, now: UTCTime) async {
        let (today, isWeekend, time) = LocalZone.day(now)
        // Unreadable, they are found at the next look.
        guard let unfinished = try? await ports.store.unfinishedDigestRuns() else { return }
        let due = agenda.due(
            unfinished, today: today, time: time, from: composer.settings.snapshot.settings.digest.time,
            isWanted: composer.isAnyDue(isWeekend: isWeekend), now: .now)
        for key in due {
            let isManual = key.hasPrefix("manual-")
            if await perform(key, isWeekend: isManual ? nil : isWeekend) {
                agenda.finish(key, today: today)
            } else {
                agenda.fail(now: .now)
            }
        }
    }

    /// Why a run stops and is gone on with.
    private struct Stopped: Error {
        let cause: String
    }

    /// - Returns: whether nothing is left to do for this key.
    private func perform(_ key: String, isWeekend: Bool?) async -> Bool {
        var count = 0
        do {
            guard try await ports.store.beginDigests(key) else { return true }
            try await sendAll(isWeekend: isWeekend, count: &count)
            try await ports.store.endDigests(key, sent: count, cause: nil)
            if count > 0 { logger.notice("quarantine digests sent", metadata: ["run": "\(key)", "digests": "\(count)"]) }
            return true
        } catch {
            let cause = (error as? Stopped)?.cause ?? "\(error)"
            logger.warning("quarantine digests stopped and are gone on with later", metadata: ["run": "\(key)", "cause": "\(cause)"])
            // The cause is in the log already; the row is for those who look at the page.
            try? await ports.store.endDigests(key, sent: count, cause: cause)
            return false
        }
    }

    private func sendAll(isWeekend: Bool?, count: inout Int) async throws {
        let key = try await ports.keys.currentLinkKey(at: .now())
        if try await send(to: .administrators, key, isWeekend: isWeekend) { count += 1 }
        var cursor: String?
        repeat {
            let page = try await ports.store.digestOwners(after: cursor, limit: Self.ownersPerPage)
            for owner in page.owners where try await send(to: owner, key, isWeekend: isWeekend) { count += 1 }
            cursor = page.next
        } while cursor != nil
    }

    /// - Returns: whether one was sent.
    private func send(to owner: DigestOwner, _ key: LinkKey, isWeekend: Bool?) async throws -> Bool {
        guard let epoch = epoch(), !Task.isCancelled else { throw Stopped(cause: "this node is not the primary any more, or stops") }
        guard composer.isMeant(owner, isWeekend: isWeekend), try await ports.store.wantsDigest(owner.key),
            let content = try await ports.store.digestContent(for: owner),
            let mail = composer.mail(to: owner, content, key: key, at: .now())
        else { return false }
        let bytes = mail.message()
        let submission = submission(mail, bytes.count, signature: try await composer.signature(of: mail, bytes))
        // Under a new name each time; what is not queued in the end the sweep removes.
        _ = try await ports.folder.store(ByteBuffer(bytes: bytes), as: mail.identifier, deadline: Self.storeDeadline)
        let isMore = content.count > content.entries.count
        let digest = DigestSubmission(
            submission: submission, owner: owner, listed: content.entries.map(\.message),
            marksBefore: isMore ? content.entries.last?.quarantinedAt : nil, epoch: epoch)
        guard try await ports.writer.send(digest, deadline: Self.writeDeadline) else {
            ports.folder.remove([mail.identifier], logger: logger)
            guard self.epoch() == epoch else { throw Stopped(cause: "this node is not the primary any more") }
            // All of it was released or deleted meanwhile.
            return false
        }
        sent.increment()
        ports.wake()
        return true
    }

    private func submission(_ mail: DigestMail, _ size: Int, signature: [UInt8]) -> QueueSubmission {
        let message = QueuedMessage(
            identifier: mail.identifier, reversePath: .null, receivedAt: mail.at, direction: .internal, prependedHeader: signature,
            sizeBytes: size, body: .sevenBit, isInternational: mail.recipient.isInternational, returnContent: nil, envelopeIdentifier: nil)
        let log = MessageLogEntry(
            message: mail.identifier, receivedAt: mail.at, node: node, direction: .internal, result: .accepted,
            reason: "quarantine digest", client: .gateway, reversePath: "",
            header: MessageLogHeader(subject: mail.subject, from: mail.from, messageID: mail.messageID), sizeBytes: size)
        let recipient = QueuedRecipient(ordinal: 0, address: mail.recipient, notify: nil, originalRecipient: nil)
        return QueueSubmission(message: message, recipients: [recipient], log: log, refused: [], isHeld: false)
    }
}
