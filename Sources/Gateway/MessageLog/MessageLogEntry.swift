package import Settings

/// Which way a message goes, as rules and reports see it.
package enum MailDirection: String, Sendable, Hashable, Codable, CaseIterable {
    /// From outside to a protected domain.
    case inbound
    /// From a trusted sender to a foreign domain.
    case outbound
    /// From a trusted sender to a protected domain, and the gateway's own reports.
    case `internal`
}

/// What became of a message at reception.
package enum MessageResult: String, Sendable, Hashable, Codable, CaseIterable {
    /// Answered 250: queued for at least one recipient.
    case accepted
    /// Answered 5xx, or all its recipients were.
    case refused
    /// Answered 4xx, or given up by the client before the end.
    case postponed
    /// Answered 250 and kept in quarantine.
    case quarantined = "quarantine"
}

/// The row of one message in the log: who sent it, from where, what was decided and why.
package struct MessageLogEntry: Sendable, Hashable {
    package let message: RecordIdentifier
    package let receivedAt: UTCTime
    package let node: NodeID
    package let direction: MailDirection
    package let result: MessageResult
    /// Why, in words for the administrator (English): the reply given, or `queued`. At most `maximumTextBytes`.
    package let reason: String
    package let clientAddress: String
    /// Address of the user who had signed in; empty when nobody had.
    package let user: String
    /// Name given in HELO or EHLO; empty for the gateway's own reports.
    package let heloName: String
    /// `ESMTP`, `ESMTPS`, `UTF8SMTP`, … (RFC 3848, RFC 6531 section 4.3); empty for the gateway's own reports.
    package let protocolName: String
    /// TLS version and cipher, empty without TLS.
    package let tls: String
    /// Empty: the null reverse-path.
    package let reversePath: String
    /// Decoded subject, at most `maximumTextBytes`.
    package let subject: String
    /// The author field as decoded text.
    package let headerFrom: String
    package let messageIDField: String
    /// Size of the content as received, without prepended headers.
    package let sizeBytes: Int
    /// How it was judged; absent when filtering did not look at it, and in lists.
    package var judgement: MessageJudgement?
    /// The dialogue it came in; `nil` when none is kept.
    package var transcript: RecordIdentifier?

    package static let maximumTextBytes = 500

    package init(
        message: RecordIdentifier, receivedAt: UTCTime, node: NodeID, direction: MailDirection, result: MessageResult, reason: String,
        client: MessageLogClient, reversePath: String, header: MessageLogHeader, sizeBytes: Int
    ) {
        self.message = message
        self.receivedAt = receivedAt
        self.node = node
        self.direction = direction
        self.result = result
        self.reason = reason.cut()
        clientAddress = client.address.cut(to: 45)
        user = client.user.cut(to: 320)
        heloName = client.heloName.cut(to: 255)
        protocolName = client.protocolName.cut(to: 30)
        tls = client.tls.cut(to: 100)
        self.reversePath = reversePath.cut(to: 320)
        subject = header.subject.cut()
        headerFrom = header.from.cut()
        messageIDField = header.messageID.cut(to: 255)
        self.sizeBytes = sizeBytes
    }
}

/// Whom a message came from.
package struct MessageLogClient: Sendable, Hashable {
    package let address: String
    package let heloName: String
    package let protocolName: String
    package let tls: String
    /// Address of the user who had signed in; empty when nobody had.
    package let user: String

    package init(address: String, heloName: String, protocolName: String, tls: String, user: String = "") {
        self.address = address
        self.heloName = heloName
        self.protocolName = protocolName
        self.tls = tls
        self.user = user
    }

    /// The gateway itself.
    package static let gateway = MessageLogClient(address: "", heloName: "", protocolName: "", tls: "")
}

/// Decoded header fields worth searching for.
package struct MessageLogHeader: Sendable, Hashable {
    package let subject: String
    package let from: String
    package let messageID: String

    package init(subject: String, from: String, messageID: String) {
        self.subject = subject
        self.from = from
        self.messageID = messageID
    }

    /// No header was seen (refused before the data).
    package static let none = MessageLogHeader(subject: "", from: "", messageID: "")
}

