package import DNS
import Delivery
package import DomainsAndUsers
package import Logging
package import Mail
import MessageLog
package import Metrics
import NIOCore
package import SenderAuthentication
import ServiceLifecycle
package import Settings
package import SharedFolders

/// What came of trying to send one report.
package enum ReportSending: Sendable, Hashable {
    /// Written down as sent or skipped.
    case done(AggregateReport)
    /// There is a report of this domain and day already.
    case alreadyDone
    /// Nothing was seen of the domain on that day.
    case nothingSeen
    /// Somebody could not be asked at present; it is tried again.
    case waiting(String)
}

/// Sends reports now; joined to Administration by GatewayNode.
package protocol AggregateReportSender: Sendable {
    /// Only on the primary, for a day that is over.
    /// - Throws: `.unavailable` when database or shared folder do not answer, or the role is lost.
    func send(_ domain: DomainName, _ day: ReportDay) async throws(DirectoryError) -> ReportSending
}

/// Sends the reports of days that are over: the primary's task, fenced in the database, so that each is in the queue once. A crash before
/// the transaction leaves a content without rows, which the sweep removes, and the report is made anew; after it, there is nothing left to
/// do.
package struct AggregateReporting: Service, AggregateReportSender {
    package struct Parts: Sendable {
        package let store: any AggregateReportStore
        package let folder: MessageDataFolder
        package let domains: CurrentDomains
        package let settings: CurrentSettings
        package let resolver: any DNSResolver
        /// nil where there is none: then nothing is sent.
        package let suffixes: PublicSuffixList?
        package let node: NodeID
        package let isPrimary: @Sendable () -> Bool
        /// There is something new in the queue.
        package let wake: @Sendable () -> Void

        package init(
            store: any AggregateReportStore, folder: MessageDataFolder, domains: CurrentDomains, settings: CurrentSettings,
            resolver: any DNSResolver, suffixes: PublicSuffixList?, node: NodeID, isPrimary: @escaping @Sendable () -> Bool,
            wake: @escaping @Sendable () -> Void
        ) {
            self.store = store
            self.folder = folder
            self.domains = domains
            self.settings = settings
            self.resolver = resolver
            self.suffixes = suffixes
            self.node = node
            self.isPrimary = isPrimary
            self.wake = wake
        }
    }

    private let parts: Parts
    private let logger: Logger
    private let sent: Counter
    private let skipped: Counter
    private let failed: Counter

    private static let interval = Duration.seconds(60)
    private static let step = Duration.seconds(1)
    /// After midnight, so that every node has stored what it saw.
    static let grace = Duration.seconds(600)
    /// Of one round, with a pause behind each, so that mail has the database in between.
    private static let reportsPerRound = 200
    private static let pause = Duration.milliseconds(50)
    private static let folderDeadline = Duration.seconds(15)
    /// How long after the day's end somebody who cannot be asked about is waited for.
    private static let longestWait = Duration.seconds(86_400)
    package static let maximumObservations = 50_000

    package init(_ parts: Parts, metrics factory: any MetricsFactory = MetricsSystem.factory, logger: Logger) {
        self.parts = parts
        self.logger = logger
        let label = "securitygateway_dmarc_reports_total"
        sent = Counter(label: label, dimensions: [("result", "sent")], factory: factory)
        skipped = Counter(label: label, dimensions: [("result", "skipped")], factory: factory)
        failed = Counter(label: label, dimensions: [("result", "failed")], factory: factory)
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                if parts.isPrimary() { await work(at: .now()) }
                let end = ContinuousClock.now.advanced(by: Self.interval)
                while ContinuousClock.now < end, !Task.isCancelled { try? await Task.sleep(for: Self.step) }  // cancellation ends it
            }
        }
    }

    /// One look at what is due; what fails is due again at the next.
    package func work(at now: UTCTime) async {
        let settings = parts.settings.snapshot.settings.dmarcReports
        let today = ReportDay(now.advanced(by: .zero - Self.grace))
        do {
            while try await parts.store.removeReports(before: today.advanced(by: -settings.retentionDays)), !Task.isCancelled {
                try? await Task.sleep(for: Self.pause)  // cancellation ends the loop
            }
            guard settings.isEnabled else { return }
            for pending in try await parts.store.pendingReports(before: today, limit: Self.reportsPerRound) {
                guard parts.isPrimary(), !Task.isCancelled else { return }
                _ = try await send(pending.domain, pending.day, at: now)
                try? await Task.sleep(for: Self.pause)  // cancellation ends the loop
            }
        } catch {
            failed.increment()
            logger.warning("DMARC reports could not be sent and are tried again", metadata: ["cause": "\(error)"])
        }
    }

    package func send(_ domain: DomainName, _ day: ReportDay) async throws(DirectoryError) -> ReportSending {
        try await send(domain, day, at: .now())
    }

    func send(_ domain: DomainName, _ day: ReportDay, at now: UTCTime) async throws(DirectoryError) -> ReportSending {
        let settings = parts.settings.snapshot.settings.dmarcReports
        guard try await parts.store.aggregateReport(of: domain, on: day) == nil else { return .alreadyDone }
        let observed = try await parts.store.observations(of: domain, on: day, limit: Self.maximumObservations)
        guard case .address(let sender) = settings.sender, let suffixes = parts.suffixes else {
            return .waiting("the sender of reports is not set, or the list of public suffixes is missing")
        }
        let composer = ReportComposer(organization: settings.organizationName, contact: sender)
        guard let composed = await Self.compose(composer, observed, domain, day) else {
            guard !observed.isEmpty else { return .nothingSeen }
            return try await skip(domain, day, "the policy cannot be read", at: now)
        }
        let chosen = await ReportTargets(parts.resolver, suffixes: suffixes).choose(
            composed.targets, policyDomain: domain, sizeBytes: composed.compressed.count)
        let reason = chosen.leftOut.joined(separator: "; ")
        if chosen.isUndecided, now < UTCTime(milliseconds: Int64(day.end) * 1_000).advanced(by: Self.longestWait) {
            return .waiting(reason)
        }
        guard !chosen.recipients.isEmpty else { return try await skip(domain, day, reason, composed, at: now) }
        return try await post(composed, chosen, settings, sender, at: now)
    }

    /// Sorting and compressing: not on the caller's executor.
    @concurrent
    private static func compose(
        _ composer: ReportComposer, _ observed: [ObservedRow], _ domain: DomainName, _ day: ReportDay
    ) async -> ReportComposer.Composed? {
        composer.compose(observed, of: domain, on: day)
    }

    private func skip(
        _ domain: DomainName, _ day: ReportDay, _ reason: String, _ composed: ReportComposer.Composed? = nil, at now: UTCTime
    ) async throws(DirectoryError) -> ReportSending {
        let report = AggregateReport(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), domain: domain, day: day, state: .skipped,
            reason: reason.isEmpty ? "the domain names nobody" : reason.cut(to: AggregateReport.maximumReasonBytes), recipients: [],
            messages: composed?.messages ?? 0, rows: composed?.report.rows.count ?? 0, sizeBytes: composed?.compressed.count ?? 0,
            message: nil, at: now)
        guard try await parts.store.finish(report, mail: nil) else { return .alreadyDone }
        skipped.increment()
        return .done(report)
    }

    private func post(
        _ composed: ReportComposer.Composed, _ chosen: ReportTargets.Chosen, _ settings: DMARCReportSettings, _ sender: EmailAddress,
        at now: UTCTime
    ) async throws(DirectoryError) -> ReportSending {
        let identifier = RecordIdentifier(milliseconds: now.milliseconds)
        let mail = ReportMail(
            composed, sender: sender, organization: settings.organizationName, recipients: chosen.recipients, identifier: identifier,
            at: now)
        let content = mail.content
        do throws(SharedFolderError) {
            _ = try await parts.folder.store(content, as: identifier, deadline: Self.folderDeadline)
        } catch {
            throw .unavailable(cause: error.description)
        }
        let report = AggregateReport(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), domain: composed.report.policyDomain,
            day: ReportDay(number: composed.report.begin / ReportDay.seconds), state: .sent,
            reason: chosen.leftOut.joined(separator: "; ").cut(to: AggregateReport.maximumReasonBytes),
            recipients: chosen.recipients.map(\.description), messages: composed.messages, rows: composed.report.rows.count,
            sizeBytes: composed.compressed.count, message: identifier, at: now)
        let submission = submission(mail, content, signatures: await signatures(content, sender, at: now))
        // An unknown outcome may have committed the rows, and the content must outlive them: then it is left to the sweep.
        guard try await parts.store.finish(report, mail: submission) else {
            parts.folder.remove([identifier], logger: logger)
            return .alreadyDone
        }
        sent.increment()
        logger.info(
            "DMARC report queued", metadata: ["domain": "\(report.domain.ascii)", "day": "\(report.day)", "message": "\(identifier)"])
        parts.wake()
        return .done(report)
    }

    private func submission(_ mail: ReportMail, _ content: ByteBuffer, signatures: [UInt8]) -> QueueSubmission {
        let message = QueuedMessage(
            identifier: mail.identifier, reversePath: .address(mail.sender), receivedAt: mail.at, direction: .outbound,
            prependedHeader: signatures, sizeBytes: content.readableBytes, body: .sevenBit, isInternational: false, returnContent: nil,
            envelopeIdentifier: nil)
        let log = MessageLogEntry(
            message: mail.identifier, receivedAt: mail.at, node: parts.node, direction: .outbound, result: .accepted,
            reason: "DMARC report about \(mail.composed.report.policyDomain.ascii)", client: .gateway,
            reversePath: mail.sender.description,
            header: MessageLogHeader(subject: mail.subject, from: mail.sender.description, messageID: mail.messageID),
            sizeBytes: content.readableBytes)
        // Nobody reads reports of reports: receivers that are gone are seen in the message log.
        let recipients = mail.recipients.enumerated().map { ordinal, address in
            QueuedRecipient(ordinal: ordinal, address: address, notify: nil, originalRecipient: nil)
        }
        return QueueSubmission(message: message, recipients: recipients, log: log, refused: [], isHeld: false)
    }

    /// Receivers believe reports of a domain that signs them; without an active key they go without.
    @concurrent
    private func signatures(_ content: ByteBuffer, _ sender: EmailAddress, at now: UTCTime) async -> [UInt8] {
        guard let name = sender.domainName, let domain = parts.domains.directory.domain(name) else { return [] }
        let message = AuthenticatedMessage(Array(content.readableBytesView))
        return domain.signingKeys.filter(\.isActive).flatMap { key in
            // A key of no use costs the signature, not the report.
            (try? DKIMSigner(domain: domain.name, selector: key.selector, key: key.key).field(
                for: message, time: Int(now.milliseconds / 1_000))) ?? []
        }
    }
}
