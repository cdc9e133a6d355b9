import Logging
import Mail
import MessageLog
import NIOCore
import SMTP
import Settings
import SharedFolders
import Synchronization

/// Makes reports durable: what they return of the message is read within bounds, and the content is stored before anybody is told.
final class ReportMaker: Sendable {
    private let environment: DeliveryEnvironment
    private let active: ActiveRecipients
    /// So that one outage is one line of the log.
    private let isFolderAway = Atomic(false)

    /// A stored report, ready for the queue.
    struct Prepared: Sendable {
        let submission: QueueSubmission
        let content: MessageContent
        /// Says in the history of the message that its sender is told.
        let events: [DeliveryHistoryEvent]
    }

    /// A header returned is cut here.
    private static let maximumHeaderBytes = 64 << 10
    private static let storeDeadline = Duration.seconds(30)
    private static let firstPause = Duration.milliseconds(200)
    private static let longestPause = Duration.seconds(10)

    init(environment: DeliveryEnvironment, active: ActiveRecipients) {
        self.environment = environment
        self.active = active
    }

    /// Keeps trying while the folder is away: an outcome without its report would leave the sender in the dark.
    /// - Parameters:
    ///   - reported: at least one.
    ///   - sender: the reverse-path.
    /// - Returns: `nil` when cancelled; then only what was delivered may be recorded.
    func prepare(_ original: ActiveMessage, _ reported: [ReportedRecipient], for sender: EmailAddress) async -> Prepared? {
        let returned = await returned(original, reported, environment.settings.bounces)
        var pause = Self.firstPause
        while !Task.isCancelled {
            // Under a new name each time: what a try that was given up finishes or removes late is then nobody else's file.
            let report = DeliveryStatusNotification(
                sender: sender, origin: origin(), message: original.message, recipients: reported, returned: returned)
            let content = report.content()
            do throws(SharedFolderError) {
                let stored = try await environment.folder.store(content, as: report.origin.identifier, deadline: Self.storeDeadline)
                storeAnswered()
                let isHeld = active.reserve(1, limit: environment.settings.delivery.activeRecipients)
                return Prepared(
                    submission: submission(report, content, isHeld: isHeld), content: stored, events: events(report, reported))
            } catch {
                storeFailed(error)
            }
            try? await Task.sleep(for: pause)  // cancellation ends the loop above
            pause = min(pause * 2, Self.longestPause)
        }
        return nil
    }

    private func origin() -> DeliveryStatusNotification.Origin {
        let settings = environment.settings
        let now = environment.now()
        let helo = environment.heloName(settings)
        return DeliveryStatusNotification.Origin(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), reportingHost: helo,
            domain: settings.bounces.reportingDomain.isEmpty ? helo : settings.bounces.reportingDomain, at: now,
            language: settings.bounces.language)
    }

    /// The whole message only for failures (RFC 3461 section 4.3), if the sender did not ask for the header alone, within the limit.
    private func returned(
        _ original: ActiveMessage, _ reported: [ReportedRecipient], _ settings: BounceSettings
    ) async -> DeliveryStatusNotification.Returned {
        let message = original.message
        let preparation = ContentPreparation(folder: environment.folder, message: message, content: original.content)
        let isWhole =
            message.returnContent != .headers && message.body != .binaryMIME && preparation.contentBytes <= settings.maximumReturnedBytes
            && reported.contains { $0.action == .failed }
        do throws(ContentPreparation.Problem) {
            let bytes = message.prependedHeader + (try await preparation.bytes(upTo: isWhole ? message.sizeBytes : Self.maximumHeaderBytes))
            return isWhole ? .message(bytes) : .header(Self.header(of: bytes))
        } catch {
            environment.logger.warning(
                "a report goes without its message", metadata: ["message": "\(message.identifier)", "cause": "\(error)"])
            return .nothing
        }
    }

    /// Whole lines up to the empty one.
    static func header(of bytes: [UInt8]) -> [UInt8] {
        var lineStart = 0
        for (position, byte) in bytes.enumerated() where byte == 0x0A {
            let length = position - lineStart
            if length == 0 || (length == 1 && bytes[lineStart] == 0x0D) { return Array(bytes[..<lineStart]) }
            lineStart = position + 1
        }
        return Array(bytes[..<lineStart])
    }

    private func storeFailed(_ error: SharedFolderError) {
        guard !isFolderAway.exchange(true, ordering: .relaxed) else { return }
        environment.logger.error("reports wait for the message folder", metadata: ["cause": "\(error)"])
    }

    private func storeAnswered() {
        guard isFolderAway.exchange(false, ordering: .relaxed) else { return }
        environment.logger.notice("reports are stored again")
    }

    private func events(_ report: DeliveryStatusNotification, _ reported: [ReportedRecipient]) -> [DeliveryHistoryEvent] {
        reported.map { recipient in
            DeliveryHistoryEvent(
                message: report.message.identifier, ordinal: recipient.recipient.ordinal, at: report.origin.at,
                node: environment.node.identifier, kind: .reported, reply: "report \(report.origin.identifier) to \(report.sender)")
        }
    }

    private func submission(_ report: DeliveryStatusNotification, _ content: ByteBuffer, isHeld: Bool) -> QueueSubmission {
        let origin = report.origin
        let hasEightBit = content.readableBytesView.contains { $0 >= 0x80 }
        let message = QueuedMessage(
            identifier: origin.identifier, reversePath: .null, receivedAt: origin.at, direction: .internal, prependedHeader: [],
            sizeBytes: content.readableBytes, body: hasEightBit ? .eightBitMIME : .sevenBit, isInternational: report.isInternational,
            returnContent: nil, envelopeIdentifier: nil)
        let log = MessageLogEntry(
            message: origin.identifier, receivedAt: origin.at, node: environment.node.identifier, direction: .internal, result: .accepted,
            reason: "delivery report for message \(report.message.identifier)", client: .gateway, reversePath: "",
            header: MessageLogHeader(subject: report.text.subject, from: report.from, messageID: "<\(report.messageID)>"),
            sizeBytes: content.readableBytes)
        let recipient = QueuedRecipient(ordinal: 0, address: report.sender, notify: nil, originalRecipient: nil)
        return QueueSubmission(message: message, recipients: [recipient], log: log, refused: [], isHeld: isHeld)
    }
}
