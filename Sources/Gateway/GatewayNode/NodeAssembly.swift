import Administration
import AdministrationAPI
import AggregateReports
import BayesianLearning
import Cluster
import Countries
import Delivery
import DomainsAndUsers
import Filtering
import Foundation
import Hummingbird
import HummingbirdTLS
import Logging
import Mail
import MailFlow
import MessageLog
import NIOCore
import NIOPosix
import NIOSSL
import OutsideEngines
import Quarantine
import Reception
import SampleLearning
import Screening
import ServiceLifecycle
import Settings
import SharedFolders
import TransportSecurity
import UnixSignals
import UserVerification
import WebAdmin

/// The one place where ports meet their implementations. Everything here is made in the order of the start; nothing serves before
/// `run`.
struct NodeAssembly: Sendable {
    private let services: [ServiceGroupConfiguration.ServiceConfiguration]
    private let writing: NodeWriting
    private let folder: MessageDataFolder
    private let transcripts: TranscriptFolder
    private let folders: NodeFolders
    private let learning: NodeLearning
    private let attachments: AttachmentFolder
    private let outOfService: OutOfService
    private let logger: Logger

    /// Longest stop: SMTP grace, deliveries and the web interface one after another.
    private static let longestStop = Duration.seconds(75)

    /// Of transcripts at the stop.
    private static let longestFlush = Duration.seconds(3)

