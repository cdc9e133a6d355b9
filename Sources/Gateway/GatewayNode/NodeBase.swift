import BayesianLearning
import Cluster
import Countries
import DomainsAndUsers
import Filtering
import Foundation
import Logging
import Screening
import Settings
import SharedFolders
import TransportSecurity

/// What every part of the node stands on.
struct NodeBase: Sendable {
    let configuration: NodeConfigurationFile
    let home: NodeHome
    let settings: CurrentSettings
    let domains: CurrentDomains
    let accessLists = CurrentAccessLists()
    let contentRules = CurrentContentRules()
    let sieveScripts = CurrentSieveScripts()
    let passedTriplets = PassedTriplets()
    let screening: ClientScreening
    let bayes = CurrentBayesSnapshot()
    let rates: RateLimiter
    let countries = CurrentCountries()
    let logger: Logger

    init(
        configuration: NodeConfigurationFile, home: NodeHome, settings: CurrentSettings, domains: CurrentDomains, logger: Logger
    ) {
        self.configuration = configuration
        self.home = home
        self.settings = settings
        self.domains = domains
        self.logger = logger
        let accessLists = accessLists
        screening = ClientScreening(
            node: configuration.nodeID,
            isAllowListed: { accessLists.lists.match(AccessLists.Sender(address: $0), for: nil)?.list == .allow })
        rates = RateLimiter(screening: screening)
    }

    /// The HELO name in force: the setting, else the system's host name.
    var heloName: String {
        let name = settings.snapshot.settings.node.heloName
        return name.isEmpty ? ProcessInfo.processInfo.hostName : name
    }

    /// Where links in mail lead unless the settings say otherwise.
    var ownURL: String { "https://\(heloName):\(configuration.webListener.port)" }

    /// The domains of the newest revision, in force at once.
    func loadDomains(from store: any DomainStore) async throws(SettingsError) {
        do throws(DirectoryError) {
            domains.adopt(try await store.loadDomains())
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// The allow and block lists, if they changed since they were loaded.
    func loadAccessLists(from store: any AccessListStore) async throws(SettingsError) {
        do throws(DirectoryError) {
            if let lists = try await store.loadAccessLists(ifNewerThan: accessLists.lists.revision) { accessLists.adopt(lists) }
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// The content rules, if they changed since they were loaded.
    func loadContentRules(from store: any ContentRuleStore) async throws(SettingsError) {
        do throws(DirectoryError) {
            if let rules = try await store.loadContentRules(ifNewerThan: contentRules.rules.revision) { contentRules.adopt(rules) }
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// The Sieve scripts that changed since they were loaded.
    func loadSieveScripts(from store: any SieveScriptStore) async throws(SettingsError) {
        do throws(DirectoryError) {
            let present = sieveScripts.scripts
            if let changes = try await store.loadSieveScripts(changedSince: present.revision) {
                sieveScripts.adopt(present.applying(changes))
            }
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// Forgets which triplets have passed, if some were deleted.
    func heedDeletedTriplets(in store: any GreylistStore) async throws(SettingsError) {
        do throws(DirectoryError) {
            passedTriplets.adopt(try await store.greylistRevision())
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// The bans in force now.
    func adoptBans(_ exchange: ScreeningExchange) async throws(SettingsError) {
        do throws(DirectoryError) {
            try await exchange.adopt()
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    func openTLS() async throws(NodeStartupError) -> TLSContexts {
        do throws(TransportSecurityError) {
            let names = [heloName, configuration.nodeName, "localhost"]
            return try await TLSContexts.open(
                NodeCertificates(folder: home.certificates.path, names: names, logger: logger), logger: logger)
        } catch {
            throw .certificate(reason: error.description)
        }
    }

    func transcripts(_ folders: NodeFolders) -> TranscriptFolder {
        TranscriptFolder(
            path: folders.path(of: .transcripts), mustBeMarked: true, identity: folders.identity(of: .transcripts),
            node: configuration.nodeID,
            maximumWaitingBytes: settings.snapshot.settings.transcripts.waitingMegabytes << 20, logger: logger)
    }

    func probe(_ folder: MessageDataFolder) async throws(NodeStartupError) {
        do throws(SharedFolderError) {
            try await folder.probe(deadline: .seconds(15))
        } catch {
            throw .folder(path: folder.path, reason: error.description)
        }
    }
}
