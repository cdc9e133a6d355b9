import AggregateReports
import Delivery
package import Filtering
import Logging
import Mail
import MessageLog
import NIOCore
import Reception
import SMTP
import Settings
import SharedFolders

/// What is known of a message when its rows are made.
struct Acceptance: Sendable {
    let outcome: FlowFilter.Outcome?
    let judgement: MessageJudgement?
    /// Keeps it in quarantine.
    let mark: FlowFilter.Mark?
    let signatures: [UInt8]
    /// Fields of scripts, each ended by CRLF.
    var added: [UInt8] = []
    /// Recipients besides.
    var redirects: [EmailAddress] = []
    /// Recipients who get nothing, by their ordinals, with the reason.
    var gone: [Int: String] = [:]
    /// Recipients of the transaction whom no copy is for, with the reason; logged only.
    var elsewhere: [(address: String, reason: String)] = []
}

/// How a message was judged before it is divided.
struct Judging: Sendable {
    let outcome: FlowFilter.Outcome?
    let judgement: MessageJudgement?
    let signatures: [UInt8]
}

extension InboundMailFlow {
    /// The same flow, with accepted mail run through the recipients' scripts.
    package func sieving(by scripts: CurrentSieveScripts) -> InboundMailFlow {
        var flow = self
        flow.sieve = FlowSieve(scripts: scripts, budget: MemoryBudget(limit: FlowSieve.examinedBytes))
        return flow
    }

    /// What is written down of the checks and of the scripts; theirs first, so that they are not left out where there is little room.
    static func judgement(_ judged: FlowFilter.Outcome?, _ plan: FlowSieve.Plan?) -> MessageJudgement? {
        guard let plan, !plan.findings.isEmpty else { return judged?.judgement }
        let before = judged?.judgement
        return MessageJudgement(
            verdict: before?.verdict ?? .accept, isRecordedOnly: before?.isRecordedOnly ?? false, score: before?.score ?? .zero,
            findings: plan.findings + (before?.findings ?? []))
    }

    func tell(_ plan: FlowSieve.Plan, _ message: ReceivedMessage) {
        for fault in plan.faults.prefix(3) {
            logger.warning(
                "a Sieve script failed; the message was kept",
                metadata: ["message": "\(message.transaction.identifier)", "cause": "\(fault)"])
        }
    }

    /// One message in several copies. All contents are durable before the first row is written; should the rows of a later copy fail,
    /// the client comes again and those of the earlier ones get theirs twice rather than anybody none.
    func divide(
        _ message: ReceivedMessage, _ header: MessageLogHeader, _ plan: FlowSieve.Plan, _ judging: Judging, seen: ByteBuffer,
        limit: Duration
    ) async -> ReceptionDecision {
        guard !plan.copies.isEmpty else { return discard(message, header, plan, judging) }
        let started = ContinuousClock.now
        guard let drafts = await copies.make(plan.copies, of: message, header: seen, limit: limit) else {
            uncountSending(message)
            message.content.abandon()
            return postpone(message, header, Self.notDurable)
        }
        func left() -> Duration { max(.milliseconds(100), limit - started.duration(to: .now)) }
        var sealedCopies: [AcceptedMessage] = []
        for (position, draft) in drafts.enumerated() {
            let acceptance = acceptance(draft, position == 0 ? plan.gone : [], message.transaction, judging)
            let accepted = accept(draft.message, header, acceptance)
            guard let sealed = await sealed(accepted, draft.message, judging.outcome, limit: left()) else {
                uncountSending(message)
                for draft in drafts { draft.message.content.abandon() }
                return postpone(message, header, Self.notSigned)
            }
            sealedCopies.append(sealed)
        }
        var contents: [MessageContent] = []
        var isWritten: [Bool] = []
        do {
            for draft in drafts { contents.append(try await draft.message.content.commit(deadline: left())) }
            for (position, draft) in drafts.enumerated() {
                let accepted = sealedCopies[position]
                do throws(DeliveryQueueError) {
                    let kept = Set(accepted.recipients.indices.prefix(draft.copy.recipients.count).map { accepted.recipients[$0].ordinal })
                    try await keep(
                        accepted, mark(draft.copy, judging), keptOrdinals: draft.copy.redirects.isEmpty ? nil : kept, contents[position],
                        deadline: left())
                    isWritten.append(true)
                } catch {
                    // As for a message that is not divided: the content of an unknown outcome is left to the sweep.
                    if case .refused = error { isWritten.append(false) } else { isWritten.append(true) }
                    throw error
                }
            }
        } catch {
            uncountSending(message)
            logger.error("message not stored", metadata: ["message": "\(message.transaction.identifier)", "cause": "\(error)"])
            for draft in drafts.dropFirst(contents.count) { draft.message.content.abandon() }
            let unused = drafts.indices.filter { $0 < contents.count && !(isWritten.indices.contains($0) && isWritten[$0]) }
            folder.remove(unused.map { drafts[$0].message.transaction.identifier }, logger: logger)
            return postpone(message, header, Self.notDurable)
        }
        observing?.note(judging.outcome?.observations ?? [])
        return .accept(text: "Queued as \(message.transaction.identifier)")
    }

    private func mark(_ copy: FlowSieve.Copy, _ judging: Judging) -> FlowFilter.Mark? {
        switch copy.kind {
        case .queue: nil
        case .judged: judging.outcome?.quarantine
        case .quarantine(let kind, let reason): FlowFilter.Mark(kind: kind, reason: reason, score: judging.judgement?.score ?? .zero)
        }
    }

    private func acceptance(
        _ draft: SieveCopies.Draft, _ gone: [FlowSieve.Gone], _ transaction: MailTransaction, _ judging: Judging
    ) -> Acceptance {
        var acceptance = Acceptance(
            outcome: judging.outcome, judgement: judging.judgement, mark: mark(draft.copy, judging), signatures: judging.signatures,
            added: draft.prepended,
            redirects: draft.copy.redirects)
        let members = draft.copy.members
        for redirecting in draft.copy.redirecting {
            if let ordinal = members.firstIndex(of: redirecting.recipient) { acceptance.gone[ordinal] = redirecting.reason }
        }
        acceptance.elsewhere = gone.map { (transaction.recipients[$0.recipient].address.description, $0.reason) }
        return acceptance
    }

    /// Every recipient's script discards it: it was taken, and only the log knows.
    private func discard(
        _ message: ReceivedMessage, _ header: MessageLogHeader, _ plan: FlowSieve.Plan, _ judging: Judging
    ) -> ReceptionDecision {
        message.content.abandon()
        let time = UTCTime.now()
        let transaction = message.transaction
        let reason = plan.gone.first?.reason ?? ""
        var entry = logEntry(
            transaction, message.connection, .accepted, reason: reason, header: header, sizeBytes: message.sizeBytes, at: time)
        entry.judgement = judging.judgement
        let recipients = plan.gone.map { gone in
            RecipientLogEntry(
                ordinal: gone.recipient, address: transaction.recipients[gone.recipient].address.description, state: .deleted,
                reason: gone.reason, updatedAt: time)
        }
        let notes = VerificationNotes.of(transaction, message.connection)
        let refused = Self.refusedEntries(transaction, notes, firstOrdinal: transaction.recipients.count, at: time)
        refusals.record(entry, recipients: recipients + refused)
        observing?.note(judging.outcome?.observations ?? [])
        return .accept(text: "Accepted as \(transaction.identifier)")
    }
}
