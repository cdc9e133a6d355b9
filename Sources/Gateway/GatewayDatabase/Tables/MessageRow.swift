import Delivery
import Firebird
import Mail
import MessageLog
import SMTP
import Settings

/// The row of table `message`: what the log shows of a message and what its delivery needs.
enum MessageRow {
    /// Bytes of prepended header in the row itself; what is longer goes into rows of `message_header_part`.
    static let inlineHeaderBytes = 2000
    static let headerPartBytes = 8000

    static let insert: StaticString = """
        insert into message (id, received_at, node_id, direction, result, reason, client_address, helo_name, protocol_name, tls, reverse_path,
            subject, header_from, message_id_field, size_bytes, recipient_count, body_kind, is_international, return_content, envelope_id,
            prepended_header, header_parts, authenticated_user, sender_key, transcript)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static let insertHeaderPart: StaticString = "insert into message_header_part (message_id, part, content) values (?, ?, ?)"

    /// An accepted message. Its envelope is taken from `message`, what the log knows besides from `log`.
    static func values(_ submission: QueueSubmission) -> [FirebirdValue] {
        let message = submission.message
        let header = message.prependedHeader
        return log(
            submission.log, identifier: message.identifier, receivedAt: message.receivedAt, direction: message.direction,
            reversePath: message.reversePath.description, sizeBytes: message.sizeBytes,
            recipientCount: submission.recipients.count + submission.refused.count)
            + [
                .text(message.body.rawValue), .boolean(message.isInternational), .optionalText(message.returnContent?.rawValue),
                .octets(message.envelopeIdentifier),
                .bytes(header.count <= inlineHeaderBytes ? header : Array(header.prefix(inlineHeaderBytes))),
                .integer(partCount(header)), user(submission.log), senderKey(message.reversePath.description),
                submission.log.transcript.firebirdValue,
            ]
    }

    /// A message that was not accepted.
    static func values(_ entry: MessageLogEntry, recipientCount: Int) -> [FirebirdValue] {
        log(
            entry, identifier: entry.message, receivedAt: entry.receivedAt, direction: entry.direction, reversePath: entry.reversePath,
            sizeBytes: entry.sizeBytes, recipientCount: recipientCount)
            + [
                .text(QueuedMessage.BodyKind.sevenBit.rawValue), .boolean(false), .null, .null, .bytes([]), .integer(0), user(entry),
                senderKey(entry.reversePath), entry.transcript.firebirdValue,
            ]
    }

    /// The parts of a header that is longer than what the row holds.
    static func headerParts(_ message: QueuedMessage) -> [[FirebirdValue]] {
        let rest = message.prependedHeader.dropFirst(inlineHeaderBytes)
        return stride(from: rest.startIndex, to: rest.endIndex, by: headerPartBytes).enumerated().map { part, start in
            [
                message.identifier.firebirdValue, .integer(part),
                .bytes(Array(rest[start..<min(rest.endIndex, start + headerPartBytes)])),
            ]
        }
    }

    private static func user(_ entry: MessageLogEntry) -> FirebirdValue { entry.user.isEmpty ? .null : .octets(entry.user) }
    /// What the log is searched by.
    private static func senderKey(_ reversePath: String) -> FirebirdValue {
        .octets(CorrespondentCondition.key(of: reversePath).cutBytes(to: CorrespondentCondition.maximumBytes))
    }

    private static func partCount(_ header: [UInt8]) -> Int {
        (max(0, header.count - inlineHeaderBytes) + headerPartBytes - 1) / headerPartBytes
    }

    private static func log(
        _ entry: MessageLogEntry, identifier: RecordIdentifier, receivedAt: UTCTime, direction: MailDirection, reversePath: String,
        sizeBytes: Int,
        recipientCount: Int
    ) -> [FirebirdValue] {
        [
            identifier.firebirdValue, receivedAt.firebirdValue, entry.node.firebirdValue, .text(direction.rawValue),
            .text(entry.result.rawValue),
            .octets(entry.reason), .octets(entry.clientAddress), .octets(entry.heloName), .octets(entry.protocolName), .octets(entry.tls),
            .text(reversePath), .text(entry.subject), .octets(entry.headerFrom), .octets(entry.messageIDField), .integer(sizeBytes),
            .integer(recipientCount),
        ]
    }

    /// Columns of the log, in the order `entry` reads them.
    static let logColumns = """
        m.id, m.received_at, m.node_id, m.direction, m.result, m.reason, m.client_address, m.helo_name, m.protocol_name, m.tls, m.reverse_path,
        m.subject, m.header_from, m.message_id_field, m.size_bytes, m.recipient_count, m.authenticated_user, m.transcript
        """

    static func entry(_ row: FirebirdRow) throws(FirebirdError) -> MessageLogEntry {
        var entry = MessageLogEntry(
            message: try row.decode(0), receivedAt: try row.decode(1), node: try row.decode(2), direction: try row.word("direction"),
            result: try row.word("result"), reason: try row.octets(5),
            client: MessageLogClient(
                address: try row.octets(6), heloName: try row.octets(7), protocolName: try row.octets(8), tls: try row.octets(9),
                user: try row.decode("authenticated_user", as: [UInt8]?.self).map { String(decoding: $0, as: UTF8.self) } ?? ""),
            reversePath: try row.decode(10),
            header: MessageLogHeader(subject: try row.decode(11), from: try row.octets(12), messageID: try row.octets(13)),
            sizeBytes: try row.decode(14))
        entry.transcript = try row.decode("transcript")
        return entry
    }
}
