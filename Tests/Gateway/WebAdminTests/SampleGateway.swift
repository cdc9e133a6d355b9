import Administration
import Delivery
import DomainsAndUsers
import GatewayTestKit
import Mail
import MessageLog
import Settings

/// A gateway in the middle of its day: domains, mail in both languages, a queue with every state, and values that try to break out
/// of the page.
enum SampleGateway {
    static let administratorName = "admin"
    static let password = "correct horse battery"
    static let setupCode = "7F3K-92QD"

    /// Text that would run, close an attribute or reorder the line if it were not escaped.
    static let hostile = "<script>alert(1)</script>\"\u{301} onmouseover='x' &amp; {{layout.formToken}} \u{202E}gpj.exe"

    static func make(messages: Int = 8, language: Language = .english) throws -> InMemoryGateway {
        let gateway = InMemoryGateway()
        let domains = [try domain("example.co.jp", "本社メール"), try domain("xn--r8jz45g.jp", hostile), try domain("example.net", "")]
        let recipients = try (0..<130).map { try EmailAddress("user\($0)@example.co.jp") }
        let hash = try PasswordHash.compute(password, cost: PasswordHash.Cost(logarithmOfRounds: 1))
        let administrators = [("admin", language), ("suzuki", Language.japanese)].map { name, language in
            Administrator(
                identifier: RecordIdentifier(milliseconds: 1_790_000_000_000), name: name, role: .global, language: language,
                createdAt: UTCTime(milliseconds: 1_790_000_000_000))
        }
        let log = (0..<messages).map { message($0, node: gateway.node) }
        let queue = log.flatMap { queueEntries(of: $0, node: gateway.node) }
        let audit = (0..<60).map { number in
            AuditEntry(
                actor: number % 3 == 0 ? .localCommand(userID: 0) : .administrator(name: "admin"), node: gateway.node,
                action: number % 2 == 0 ? "settings.change" : "domain.add",
                target: number == 59 ? hostile : "cluster reception.maximum-sessions", detail: number % 2 == 0 ? "100 → 2000" : "",
                time: time(number))
        }
        gateway.change { state in
            state.domains = domains
            state.recipients = recipients
            state.administrators = administrators.map { ($0, hash) }
            state.messages = log
            state.queue = queue
            state.audit = audit
        }
        return gateway
    }

    static func time(_ number: Int) -> UTCTime { UTCTime(milliseconds: 1_795_430_000_000 + Int64(number) * 61_000) }

