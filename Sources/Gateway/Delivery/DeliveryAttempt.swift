import DomainsAndUsers
import Logging
import Mail
import MessageLog
import NIOCore
import SMTP
import Settings

/// One message to one next hop, once: plan, content, transaction, and what came of it.
struct DeliveryAttempt: Sendable {
    let job: DeliveryJob
    let environment: DeliveryEnvironment

    struct Result: Sendable {
        var report: AttemptReport
        var isUnanswered = false
        var isConnectionLost = false
    }

    /// Transactions that may follow the first when a server takes only some of the recipients at once.
    private static let maximumContinuations = 20

    /// Delivers over an open connection.
    func run(over session: SMTPClientSession) async -> Result {
        let start = ContinuousClock.now
        var result = Result(report: AttemptReport(outcome: .givenBack, count: job.recipients.count))
        var pending = Array(job.recipients.indices)
        for number in 0...Self.maximumContinuations {
            let outcomes = await transaction(pending, session, &result)
            // Once some have been served the whole must not be begun anew, whatever meets the rest.
            if number > 0 { result.isUnanswered = false }
            for (position, outcome) in zip(pending, outcomes) { result.report.outcomes[position] = outcome }
            let wasDelivered = outcomes.contains { if case .delivered = $0 { true } else { false } }
            pending = zip(pending, outcomes).filter { $0.1.reply?.saysTooManyRecipients ?? false }.map(\.0)
            // Only while it gets on: a server that takes nobody is not asked again.
            guard wasDelivered, !pending.isEmpty, !result.isConnectionLost, !Task.isCancelled else { break }
        }
        result.report.peer = session.peer
        result.report.hostName = session.hostName
        result.report.tls = session.description.tls
        result.report.serverNotifies = session.description.capabilities.extensions.contains(.deliveryStatusNotifications)
        result.report.durationMilliseconds = start.duration(to: .now).wholeMilliseconds
        return result
    }

    private func transaction(_ positions: [Int], _ session: SMTPClientSession, _ result: inout Result) async -> [DeliveryOutcome] {
        let recipients = positions.map { job.recipients[$0] }
        do throws(ContentPreparation.Problem) {
            let (plan, prepared) = try await prepare(recipients, session.description.capabilities)
            guard let prepared else { return plan.outcomes([], count: recipients.count) }
            let transaction = await session.deliver(plan.envelope, prepared.content, reader: prepared.reader)
            result.isUnanswered = transaction.isUnanswered
            result.isConnectionLost = transaction.isConnectionLost
            return plan.outcomes(transaction.outcomes, count: recipients.count).map { $0.said(in: transaction.transcript) }
        } catch {
            note(error)
            return Array(repeating: error.outcome, count: recipients.count)
        }
    }

    /// What was accepted is not all there any more: no retry mends that, an operator must know.
    private func note(_ problem: ContentPreparation.Problem) {
        guard problem.isContentLost, environment.lostContents.isFirst(job.active.message.identifier) else { return }
        environment.logger.error(
            "the content of a queued message is lost", metadata: ["message": "\(job.active.message.identifier)", "cause": "\(problem)"])
    }

    /// - Returns: no content when no recipient can be asked for.
    private func prepare(
        _ recipients: [QueuedRecipient], _ capabilities: SMTPServerCapabilities
    ) async throws(ContentPreparation.Problem) -> (EnvelopePlan, ContentPreparation.Prepared?) {
        let message = job.active.message
        let content = ContentPreparation(folder: environment.folder, message: message, content: job.active.content)
        var isHeaderInternational = message.isInternational
        if EnvelopePlan.mustReadHeader(message, capabilities) { isHeaderInternational = try await content.isHeaderInternational() }
        var plan = EnvelopePlan(
            message, recipients, capabilities: capabilities, contentBytes: content.contentBytes,
            isHeaderInternational: isHeaderInternational)
        guard !plan.envelope.recipients.isEmpty else { return (plan, nil) }
        if let marked = markedReturnPath(message, recipients) { plan.setReturnPath(marked) }
        if plan.conversion == .sevenBit, let (prepared, bytes) = try await content.preparedAsSevenBit() {
            plan.converted(toBytes: bytes)
            return (plan, prepared)
        }
        return (plan, try await content.prepared())
    }
}

extension DeliveryAttempt {
    /// Of mail that users of a domain send to the world, where the domain wants it. The queue and the log keep the address as it was.
    private func markedReturnPath(_ message: QueuedMessage, _ recipients: [QueuedRecipient]) -> EmailAddress? {
        guard message.direction == .outbound, let sender = message.reversePath.address, let name = sender.domainName else { return nil }
        let directory = environment.node.domains.directory
        guard directory.domain(name) != nil, environment.settings.domain(name.ascii).backscatter != .off,
            recipients.allSatisfy({ recipient in recipient.address.domainName.map { directory.domain($0) == nil } ?? true })
        else { return nil }
        return ReturnPathMark(keys: directory.returnPathKeys).marked(sender, at: environment.now())
    }
}

extension EnvelopePlan {
    /// Outcomes of the recipients asked for, and those of the others, in the order of all.
    fileprivate func outcomes(_ asked: [DeliveryOutcome], count: Int) -> [DeliveryOutcome] {
        var outcomes = (0..<count).map { refused[$0].map { DeliveryOutcome.failed($0) } ?? .givenBack }
        for (position, outcome) in zip(included, asked) { outcomes[position] = outcome }
        return outcomes
    }
}

extension Duration {
    var wholeMilliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
    }
}
