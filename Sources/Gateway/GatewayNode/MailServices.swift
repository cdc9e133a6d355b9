import AggregateReports
import Cluster
import Delivery
import DomainsAndUsers
import Filtering
import Foundation
import Logging
import Mail
import MailFlow
import MessageLog
import NIOPosix
import OutsideEngines
import Quarantine
import Reception
import SampleLearning
import Screening
import SenderAuthentication
import Settings
import SharedFolders
import TransportSecurity
import UserVerification

/// The way of mail: reception, flow, queue.
struct MailServices: Sendable {
    let listener: SMTPListener
    let queue: DeliveryQueue
    let runner: QueueRunner
    let verifier: RecipientVerifier
    let senders: CallbackVerifier
    let engines: OutsideEngines
    let accepted = AcceptedCount()
    let observing = ReportObserving()
    let suffixes: PublicSuffixList?

    init(
        base: NodeBase, writing: NodeWriting, database: NodeDatabase, folder: MessageDataFolder, resolver: CurrentResolver,
        tls: TLSContexts, learning: NodeLearning, attachments: AttachmentFolder, transcripts: TranscriptKeeper
    ) throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let node = DeliveryEnvironment.Node(
            identifier: base.configuration.nodeID, hostName: ProcessInfo.processInfo.hostName, settings: base.settings,
            domains: base.domains,
            heartbeat: writing.heartbeat)
        var delivery = DeliveryEnvironment(
            node: node, store: writing.writer, folder: folder, resolver: resolver, contexts: tls, eventLoopGroup: group,
            logger: base.logger)
        delivery.transcripts = transcripts
        queue = DeliveryQueue(delivery)
        verifier = RecipientVerifier(probe: QuestionToMailServers(question: MailServerQuestion(delivery)), logger: base.logger)
        let senders = CallbackVerifier(probe: QuestionAboutSenders(question: SenderQuestion(delivery)))
        self.senders = senders
        runner = QueueRunner(queue)
        engines = OutsideEngines(group: group, logger: base.logger)
        let suffixes = PublicSuffixFile.load(logger: base.logger)
        self.suffixes = suffixes
        let flow = InboundMailFlow(
            queue: SubmittingQueue(queue: queue, accepted: accepted), domains: base.domains,
            recipients: KnownUsers(store: database.stores.users),
            authentication: UserAuthentication(
                users: KnownUsers(store: database.stores.users), domains: base.domains, logger: base.logger),
            refusals: writing.writer, folder: folder,
            identity: NodeIdentity(node: base.configuration.nodeID, heloName: { base.heloName }), logger: base.logger
        ).filtering(
            with: FilterPipeline(
                CheckEnvironment(
                    resolver: resolver, accessLists: base.accessLists, domains: base.domains,
                    publicSuffixes: suffixes, contentRules: base.contentRules,
                    greylist: database.stores.greylist,
                    passedTriplets: base.passedTriplets, engines: engines, bayes: base.bayes, senders: senders,
                    countries: base.countries)),
            quarantine: CountingQuarantine(writer: writing.writer, queue: queue, accepted: accepted)
        ).stripping(
            by: AttachmentStripping(
                folder: attachments, store: database.stores.strippedAttachments, keys: database.stores.linkKeys, ownURL: { base.ownURL })
        ).verifying(with: verifier).screening(with: base.screening, rates: base.rates, countries: base.countries).learning(
            by: learning.teaching, snapshot: base.bayes
        )
        .sieving(by: base.sieveScripts)
        .observing(by: observing)
        listener = SMTPListener(
            settings: base.settings, handler: flow, folder: folder, tls: tls, group: group, transcripts: transcripts, logger: base.logger)
    }
}

/// MailFlow's queue is Delivery's.
private struct SubmittingQueue: AcceptedMessageQueue {
    let queue: DeliveryQueue
    let accepted: AcceptedCount

    func submit(_ message: AcceptedMessage, content: MessageContent, deadline: Duration) async throws(DeliveryQueueError) {
        try await queue.submit(
            message.message, recipients: message.recipients, log: message.log, refused: message.refused, content: content,
            deadline: deadline)
        accepted.increment()
    }
}

/// Mail that is kept back was accepted all the same.
private struct CountingQuarantine: QuarantineWriter {
    let writer: any QuarantineWriter
    let queue: DeliveryQueue
    let accepted: AcceptedCount

    func quarantine(_ submission: QuarantineSubmission, deadline: Duration) async throws(DeliveryQueueError) {
        try await writer.quarantine(submission, deadline: deadline)
        accepted.increment()
        // Some copies of it go on.
        if submission.keptOrdinals != nil { queue.wake() }
    }
}

/// MailFlow's recipients and users are those of the user store.
private struct KnownUsers: RecipientDirectory, UserDirectory {
    let store: any UserStore

    func listing(of address: EmailAddress) async throws(DirectoryError) -> RecipientListing { try await store.listing(of: address) }

    func credential(named key: String) async throws(DirectoryError) -> UserCredential? { try await store.credential(named: key) }
}