    private static func domain(_ name: String, _ note: String) throws -> ProtectedDomain {
        ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: 1), name: try DomainName(name), note: note,
            mailServers: [
                MailServer(endpoint: HostAndPort(host: "mail1.example.co.jp", port: 25)),
                MailServer(endpoint: HostAndPort(host: "192.0.2.25", port: 2525), priority: 20, security: .required),
            ])
    }

    private static let subjects = [
        "【重要】2026年度第3四半期の請求書送付について（株式会社高橋商事）", "Your order has been shipped", hostile, "", "Re: 会議室の予約変更のお願い",
        "Weekly report: delivery figures and a subject that is long enough to be wrapped over several lines on a telephone",
        "お問い合わせありがとうございます",
        "Undelivered Mail Returned to Sender",
    ]

    private static func message(_ number: Int, node: NodeID) -> MessageLogDetails {
        let identifier = RecordIdentifier(
            high: UInt64(time(number).milliseconds) << 16 | 0x7000, low: 0x8000_0000_0000_0000 | UInt64(number))
        let result: MessageResult = [.accepted, .accepted, .accepted, .refused, .accepted, .postponed, .accepted, .accepted][number % 8]
        let isReport = number % 8 == 7
        let entry = MessageLogEntry(
            message: identifier, receivedAt: time(number), node: node,
            direction: isReport ? .internal : number % 4 == 1 ? .outbound : .inbound,
            result: result, reason: reason(result),
            client: isReport
                ? .gateway
                : MessageLogClient(
                    address: number % 2 == 0 ? "203.0.113.77" : "2001:db8::25", heloName: "mx.sender.example", protocolName: "ESMTPS",
                    tls: number % 2 == 0 ? "TLSv1.3 TLS_AES_256_GCM_SHA384" : ""),
            reversePath: isReport ? "" : number == 2 ? hostile : "yamada.taro@sender.example",
            header: MessageLogHeader(
                subject: subjects[number % 8], from: "山田太郎 <yamada.taro@sender.example>", messageID: "<20261123.\(number)@sender.example>"),
            sizeBytes: result == .accepted ? 10_240 * (number % 8 + 1) : 0)
        let recipients = (0..<(number % 3 + 1)).map { ordinal in
            RecipientLogEntry(
                ordinal: ordinal, address: "user\(ordinal)@example.co.jp", state: state(result, number, ordinal),
                reason: result == .accepted ? "250 2.0.0 Ok: queued as 4F2A9" : reason(result), updatedAt: time(number + 1))
        }
        return MessageLogDetails(
            record: MessageLogRecord(entry: entry, recipients: recipients, recipientCount: recipients.count),
            events: result == .accepted ? events(identifier, node: node, at: number) : [])
    }

    private static func reason(_ result: MessageResult) -> String {
        switch result {
        case .accepted: "queued"
        case .quarantined: "Blocked attachment: run.exe."
        case .refused: "550 5.1.1 <nobody@example.co.jp>: no such recipient here"
        case .postponed: "451 4.3.0 The message could not be stored in time; please try again"
        }
    }

    private static func state(_ result: MessageResult, _ number: Int, _ ordinal: Int) -> RecipientState {
        switch result {
        case .accepted: number % 2 == 0 ? .queued : ordinal == 0 ? .delivered : .failed
        case .refused, .postponed: .refused
        case .quarantined: .quarantined
        }
    }

    private static func events(_ message: RecordIdentifier, node: NodeID, at number: Int) -> [DeliveryHistoryEvent] {
        [
            DeliveryHistoryEvent(
                message: message, ordinal: 0, at: time(number + 1), node: node, kind: .deferred, attempt: 1,
                nextHop: "mail1.example.co.jp [192.0.2.25]:25",
                reply: number == 2 ? hostile : "451 4.7.1 Greylisted, please try again in 300 seconds",
                tls: "TLSv1.3 TLS_AES_128_GCM_SHA256",
                durationMilliseconds: 1204),
            DeliveryHistoryEvent(message: message, ordinal: 0, at: time(number + 2), node: node, kind: .retried, reply: "by admin"),
            DeliveryHistoryEvent(
                message: message, ordinal: 0, at: time(number + 3), node: node, kind: .delivered, attempt: 2,
                nextHop: "mail1.example.co.jp [192.0.2.25]:25", reply: "250 2.0.0 Ok: queued as 4F2A9", durationMilliseconds: 87),
        ]
    }

    private static func queueEntries(of details: MessageLogDetails, node: NodeID) -> [QueueEntry] {
        details.record.recipients.filter { $0.state == .queued }.map { recipient in
            let entry = details.record.entry
            return QueueEntry(
                message: entry.message, ordinal: recipient.ordinal, reversePath: entry.reversePath, recipient: recipient.address,
                subject: entry.subject, sizeBytes: entry.sizeBytes, receivedAt: entry.receivedAt, attempts: recipient.ordinal + 1,
                nextAttemptAt: recipient.ordinal == 2 ? UTCTime(milliseconds: 0) : UTCTime(milliseconds: 4_000_000_000_000),
                isHeldByAdministrator: recipient.ordinal == 1, holder: entry.subject.isEmpty ? node : nil,
                lastReply: "451 4.7.1 Greylisted, please try again in 300 seconds")
        }
    }
}
