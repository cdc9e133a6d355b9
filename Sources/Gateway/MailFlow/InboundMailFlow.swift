package import AggregateReports
import Countries
import Delivery
package import DomainsAndUsers
package import Filtering
package import Logging
package import Mail
package import MessageLog
package import Metrics
import NIOCore
package import Quarantine
package import Reception
package import SMTP
import SampleLearning
import Screening
import Settings
package import SharedFolders
package import UserVerification

/// A message's whole way through this node, told once: connection, sender, recipients, then received → stamped → durable → queued. What
/// is answered 250 has its content synced in Message Data and its rows committed, in this order; a crash between the two leaves a
/// file without a row, which the sweep removes, and a client that tries again.
package struct InboundMailFlow: MailTransactionHandler {
    let queue: any AcceptedMessageQueue
    let domains: CurrentDomains
    private let recipients: any RecipientDirectory
    private let authentication: UserAuthentication
    let refusals: any RefusalLog
    let folder: MessageDataFolder
    let node: NodeID
    let heloName: @Sendable () -> String
    let logger: Logger
    var filter: FlowFilter?
    var quarantine: (any QuarantineWriter)?
    private var verification: FlowVerification?
    var screening: ClientScreening?
    var rates: RateLimiter?
    var countries: CurrentCountries?
    var learning: FlowLearning?
    var observing: ReportObserving?
    let signing: OutboundSigning
    let sealing: InboundSealing
    let disclaimers: DisclaimerAdding
    var sieve: FlowSieve?
    let copies: SieveCopies
    var stripping: AttachmentStripping?
    private let refusedConnections = RefusedConnections()

    /// Answered when the message or its rows could not be made durable in time; the client tries again.
    static let notDurable = SMTPReply(451, .systemTemporary, "The message could not be stored; please try again later")
    static let notSigned = SMTPReply(451, .systemTemporary, "The message could not be signed; please try again later")
    private static let foreignSender = SMTPReply(553, .notAuthorized, "The sender address is not one of yours")

    package init(
        queue: any AcceptedMessageQueue, domains: CurrentDomains, recipients: any RecipientDirectory, authentication: UserAuthentication,
        refusals: any RefusalLog,
        folder: MessageDataFolder, identity: NodeIdentity, logger: Logger
    ) {
        self.queue = queue
        self.domains = domains
        self.recipients = recipients
        self.authentication = authentication
        self.refusals = refusals
        self.folder = folder
        node = identity.node
        heloName = identity.heloName
        self.logger = logger
        disclaimers = DisclaimerAdding(folder: folder, budget: MemoryBudget(limit: DisclaimerAdding.rewrittenBytes))
        copies = SieveCopies(folder: folder, budget: MemoryBudget(limit: SieveCopies.copiedBytes))
        signing = OutboundSigning(domains: domains, budget: MemoryBudget(limit: OutboundSigning.signedBytes))
        sealing = InboundSealing(
            domains: domains, budget: MemoryBudget(limit: InboundSealing.sealedBytes), metrics: SealingMetrics(), logger: logger)
    }

    /// The same flow, with messages judged on their way.
    /// - Parameters:
    ///   - budget: room for the contents that are being looked into; by default a fixed size.
    ///   - factory: counts verdicts.
    package func filtering(
        with pipeline: FilterPipeline, quarantine: any QuarantineWriter, budget: MemoryBudget? = nil,
        metrics factory: any MetricsFactory = MetricsSystem.factory
    ) -> InboundMailFlow {
        var flow = self
        let budget = budget ?? MemoryBudget(limit: FlowFilter.examinedBytes)
        flow.filter = FlowFilter(
            pipeline: pipeline, ownName: heloName, metrics: JudgingMetrics(factory: factory), budget: budget)
        flow.quarantine = quarantine
        return flow
    }

    /// The same flow, with unlisted recipients verified at their domain's mail servers where the domain wants it. Without a verifier they
    /// are answered 451 there.
    package func verifying(with verifier: RecipientVerifier) -> InboundMailFlow {
        var flow = self
        flow.verification = FlowVerification(verifier: verifier)
        return flow
    }

    /// The same flow, with what is seen of domains that want DMARC reports counted.
    package func observing(by observing: ReportObserving) -> InboundMailFlow {
        var flow = self
        flow.observing = observing
        return flow
    }

    package func connected(_ connection: ClientConnection) async -> ReceptionDecision {
        guard let reply = await filter?.connected(connection) else { return .accept() }
        if refusedConnections.isWorthLogging(connection.address) { logRefusal(.null, MailParameters(), connection, reply) }
        let code = reply.category == .permanentFailure ? 554 : reply.code
        return .refuse(SMTPReply(code, reply.enhancedCode, reply.text))
    }

    package func authenticate(_ question: AuthenticationQuestion, _ connection: ClientConnection) async -> AuthenticationAnswer {
        let answer = isUnwantedSignIn(connection) ? .refused : await authentication.answer(question, connection)
        guard case .refused = answer else { return answer }
        screening?.trace.note(.smtp, name: UserAuthentication.key(question.name), address: connection.address.description)
        let isBanned = screening?.note(.failedSignIn, of: connection.address, connection.settings.settings) != nil
        return isBanned ? .tooManyFailures : answer
    }

    package func sender(_ reversePath: ReversePath, _ parameters: MailParameters, _ connection: ClientConnection) async -> ReceptionDecision
    {
        if let user = connection.user, connection.settings.settings.authentication.mustOwnSender, let address = reversePath.address,
            !user.senderKeys.contains(address.lookupKey)
        {
            logRefusal(reversePath, parameters, connection, Self.foreignSender)
            return .refuse(Self.foreignSender)
        }
        if let user = connection.user, let reply = screening?.refusal(ofUser: user.address.lookupKey) {
            logRefusal(reversePath, parameters, connection, reply)
            return .refuse(reply)
        }
        if let reply = rateRefusal(connection, more: 0) {
            logRefusal(reversePath, parameters, connection, reply)
            return .refuse(reply)
        }
        guard let reply = await filter?.sender(reversePath, connection) else { return .accept() }
        logRefusal(reversePath, parameters, connection, reply)
        return .refuse(reply)
    }

    package func recipient(
        _ recipient: TransactionRecipient, _ transaction: MailTransaction, _ connection: ClientConnection
    ) async -> ReceptionDecision {
        if learning != nil,
            let answer = FlowLearning.answer(
                to: recipient.address, after: transaction.recipients.map(\.address), connection.settings.settings.bayes,
                isTrusted: acceptance(connection).isTrusted(connection))
        {
            return answer
        }
        if let reply = rateRefusal(connection, more: transaction.recipients.count + 1) { return .refuse(reply) }
        guard let original = backscatter(connection).original(of: recipient.address, at: .now()) else {
            return await decide(recipient, transaction, connection)
        }
        let unmarked = TransactionRecipient(address: original, parameters: recipient.parameters)
        let decision = await decide(unmarked, transaction, connection)
        if case .accept = decision { return .acceptAlias(of: original) }
        return decision
    }

    private func decide(
        _ recipient: TransactionRecipient, _ transaction: MailTransaction, _ connection: ClientConnection
    ) async -> ReceptionDecision {
        switch acceptance(connection).decide(recipient, declaredSize: transaction.parameters.size, connection: connection) {
        case .accept(let routed): return await judged(routed, transaction, connection)
        case .refuse(let reply): return badRecipient(reply, connection)
        case .lookUp(let routed, let unlisted):
            do throws(DirectoryError) {
                switch try await recipients.listing(of: routed.address) {
                case .alias(let user):
                    let decision = await judged(routed, transaction, connection)
                    if case .accept = decision { return .acceptAlias(of: user) }
                    return decision
                case .unlisted: return await self.unlisted(unlisted, recipient, routed, transaction, connection)
                case .listed: return await judged(routed, transaction, connection)
                }
            } catch {
                logger.warning("recipient could not be verified", metadata: ["cause": "\(error)"])
                return .refuse(FlowVerification.tryAgainLater)
            }
        }
    }

    private func unlisted(
        _ rule: RecipientAcceptance.UnlistedRecipient, _ recipient: TransactionRecipient, _ routed: RoutedRecipient,
        _ transaction: MailTransaction, _ connection: ClientConnection
    ) async -> ReceptionDecision {
        switch rule {
        case .accept: return await judged(routed, transaction, connection)
        case .refuse: return badRecipient(RecipientAcceptance.unknownRecipient(recipient.address), connection)
        case .verify(let domain):
            // First what costs the mail server nothing: who is refused anyway asks it no question.
            let decision = await judged(routed, transaction, connection)
            guard case .accept = decision else { return decision }
            guard let verification else { return .refuse(FlowVerification.tryAgainLater) }
            return await verification.refusal(of: recipient.address, in: domain, transaction, connection)
                .map { badRecipient($0, connection) } ?? decision
        }
    }

    private func judged(
        _ recipient: RoutedRecipient, _ transaction: MailTransaction, _ connection: ClientConnection
    ) async -> ReceptionDecision {
        guard let reply = await filter?.recipient(recipient.address, transaction, connection) else { return .accept() }
        return .refuse(reply)
    }

    package func messageReceived(_ message: ReceivedMessage) async -> ReceptionDecision {
        let header = Self.logHeader(message.header)
        if let learning, let address = message.transaction.recipients.first?.address,
            let kind = FlowLearning.kind(of: address, message.connection.settings.settings.bayes)
        {
            return await train(message, header, as: kind, learning)
        }
        if let reply = tooBigForDomain(message) ?? foreignReport(message) { return refuse(message, header, reply) }
        let judged = await filter?.message(message, direction: { direction(message.transaction, message.connection) })
        if let judged, let learning, !acceptance(message.connection).isTrusted(message.connection) {
            await learning.offer(message, judged.judgement)
        }
        if let judged, let reply = judged.refusal {
            // Who comes again is counted then.
            if reply.category == .permanentFailure { observing?.note(judged.observations) }
            return refuse(message, header, reply, judged.judgement)
        }
        let limit = Duration.seconds(message.connection.settings.settings.reception.commitTimeoutSeconds)
        let plan = await sieve?.plan(message, route(message.transaction.recipients, message.connection), judged)
        var judgement = Self.judgement(judged, plan)
        if let plan { tell(plan, message) }
        if let reply = plan?.refusal { return refuse(message, header, reply, judgement) }
        let seen = message.header
        if let reply = countSending(message) { return refuse(message, header, reply, judgement) }
        guard let stripped = await stripped(message, header, judged, limit: limit) else {
            uncountSending(message)
            message.content.abandon()
            return postpone(message, header, AttachmentStripping.notStored)
        }
        if let finding = stripped.finding { judgement = judgement?.beginning(with: finding) }
        guard let message = await disclaimed(stripped.message, limit: limit) else {
            return await givenUp(stripped.message, header, stripped, Self.notDurable)
        }
        guard case .signed(let signatures) = await signatures(message, limit: limit) else {
            return await givenUp(message, header, stripped, Self.notSigned)
        }
        if let plan, !plan.isAsJudged {
            let judging = Judging(outcome: judged, judgement: judgement, signatures: signatures)
            return await divide(message, header, plan, judging, seen: seen, limit: limit)
        }
        let plain = Acceptance(outcome: judged, judgement: judgement, mark: judged?.quarantine, signatures: signatures)
        guard let accepted = await sealed(accept(message, header, plain), message, judged, limit: limit) else {
            return await givenUp(message, header, stripped, Self.notSigned)
        }
        let started = ContinuousClock.now
        do {
            let content = try await message.content.commit(deadline: limit)
            let left = limit - started.duration(to: .now)
            do throws(DeliveryQueueError) {
                try await keep(
                    accepted, judged?.quarantine, keptOrdinals: judged?.kept, content, deadline: max(.milliseconds(100), left))
            } catch {
                // An unknown outcome may have committed the rows, and the content must outlive them: then it is left to the sweep.
                if case .refused = error { folder.remove([accepted.message.identifier], logger: logger) }
                throw error
            }
        } catch {
            uncountSending(message)
            logger.error("message not stored", metadata: ["message": "\(accepted.message.identifier)", "cause": "\(error)"])
            return postpone(message, header, Self.notDurable)
        }
        observing?.note(judged?.observations ?? [])
        return .accept(text: "Queued as \(accepted.message.identifier)")
    }

    /// Before anything of it was committed: its client comes again.
    private func givenUp(
        _ message: ReceivedMessage, _ header: MessageLogHeader, _ stripped: AttachmentStripping.Stripped, _ reply: SMTPReply
    ) async -> ReceptionDecision {
        uncountSending(message)
        message.content.abandon()
        await stripping?.discard(stripped.rows, logger: logger)
        return postpone(message, header, reply)
    }

    package func transactionEnded(_ transaction: MailTransaction, _ connection: ClientConnection, reason: String) {
        guard !(transaction.recipients.isEmpty && transaction.refused.isEmpty) else { return }
        let isRefused = transaction.recipients.isEmpty && transaction.refused.allSatisfy { $0.reply.category == .permanentFailure }
        let result: MessageResult = isRefused ? .refused : .postponed
        // Why nobody was accepted says more than how the client went away.
        let notes = VerificationNotes.of(transaction, connection)
        let refusal = transaction.recipients.isEmpty ? transaction.refused.last.map { notes.refusal(of: $0.recipient, $0.reply) } : nil
        log(
            transaction, connection, result, reason: refusal ?? reason, header: .none, sizeBytes: 0,
            judgement: filter?.judgementSoFar(connection))
    }

    func acceptance(_ connection: ClientConnection) -> RecipientAcceptance {
        RecipientAcceptance(settings: connection.settings.settings, directory: domains.directory, heloName: heloName())
    }

    /// The message with its trace field and its log row: the only place where an accepted message is made.
    func accept(_ message: ReceivedMessage, _ header: MessageLogHeader, _ acceptance: Acceptance) -> AcceptedMessage {
        let transaction = message.transaction
        let routed = route(transaction.recipients, message.connection)
        let time = UTCTime.now()
        let notes = VerificationNotes.of(transaction, message.connection)
        let stamp = HeaderStamp(nodeName: heloName())
        let queued = QueuedMessage(
            identifier: transaction.identifier, reversePath: transaction.reversePath, receivedAt: time, direction: MailDirection(routed),
            prependedHeader: acceptance.signatures + stamp.received(transaction, connection: message.connection, at: time)
                + verdictFields(message, acceptance, routed) + acceptance.added,
            sizeBytes: message.sizeBytes,
            body: message.hasEightBitData ? .eightBitMIME : .sevenBit, isInternational: transaction.parameters.isInternational,
            returnContent: transaction.parameters.returnContent, envelopeIdentifier: transaction.parameters.envelopeIdentifier)
        let own = zip(routed, transaction.recipients).enumerated().filter { acceptance.gone[$0.offset] == nil }.map { ordinal, pair in
            QueuedRecipient(
                ordinal: ordinal, address: pair.0.address, notify: pair.1.parameters.notify,
                originalRecipient: pair.1.originalRecipient, alias: pair.1.aliasedUser == nil ? nil : pair.1.address)
        }
        let redirected = acceptance.redirects.enumerated().map { position, address in
            QueuedRecipient(ordinal: transaction.recipients.count + position, address: address, notify: nil, originalRecipient: nil)
        }
        let gone = acceptance.gone.sorted { $0.key < $1.key }.map { ordinal, reason in
            RecipientLogEntry(
                ordinal: ordinal, address: transaction.recipients[ordinal].address.description, state: .deleted, reason: reason,
                updatedAt: time)
        }
        var entry = logEntry(
            transaction, message.connection, acceptance.mark == nil ? .accepted : .quarantined,
            reason: acceptance.mark?.reason.english ?? notes.acceptance(of: transaction.recipients, "queued"), header: header,
            sizeBytes: message.sizeBytes, at: time)
        entry.judgement = acceptance.judgement
        let next = transaction.recipients.count + redirected.count
        let elsewhere = acceptance.elsewhere.enumerated().map { position, recipient in
            RecipientLogEntry(
                ordinal: next + position, address: recipient.address, state: .deleted, reason: recipient.reason, updatedAt: time)
        }
        let refused = Self.refusedEntries(transaction, notes, firstOrdinal: next + elsewhere.count, at: time)
        return AcceptedMessage(
            message: queued, recipients: own + redirected, log: entry, refused: gone + elsewhere + refused)
    }

    /// For mail from outside only: others' readers need not know what was thought of ours.
    private func verdictFields(
        _ message: ReceivedMessage, _ acceptance: Acceptance, _ routed: [RoutedRecipient]
    ) -> [UInt8] {
        guard let judged = acceptance.outcome else { return [] }
        let added = VerdictStamp.addedFields(judged)
        guard MailDirection(routed) == .inbound else { return added }
        let settings = message.connection.settings.settings
        return added + AuthenticationStamp.field(judged, settings.senderAuthentication, nodeName: heloName())
            + VerdictStamp.fields(judged, tag: settings.filtering.subjectTag, hasSubject: Self.hasSubject(message.header))
    }

    func route(_ recipients: [TransactionRecipient], _ connection: ClientConnection) -> [RoutedRecipient] {
        let acceptance = acceptance(connection)
        return recipients.map { recipient in
            switch acceptance.decide(recipient, declaredSize: nil, connection: connection) {
            case .accept(let routed), .lookUp(let routed, _): routed.delivered(to: recipient.aliasedUser)
            // Refused at RCPT, or the domain was removed since: then its mail was accepted and goes on by the rules that are left.
            case .refuse:
                RoutedRecipient(
                    address: recipient.aliasedUser ?? recipient.address, isProtected: false, isTrusted: acceptance.isTrusted(connection))
            }
        }
    }

    /// Where a transaction leads to, or would have led to: when all its recipients were refused, they tell.
    func direction(_ transaction: MailTransaction, _ connection: ClientConnection) -> MailDirection {
        let recipients = transaction.recipients.isEmpty ? transaction.refused.map(\.recipient) : transaction.recipients
        guard recipients.isEmpty else { return MailDirection(route(recipients, connection)) }
        return acceptance(connection).isTrusted(connection) ? .outbound : .inbound
    }

    private func tooBigForDomain(_ message: ReceivedMessage) -> SMTPReply? {
        let settings = message.connection.settings.settings
        for recipient in message.transaction.recipients {
            guard let name = recipient.address.domainName, directoryHas(name) else { continue }
            let limit = settings.domain(name.ascii).maximumMessageBytes
            if limit > 0, message.sizeBytes > limit {
                return SMTPReply(552, .messageTooBig, "Message too big for \(name.ascii): at most \(limit) bytes")
            }
        }
        return nil
    }

    private func directoryHas(_ name: DomainName) -> Bool { domains.directory.domain(name) != nil }

    /// There may be one without any text.
    private static func hasSubject(_ buffer: ByteBuffer) -> Bool {
        MessageHeader.read(from: Array(buffer.readableBytesView)).first("Subject") != nil
    }
}
