import Filtering
import MessageLog
import Settings

/// The page of one message.
struct MessageView: Sendable {
    let title: String
    let hasSubject: Bool
    let result: Badge
    let direction: String
    let reason: String
    let time: String
    let facts: [Fact]
    let recipients: [Recipient]
    let events: [Event]
    let hasEvents: Bool
    let emptyHistory: String
    /// To the queue, while a recipient waits there.
    let queueLink: String?
    /// To the quarantine, while the message is kept there.
    let quarantineLink: String?
    let attachmentsLink: String?
    let judgement: JudgementView?
    /// For teaching it, while its content is kept.
    let teachable: String?
    let here: String
    /// Whether there is something to explain by.
    let isExplained: Bool
    let transcripts: MessageTranscriptsView

    struct Fact: Sendable {
        let title: String
        let value: String
    }

    struct Recipient: Sendable {
        let address: String
        let alias: String?
        let state: Badge
        let reason: String
        let updated: String
    }

    struct Event: Sendable {
        let time: String
        let kind: Badge
        let recipient: String
        let attempt: String?
        let nextHop: String?
        let reply: String
        let tls: String?
        let duration: String?
    }

    /// - Parameter isExplained: whether this node can say why a message is likely spam.
    init(
        _ details: MessageLogDetails, _ transcripts: MessageTranscriptsView, nodes: [NodeID: String], isExplained: Bool,
        _ language: Language
    ) {
        self.transcripts = transcripts
        self.isExplained = isExplained
        let entry = details.record.entry
        hasSubject = !entry.subject.isEmpty
        title = entry.shownSubject(language)
        result = entry.result.badge(language)
        direction = entry.direction.title[language]
        let findings = entry.judgement?.findings ?? []
        reason = StoredSentence.text(entry.reason, findings: findings, language)
        time = ShownValue.timeWithZone(entry.receivedAt)
        facts = Self.facts(entry, nodes, language)
        recipients = details.record.recipients.map {
            Recipient(
                address: $0.address, alias: $0.alias.nonEmpty.map { MessageText.viaAlias.filled(language, $0) },
                state: $0.state.badge(language), reason: StoredSentence.text($0.reason, findings: findings, language),
                updated: ShownValue.time($0.updatedAt))
        }
        let addresses = Dictionary(details.record.recipients.map { ($0.ordinal, $0.address) }, uniquingKeysWith: { first, _ in first })
        events = details.events.map { Self.event($0, recipient: addresses[$0.ordinal] ?? "", findings, language) }
        hasEvents = !events.isEmpty
        emptyHistory = (entry.result == .accepted ? MessageText.noHistory : .noHistoryRefused)[language]
        let waiting = details.record.recipients.first { $0.state == .queued }
        judgement = entry.judgement.map { JudgementView($0, language) }
        queueLink = waiting.map { PageLink(SitePath.queue).with("text", $0.address).text }
        let isKept = details.record.recipients.contains { $0.state == .quarantined }
        here = "\(SitePath.messages)/\(entry.message)"
        teachable = details.record.mayHaveContent ? entry.message.description : nil
        let isStripped = entry.judgement?.findings.contains { $0.check == AttachmentStrip.checkName } ?? false
        attachmentsLink = isStripped ? "\(SitePath.attachments)?message=\(entry.message)" : nil
        quarantineLink = isKept ? "\(SitePath.quarantine)/\(entry.message)" : nil
    }

    private static func facts(_ entry: MessageLogEntry, _ nodes: [NodeID: String], _ language: Language) -> [Fact] {
        let client = entry.clientAddress.isEmpty ? MessageText.gateway[language] : entry.clientAddress
        let all: [(MessageText, String)] = [
            (.sender, entry.reversePath.nonEmpty ?? MessageText.nullSender[language]), (.headerFrom, entry.headerFrom),
            (.messageID, entry.messageIDField), (.signedIn, entry.user), (.client, client), (.hello, entry.heloName),
            (.protocolName, entry.protocolName),
            (.tls, entry.clientAddress.isEmpty ? "" : entry.tls.nonEmpty ?? MessageText.noTLS[language]),
            (.size, entry.sizeBytes > 0 ? ShownValue.size(entry.sizeBytes, language) : ""),
            (.node, nodes[entry.node]?.nonEmpty ?? entry.node.description),
            (.identifier, entry.message.description),
        ]
        return all.filter { !$0.1.isEmpty }.map { Fact(title: $0.0[language], value: $0.1) }
    }

    private static func event(
        _ event: DeliveryHistoryEvent, recipient: String, _ findings: [MessageJudgement.Finding], _ language: Language
    ) -> Event {
        Event(
            time: ShownValue.time(event.at), kind: event.kind.badge(language), recipient: recipient,
            attempt: event.attempt > 0 ? String(event.attempt) : nil, nextHop: event.nextHop.nonEmpty,
            reply: StoredSentence.text(event.reply, findings: findings, language),
            tls: event.tls.nonEmpty,
            duration: event.durationMilliseconds > 0
                ? MessageText.milliseconds.filled(language, ShownValue.number(event.durationMilliseconds)) : nil)
    }
}
