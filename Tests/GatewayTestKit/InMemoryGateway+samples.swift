import Cluster
import Delivery
import DomainsAndUsers
import Mail
import MessageLog
package import Settings

extension InMemoryGateway {
    /// Identifier of the sample message with this number.
    package static func message(_ number: UInt64) -> RecordIdentifier { RecordIdentifier(high: 0x0190_0000_0000_7000, low: number) }

    /// A gateway with a domain, `count` messages of two recipients each (the first delivered, the second queued), an administrator and a node.
    package static func filled(messages count: UInt64 = 3) throws -> InMemoryGateway {
        let gateway = InMemoryGateway()
        let domain = ProtectedDomain(
            identifier: message(900), name: try DomainName("example.com"), note: "main",
            mailServers: [MailServer(endpoint: HostAndPort(host: "mail.example.com", port: 25))])
        let administrator = Administrator(
            identifier: message(901), name: "root", role: .global, language: .japanese, createdAt: UTCTime(milliseconds: 0))
        let password = try PasswordHash.compute("a long password", cost: PasswordHash.Cost(logarithmOfRounds: 1))
        gateway.change { state in
            state.domains = [domain]
            state.administrators = [(administrator, password)]
            for number in 1...count {
                state.messages.append(gateway.logged(number))
                state.queue.append(gateway.queued(number))
            }
            state.nodes = [
                ClusterNode(
                    node: gateway.node, name: "mx1", version: "1.2.3", incarnation: 7, counter: 9, isStopped: false,
                    startedAt: UTCTime(milliseconds: 1000), lastSeenAt: UTCTime(milliseconds: 2000), settingsRevision: SettingsRevision(1))
            ]
        }
        return gateway
    }

    /// Message 2 is outbound, message 3 was refused.
    private func logged(_ number: UInt64) -> MessageLogDetails {
        let at = UTCTime(milliseconds: 1_700_000_000_000 + Int64(number) * 1000)
        let entry = MessageLogEntry(
            message: Self.message(number), receivedAt: at, node: node, direction: number == 2 ? .outbound : .inbound,
            result: number == 3 ? .refused : .accepted, reason: "queued",
            client: MessageLogClient(address: "192.0.2.1", heloName: "client.test", protocolName: "ESMTP", tls: ""),
            reversePath: "sender\(number)@client.test",
            header: MessageLogHeader(subject: "件名 \(number)", from: "Sender", messageID: "<1@x>"),
            sizeBytes: 2048)
        let recipients = [
            RecipientLogEntry(ordinal: 0, address: "a@example.com", state: .delivered, reason: "250 ok", updatedAt: at),
            RecipientLogEntry(ordinal: 1, address: "b@example.com", state: .queued, reason: "451 later", updatedAt: at),
        ]
        let event = DeliveryHistoryEvent(
            message: Self.message(number), ordinal: 0, at: at, node: node, kind: .delivered, attempt: 1, nextHop: "mail.example.com:25",
            reply: "250 ok", durationMilliseconds: 12)
        return MessageLogDetails(record: MessageLogRecord(entry: entry, recipients: recipients, recipientCount: 2), events: [event])
    }

    private func queued(_ number: UInt64) -> QueueEntry {
        QueueEntry(
            message: Self.message(number), ordinal: 1, reversePath: "sender\(number)@client.test", recipient: "b@example.com",
            subject: "件名 \(number)", sizeBytes: 2048, receivedAt: UTCTime(milliseconds: 1_700_000_000_000), attempts: 1,
            nextAttemptAt: UTCTime(milliseconds: 1_700_000_300_000), isHeldByAdministrator: false, holder: nil, lastReply: "451 later")
    }
}