    static func make(
        configuration: NodeConfigurationFile, home: NodeHome, database: NodeDatabase, metrics: PrometheusRegistry, logger: Logger
    ) async throws -> NodeAssembly {
        let (snapshot, problems) = try await SettingsWatcher.load(from: database.stores.settings, for: configuration.nodeID)
        for problem in problems {
            logger.error(
                "a stored setting is unreadable; its default is in force",
                metadata: ["setting": "\(problem.section).\(problem.field ?? "*")"])
        }
        let base = NodeBase(
            configuration: configuration, home: home, settings: CurrentSettings(snapshot),
            domains: CurrentDomains(try await database.stores.domains.loadDomains()), logger: logger)
        try await base.loadAccessLists(from: database.stores.accessLists)
        try await base.loadContentRules(from: database.stores.contentRules)
        try await base.loadSieveScripts(from: database.stores.sieveScripts)
        let tls = try await base.openTLS()
        let budget = MemoryBudget(limit: snapshot.settings.delivery.activeContentBytes)
        let folders = NodeFolders(
            home: home, configuration: configuration, settings: base.settings, register: database.folders)
        try await folders.prepareForStart(logger: logger)
        let folder = MessageDataFolder(path: folders.path(of: .messageData), budget: budget, mustBeMarked: true)
        try await base.probe(folder)
        let transcripts = base.transcripts(folders)
        let writing = try await database.beginIncarnation(of: configuration, settings: base.settings)
        let resolver = try CurrentResolver(current: base.settings, logger: logger)
        let learning = NodeLearning(base: base, store: database.stores.learning, folders: folders)
        let attachments = AttachmentFolder { folders.places(of: .attachments) }
        let mail = try MailServices(
            base: base, writing: writing, database: database, folder: folder, resolver: resolver, tls: tls, learning: learning,
            attachments: attachments,
            transcripts: TranscriptKeeper(folder: transcripts, node: configuration.nodeID))
        let exchange = ScreeningExchange(
            screening: base.screening, store: database.stores.bans, feed: database.changeFeed,
            tell: FreezeNotice(
                queue: mail.queue, folder: folder, settings: base.settings, node: configuration.nodeID, heloName: { base.heloName },
                logger: logger
            ).send, logger: logger)
        try await base.adoptBans(exchange)
        let duties = NodeDuties(configuration: configuration, database: database, writing: writing, mail: mail, base: base)
        duties.drain.prepare()
        let watcher = SettingsWatcher(
            store: database.stores.settings, feed: database.changeFeed, current: base.settings, node: configuration.nodeID,
            adoptAlongside: { () throws(SettingsError) in
                try await base.loadDomains(from: database.stores.domains)
                try await base.loadAccessLists(from: database.stores.accessLists)
                try await base.loadContentRules(from: database.stores.contentRules)
                try await base.loadSieveScripts(from: database.stores.sieveScripts)
                try await base.heedDeletedTriplets(in: database.stores.greylist)
            }, logger: logger)
        let maintenance = MaintenanceRequests()
        let monitoring = NodeMonitoring(
            parts: NodeMonitoring.Parts(
                settings: base.settings, heartbeat: writing.heartbeat, folder: folder, transcripts: transcripts, tls: tls,
                listener: mail.listener, queue: mail.queue, verifier: mail.verifier, engines: mail.engines, countries: base.countries,
                watcher: watcher, home: home, learning: learning.watch, maintenance: maintenance, standing: writing.standing,
                gauges: duties.gauges,
                pingDatabase: { try await database.ping() },
                adoptBans: { () async throws(SettingsError) in try await base.adoptBans(exchange) }),
            nodeName: configuration.nodeName, logger: logger)
        let presence = ClusterPresence()
        var ports = database.administrationPorts(
            node: monitoring, contents: StoredContents(folder: folder), verifier: mail.verifier,
            joiningPlace: JoiningPlace(
                configuration.database, messageData: URL(fileURLWithPath: folder.path).resolvingSymlinksInPath().path),
            presence: presence)
        ports.transcripts = transcripts
        ports.signInTrace = base.screening.trace
        ports.isNeverBanned = { base.screening.isExempt($0, $1) }
        ports.learning = learning.administrationPorts
        let digests = NodeDigests(base: base, stores: database.stores)
        ports.digests = digests.administrationPorts
        ports.attachments = Administration.AttachmentPorts(store: database.stores.strippedAttachments, contents: attachments)
        ports.directories = folders
        ports.folderRegister = database.folders
        ports.engines = mail.engines
        ports.senders = mail.senders
        ports.countries = base.countries
        let reporting = Self.reporting(base, database, mail, folder: folder, resolver: resolver)
        ports.aggregateReports = AggregateReportPorts(store: database.stores.aggregateReports, sender: reporting)
        let folderDuty = FolderDuty(
            parts: FolderDuty.Parts(
                node: configuration.nodeID, folders: folders, messageData: folder, transcripts: transcripts, nodes: database.stores.nodes,
                duty: database.duty), logger: logger)
        // From here on the others count on this node: what changed since its settings were read is in force before it serves.
        try await watcher.adoptNewest()
        if folders.beginAnew() { try await folders.prepareForStart(logger: logger) }
        try await folderDuty.beginServing()
        let countryWatch = CountryWatch(countries: base.countries, settings: base.settings, logger: logger)
        await countryWatch.look()
        await learning.watch.look(within: NodeLearning.longestFirstLook)
        let duty = database.duty
        let isShared = folders.isConfigured(.transcripts)
        let retention = TranscriptRetention(
            folder: transcripts, settings: base.settings, logger: logger, isOurs: { !isShared || duty.isPrimary })
        let administration = Administration(
            ports: ports, node: configuration.nodeID,
            current: base.settings, logger: logger)
        let needsAdministrator = try await administration.needsFirstAdministrator()
        let setup = try SetupCode.load(home: home)
        if !needsAdministrator { SetupCode.remove(home: home) }
        let site = try AdminSite(
            administration: administration, nodeName: configuration.nodeName, setupCode: setup.text,
            probes: AdminSite.Probes(health: { await monitoring.health() }, metrics: { metrics.text() }), logger: logger)
        let doors = OpenDoors()
        let code = needsAdministrator ? setup : nil
        let faces = try AdministrationFaces(
            base: base, site: site, administration: administration, nodes: database.stores.nodes, tls: tls, doors: doors)
        let outOfService = OutOfService()
        let order: [any Service] =
            [
                Heartbeat(
                    writer: writing.writer, settings: base.settings, standing: writing.standing, logger: logger,
                    figures: { duties.gauges.figures() }, declaredDead: { outOfService.declare(logger) }),
                watcher, exchange,
                RateExchange(limiter: base.rates, store: database.stores.rates, settings: base.settings, logger: logger),
                ObservationExchange(observing: mail.observing, store: database.stores.aggregateReports, logger: logger), reporting,
                PrimaryLease(
                    store: database.stores.primaryRole, own: writing.incarnation, duty: duty, presence: presence, settings: base.settings,
                    standing: writing.standing, logger: logger),
                folderDuty,
                FollowingSettings(settings: base.settings, budget: budget, transcripts: transcripts), resolver, CertificateWatch(tls: tls),
                ContentSweep(
                    folder: folder, references: database.stores.contentReferences, logger: logger, isOurs: { duty.isPrimary }),
                QuarantineExpiry(
                    store: database.stores.quarantine, settings: base.settings, folder: folder, logger: logger,
                    isPrimary: { duty.isPrimary }),
                MaintenanceRunner(
                    store: database.stores.maintenance, settings: base.settings, requests: maintenance, transcripts: retention,
                    logger: logger, isPrimary: { duty.isPrimary }),
                retention,
                ReturnPathKeyRotation(
                    store: database.stores.returnPathKeys, domains: base.domains, settings: base.settings, logger: logger,
                    isPrimary: { duty.isPrimary }),
                AttachmentExpiry(
                    store: database.stores.strippedAttachments, folder: attachments, logger: logger, isPrimary: { duty.isPrimary }),
                TextIndexing(store: database.stores.textIndex, logger: logger, isPrimary: { duty.isPrimary }),
                learning.watch, learning.service(epoch: { duty.epoch }),
                digests.service(writer: writing.writer, folder: folder, queue: mail.queue, epoch: { duty.epoch }),
                ClusterWatch(
                    registry: database.deathRegistry, own: configuration.nodeID, presence: presence, logger: logger,
                    adopt: { node, instant in
                        mail.queue.retryNow()
                        duties.adoption.watch(node, silentSince: instant)
                    }),
                StandingMetricsRefresh(
                    metrics: StandingMetrics(), monitoring: monitoring, figures: database.standingFigures, logger: logger),
                EngineWatch(engines: mail.engines, settings: base.settings), countryWatch,
            ] + duties.services(folder: folder) + faces.services + [
                mail.runner,
                MailDoor(listener: mail.listener, doors: doors) {
                    NodeAnnouncement(configuration: configuration, setupCode: code, ports: mail.listener.boundPorts, logger: logger).make()
                },
            ]
        return NodeAssembly(
            services: order.map {
                ServiceGroupConfiguration.ServiceConfiguration(
                    service: $0, successTerminationBehavior: .gracefullyShutdownGroup, failureTerminationBehavior: .gracefullyShutdownGroup)
            }, writing: writing, folder: folder, transcripts: transcripts, folders: folders,
            learning: learning, attachments: attachments, outOfService: outOfService, logger: logger)
    }