/// Where one recipient's copy stands.
package enum RecipientState: String, Sendable, Hashable, Codable, CaseIterable {
    /// Waits for its first or next attempt.
    case queued
    /// The next hop answered 2xx.
    case delivered
    /// Given up; the sender got a report if it wanted one.
    case failed
    /// Refused at RCPT or at the end of the data.
    case refused
    /// Removed from the queue or the quarantine.
    case deleted
    /// Kept until somebody releases it.
    case quarantined = "quarantine"
}

/// The row of one recipient.
package struct RecipientLogEntry: Sendable, Hashable {
    /// Position within the message, from 0.
    package let ordinal: Int
    package let address: String
    package let state: RecipientState
    /// The newest reply concerning this recipient.
    package let reason: String
    package let updatedAt: UTCTime
    /// The user's alias the message was sent to; empty when it was sent to `address`.
    package let alias: String

    package init(ordinal: Int, address: String, state: RecipientState, reason: String, updatedAt: UTCTime, alias: String = "") {
        self.ordinal = ordinal
        self.address = address.cut(to: 320)
        self.state = state
        self.reason = reason.cut()
        self.updatedAt = updatedAt
        self.alias = alias.cut(to: 320)
    }
}

/// One thing that happened to a recipient's copy after it was queued.
package struct DeliveryHistoryEvent: Sendable, Hashable {
    package let identifier: RecordIdentifier
    package let message: RecordIdentifier
    package let ordinal: Int
    package let at: UTCTime
    package let node: NodeID
    package let kind: Kind
    /// From 1; 0 for events that are no attempt.
    package let attempt: Int
    /// Host, address and port spoken to; empty when none was reached.
    package let nextHop: String
    /// The reply or the cause, one line.
    package let reply: String
    /// TLS version and cipher, empty without TLS.
    package let tls: String
    package let durationMilliseconds: Int
    /// The dialogue with the next hop; `nil` when there was none or none is kept.
    package var transcript: RecordIdentifier?

    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case delivered, deferred, failed, expired
        /// A report was queued for the sender.
        case reported
        case delayReported
        /// By an administrator.
        case retried, held, released, deleted
        case quarantined
    }

    package init(
        message: RecordIdentifier, ordinal: Int, at time: UTCTime, node: NodeID, kind: Kind, attempt: Int = 0, nextHop: String = "",
        reply: String, tls: String = "", durationMilliseconds: Int = 0
    ) {
        identifier = RecordIdentifier(milliseconds: time.milliseconds)
        self.message = message
        self.ordinal = ordinal
        at = time
        self.node = node
        self.kind = kind
        self.attempt = attempt
        self.nextHop = nextHop.cut(to: 320)
        self.reply = reply.cut()
        self.tls = tls.cut(to: 100)
        self.durationMilliseconds = durationMilliseconds
    }

    /// As read back from its row.
    package init(
        identifier: RecordIdentifier, message: RecordIdentifier, ordinal: Int, at time: UTCTime, node: NodeID, kind: Kind, attempt: Int,
        nextHop: String, reply: String, tls: String, durationMilliseconds: Int
    ) {
        self.identifier = identifier
        self.message = message
        self.ordinal = ordinal
        at = time
        self.node = node
        self.kind = kind
        self.attempt = attempt
        self.nextHop = nextHop
        self.reply = reply
        self.tls = tls
        self.durationMilliseconds = durationMilliseconds
    }
}

extension String {
    /// At most `maximumBytes` of UTF-8, cut between characters; control characters become spaces so that a log line stays one line.
    package func cut(to maximumBytes: Int = MessageLogEntry.maximumTextBytes) -> String {
        // The control characters (Cc) are U+0000…U+001F and U+007F…U+009F, in UTF-8 C2 80…C2 9F.
        var before: UInt8 = 0
        let isClean = utf8.allSatisfy { byte in
            defer { before = byte }
            return byte >= 0x20 && byte != 0x7F && !(before == 0xC2 && byte < 0xA0)
        }
        if isClean && utf8.count <= maximumBytes { return self }
        var result = String.UnicodeScalarView()
        var bytes = 0
        for scalar in unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > maximumBytes { break }
            let isControl = scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value
            result.append(isControl ? " " : scalar)
        }
        return String(result)
    }
}
