import MessageLog
import Settings

/// A message of the log.
package struct MessageDocument: Codable, Sendable {
    package let message: String
    package let receivedAt: String
    package let receivedAtMilliseconds: Int64
    package let node: String
    package let direction: String
    package let result: String
    package let reason: String
    package let clientAddress: String
    /// Address of the user who had signed in; empty when nobody had.
    package let user: String
    package let heloName: String
    package let protocolName: String
    package let tls: String
    package let reversePath: String
    package let subject: String
    package let headerFrom: String
    /// The Message-ID field.
    package let messageID: String
    package let sizeBytes: Int
    /// All of them; `recipients` of a list has the first ones only.
    package let recipientCount: Int
    package let recipients: [RecipientDocument]
    /// Oldest first; only in `GET /messages/{message}`.
    package let events: [DeliveryEventDocument]?
    /// Absent when filtering did not look at it; only in `GET /messages/{message}`.
    package let judgement: JudgementDocument?
    /// The SMTP dialogue it came in; absent when none is kept.
    package let transcript: String?

    package struct RecipientDocument: Codable, Sendable {
        package let ordinal: Int
        package let address: String
        package let state: String
        package let reason: String
        package let updatedAt: String
        /// The alias the message was sent to; empty when it was sent to `address`.
        package let alias: String
    }

    init(_ record: MessageLogRecord, events: [DeliveryHistoryEvent]? = nil) {
        let entry = record.entry
        message = entry.message.description
        receivedAt = TimeText.text(entry.receivedAt)
        receivedAtMilliseconds = entry.receivedAt.milliseconds
        node = entry.node.description
        direction = entry.direction.rawValue
        result = entry.result.rawValue
        reason = entry.reason
        clientAddress = entry.clientAddress
        user = entry.user
        heloName = entry.heloName
        protocolName = entry.protocolName
        tls = entry.tls
        reversePath = entry.reversePath
        subject = entry.subject
        headerFrom = entry.headerFrom
        messageID = entry.messageIDField
        sizeBytes = entry.sizeBytes
        recipientCount = record.recipientCount
        recipients = record.recipients.map {
            RecipientDocument(
                ordinal: $0.ordinal, address: $0.address, state: $0.state.rawValue, reason: $0.reason,
                updatedAt: TimeText.text($0.updatedAt), alias: $0.alias)
        }
        self.events = events.map { $0.map(DeliveryEventDocument.init) }
        judgement = entry.judgement.map(JudgementDocument.init)
        transcript = entry.transcript?.description
    }
}

/// What happened to a recipient's copy.
package struct DeliveryEventDocument: Codable, Sendable {
    package let ordinal: Int
    package let at: String
    package let atMilliseconds: Int64
    package let node: String
    package let kind: String
    package let attempt: Int
    package let nextHop: String
    package let reply: String
    package let tls: String
    package let durationMilliseconds: Int
    /// The SMTP dialogue with the next hop; absent when there was none or none is kept.
    package let transcript: String?

    init(_ event: DeliveryHistoryEvent) {
        ordinal = event.ordinal
        at = TimeText.text(event.at)
        atMilliseconds = event.at.milliseconds
        node = event.node.description
        kind = event.kind.rawValue
        attempt = event.attempt
        nextHop = event.nextHop
        reply = event.reply
        tls = event.tls
        durationMilliseconds = event.durationMilliseconds
        transcript = event.transcript?.description
    }
}
