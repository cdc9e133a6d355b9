import Cluster
import Delivery
import Mail
import MessageLog
import SMTP
import Settings

/// Messages for tests.
enum Samples {
    static func submission(
        to recipients: [String] = ["user@example.com"], from sender: String = "sender@example.net", subject: String = "A subject",
        header: [UInt8] = Array("Received: from a by b\r\n".utf8), node: NodeID, isHeld: Bool = true, receivedAt: UTCTime = .now(),
        identifier: RecordIdentifier = .fresh()
    ) throws -> QueueSubmission {
        let message = QueuedMessage(
            identifier: identifier, reversePath: try ReversePath(path: sender), receivedAt: receivedAt, direction: .inbound,
            prependedHeader: header, sizeBytes: 10_240, body: .eightBitMIME, isInternational: false, returnContent: .headers,
            envelopeIdentifier: "envelope-1")
        let queued = try recipients.enumerated().map { ordinal, address in
            QueuedRecipient(
                ordinal: ordinal, address: try EmailAddress(address), notify: .on([.failure, .delay]),
                originalRecipient: OriginalRecipient(address: address))
        }
        let log = entry(identifier, node: node, sender: sender, subject: subject, receivedAt: receivedAt)
        return QueueSubmission(message: message, recipients: queued, log: log, refused: [], isHeld: isHeld)
    }

    static func entry(
        _ identifier: RecordIdentifier = .fresh(), node: NodeID, sender: String = "sender@example.net", subject: String = "A subject",
        result: MessageResult = .accepted, direction: MailDirection = .inbound, receivedAt: UTCTime = .now()
    ) -> MessageLogEntry {
        var entry = MessageLogEntry(
            message: identifier, receivedAt: receivedAt, node: node, direction: direction, result: result,
            reason: result == .accepted ? "queued" : "550 5.7.1 no relaying",
            client: MessageLogClient(
                address: "192.0.2.7", heloName: "client.example.net", protocolName: "ESMTPS", tls: "TLSv1.3 TLS_AES_256_GCM_SHA384"),
            reversePath: sender,
            header: MessageLogHeader(subject: subject, from: "Sender <\(sender)>", messageID: "<\(identifier)@example.net>"),
            sizeBytes: 10_240)
        entry.transcript = identifier
        return entry
    }

    static func outcome(
        _ message: RecordIdentifier, ordinal: Int = 0, attempts: Int = 0, _ change: RecipientOutcome.Change, node: NodeID
    ) -> RecipientOutcome {
        let kind: DeliveryHistoryEvent.Kind
        switch change {
        case .finished(.delivered): kind = .delivered
        case .finished: kind = .failed
        case .deferred, .givenBack: kind = .deferred
        }
        var event = DeliveryHistoryEvent(
            message: message, ordinal: ordinal, at: .now(), node: node, kind: kind, attempt: attempts + 1,
            nextHop: "mail.example.com[192.0.2.25]:25", reply: "250 2.0.0 Ok: queued as 4711", tls: "TLSv1.3", durationMilliseconds: 12)
        event.transcript = message
        return RecipientOutcome(ordinal: ordinal, attempts: attempts, change: change, event: event)
    }

    static func reported(_ message: RecordIdentifier, _ node: NodeID) -> DeliveryHistoryEvent {
        DeliveryHistoryEvent(message: message, ordinal: 0, at: .now(), node: node, kind: .reported, reply: "report to the sender")
    }

    static func delivered(
        _ message: RecordIdentifier, ordinals: [Int] = [0], attempts: Int = 0, isWhole: Bool = false, node: NodeID
    ) -> DeliveryRecord {
        DeliveryRecord(
            message: message,
            outcomes: ordinals.map { outcome(message, ordinal: $0, attempts: attempts, .finished(.delivered), node: node) },
            isWhole: isWhole)
    }
}
