import Foundation
import Mail
import MessageLog
import NIOCore
import SMTP
import Settings
import SharedFolders

@testable import Delivery

/// Values that tests of this module share.
enum Fixture {
    /// 2026-11-23T10:00:00Z.
    static let start = UTCTime(milliseconds: 1_795_428_000_000)
    static let node = NodeID(RecordIdentifier(high: 1, low: 1))

    static func address(_ text: String) throws -> EmailAddress { try EmailAddress(text) }

    static func message(
        from: String = "sender@example.org", identifier: RecordIdentifier = RecordIdentifier(milliseconds: 1_795_428_000_000),
        receivedAt: UTCTime = start, prepended: String = "", sizeBytes: Int = 100, body: QueuedMessage.BodyKind = .sevenBit,
        isInternational: Bool = false, returnContent: ReturnContent? = nil, envelopeIdentifier: String? = nil
    ) throws -> QueuedMessage {
        QueuedMessage(
            identifier: identifier, reversePath: try ReversePath(path: from), receivedAt: receivedAt, direction: .inbound,
            prependedHeader: Array(prepended.utf8), sizeBytes: sizeBytes, body: body, isInternational: isInternational,
            returnContent: returnContent, envelopeIdentifier: envelopeIdentifier)
    }

    static func recipients(
        _ addresses: String..., notify: DeliveryNotifyCondition? = nil, attempts: Int = 0, isDelayReported: Bool = false,
        queuedAt: UTCTime? = nil
    ) throws -> [QueuedRecipient] {
        try addresses.enumerated().map { ordinal, text in
            QueuedRecipient(
                ordinal: ordinal, address: try EmailAddress(text), notify: notify, originalRecipient: nil, attempts: attempts,
                isDelayReported: isDelayReported, queuedAt: queuedAt)
        }
    }

    static func job(_ message: QueuedMessage, _ recipients: [QueuedRecipient], to nextHop: NextHop = .servers([])) -> DeliveryJob {
        let content = MessageContent.file(StoredMessage(identifier: message.identifier))
        return DeliveryJob(active: ActiveMessage(message, content), recipients: recipients, nextHop: nextHop)
    }

    /// Makes every spread zero. Not 0 itself: for ever repeated it is a number that `Int.random` never accepts.
    struct Smallest: RandomNumberGenerator {
        mutating func next() -> UInt64 { 1 }
    }
}

extension ByteBuffer {
    var text: String { String(buffer: self) }
}

extension SMTPReply {
    /// From its wire form, such as `250-a\r\n250 b`; a wrong one is the test's mistake and shows as 599.
    static func read(_ text: String) -> SMTPReply {
        var parser = SMTPReplyParser()
        parser.append(ByteBuffer(string: text + "\r\n"))
        do { return try parser.next() ?? SMTPReply(599, "unfinished") } catch { return SMTPReply(599, "\(error)") }
    }
}