    private static func reporting(
        _ base: NodeBase, _ database: NodeDatabase, _ mail: MailServices, folder: MessageDataFolder, resolver: CurrentResolver
    ) -> AggregateReporting {
        let duty = database.duty
        return AggregateReporting(
            AggregateReporting.Parts(
                store: database.stores.aggregateReports, folder: folder, domains: base.domains, settings: base.settings,
                resolver: resolver, suffixes: mail.suffixes, node: base.configuration.nodeID, isPrimary: { duty.isPrimary },
                wake: { mail.queue.wake() }), logger: base.logger)
    }

    /// Serves until SIGTERM or SIGINT; a second signal of these ends the process by the system's default.
    func run() async throws {
        var group = ServiceGroupConfiguration(services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = Self.longestStop
        do {
            try await ServiceGroup(configuration: group).run()
        } catch {
            await close()
            throw error
        }
        await close()
        if outOfService.isDeclared { throw NodeStartupError.outOfService }
    }

    /// After the services: what they have left to write is written, then nothing more.
    func close() async {
        await writing.close()
        folder.close()
        // Dialogues that ended with the stop; a folder that does not take them now loses them.
        try? await transcripts.flush(deadline: Self.longestFlush)
        transcripts.close()
        learning.folders.close()
        attachments.close()
        folders.close()
    }
}

extension JoiningPlace {
    /// As this node reaches its database and Message Data.
    init(_ connection: NodeConfigurationFile.DatabaseConnection, messageData: String) {
        switch connection {
        case .embedded: self.init(server: nil, messageData: messageData)
        case .server(let host, let port, let database, let user, _):
            self.init(server: Server(host: host, port: port, database: database, user: user), messageData: messageData)
        }
    }
}

/// Administration reads quarantined content from Message Data.
private struct StoredContents: StoredContentSource {
    let folder: MessageDataFolder

    /// Of each access to the folder; a page waits for a few of them.
    private static let deadline = Duration.seconds(5)

    func content(
        of message: RecordIdentifier, expectedBytes: Int, upTo maximumBytes: Int
    ) async throws(StoredContentError) -> [UInt8] {
        do throws(SharedFolderError) {
            let reader = try await folder.open(
                StoredMessage(identifier: message), expectedBytes: expectedBytes, deadline: Self.deadline)
            var bytes: [UInt8] = []
            while bytes.count < maximumBytes {
                let part = try await reader.read(at: bytes.count, deadline: Self.deadline)
                if part.readableBytes == 0 { break }
                bytes += part.readableBytesView.prefix(maximumBytes - bytes.count)
            }
            return bytes
        } catch {
            throw StoredContentError(cause: error.description)
        }
    }
}
