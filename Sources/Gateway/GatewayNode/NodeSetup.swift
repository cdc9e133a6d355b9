import Administration
import DomainsAndUsers
import Foundation
import GatewayDatabase
package import Logging
import Mail
package import Settings
import UserVerification

/// Makes a node: folders, database, settings of its own, the first administrator if named, and last `node.conf`. Interrupted, it is
/// simply run again.
package struct NodeSetup: Sendable {
    package var home: NodeHome
    package var nodeName: String
    package var heloName = ""
    package var listenAddress: NetworkAddress
    /// 0 leaves a listener out.
    package var smtpPort = 25
    package var smtpsPort = 465
    package var submissionPort = 587
    package var webPort = 4443
    /// `nil`: embedded, in the home.
    package var database: NodeConfigurationFile.DatabaseConnection?
    package var administrator: (name: String, password: String)?

    package init(home: NodeHome, nodeName: String, listenAddress: NetworkAddress) {
        self.home = home
        self.nodeName = nodeName
        self.listenAddress = listenAddress
    }

    package func run(logger: Logger) async throws(NodeStartupError) {
        guard !FileManager.default.fileExists(atPath: home.configurationFile.path) else { throw .alreadyInitialized(path: home.path) }
        try makeFolders()
        let lock = try NodeHomeLock(home: home)
        defer { withExtendedLifetime(lock) {} }
        let configuration = NodeConfigurationFile(
            nodeID: NodeID(RecordIdentifier(milliseconds: UTCTime.now().milliseconds)), nodeName: nodeName,
            database: database ?? .embedded(path: "database/SECURITYGATEWAY.FBD"),
            webListener: ListenAddress(address: listenAddress, port: webPort))
        let opened = try await NodeDatabase.open(configuration, home: home, absence: .create, logger: logger)
        do throws(NodeStartupError) {
            try await fill(opened, configuration)
        } catch {
            await opened.close()
            throw error
        }
        await opened.close()
        do throws(NodeConfigurationError) {
            try configuration.write(home: home.url)
        } catch {
            throw .configuration(error)
        }
    }

    /// Message Data is made here and never again: an absent folder is an error at run time.
    private func makeFolders() throws(NodeStartupError) {
        guard home.administrationSocket.path.utf8.count <= NodeHome.maximumSocketPathBytes else {
            throw .folder(path: home.path, reason: "the path is too long for the local socket; choose a shorter one")
        }
        for folder in [home.url, home.database.deletingLastPathComponent(), home.messageData, home.transcripts, home.certificates] {
            do {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                if folder == home.url { try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
            } catch {
                throw .folder(path: folder.path, reason: error.localizedDescription)
            }
        }
    }

    private func fill(_ database: NodeDatabase, _ configuration: NodeConfigurationFile) async throws(NodeStartupError) {
        let current = CurrentSettings(SettingsSnapshot(revision: .none, settings: GatewaySettings()))
        let editor = SettingsEditor(store: database.stores.settings, current: current, node: configuration.nodeID)
        do throws(SettingsError) {
            let values = nodeValues
            if !values.isEmpty {
                let change = SettingsChange(
                    scope: .node(configuration.nodeID), section: NodeSettings.name, values: values, basedOn: nil)
                _ = try await editor.save(change, by: .node)
            }
        } catch {
            throw .settings(reason: error.description)
        }
        guard let administrator else { return }
        let administration = Administration(
            ports: database.administrationPorts(
                node: UnstartedNode(), contents: UnstartedNode(),
                verifier: RecipientVerifier(probe: UnstartedNode(), logger: database.logger)),
            node: configuration.nodeID, current: current,
            logger: database.logger)
        do throws(AdministrationError) {
            // A second `init` after an interrupted one finds the administrator made already.
            guard try await administration.needsFirstAdministrator() else { return }
            let caller = AdministrationCaller(actor: .node, role: .global)
            _ = try await administration.addAdministrator(
                name: administrator.name, password: administrator.password, language: .english, onlyAsFirst: true, caller)
        } catch {
            throw .administrator(reason: error.message.english)
        }
    }

    private var nodeValues: [String: String?] {
        var values: [String: String?] = [:]
        if !heloName.isEmpty { values["helo-name"] = heloName }
        for (name, port) in [("smtp-listeners", smtpPort), ("smtps-listeners", smtpsPort), ("submission-listeners", submissionPort)]
        where port > 0 {
            values[name] = ListenAddress(address: listenAddress, port: port).description
        }
        return values
    }
}

/// Stands for the node while it is being made: nothing runs yet.
private struct UnstartedNode: NodeMonitor {
    func health() async -> NodeHealth { NodeHealth(parts: []) }

    func activity() -> NodeActivity {
        NodeActivity(
            version: ProductVersion.text, nodeName: "", startedAt: .now(), smtpSessions: 0, maximumSessions: 0, listeners: [],
            activeRecipients: 0, deliveryConnections: 0, memoryContentBytes: 0)
    }

    func wakeQueue() {}
    func startMaintenance() {}
    func adoptChanges() async {}
    func setupIsDone() {}
    func removeContent(_ messages: [RecordIdentifier]) {}
}

extension UnstartedNode: StoredContentSource {
    func content(
        of message: RecordIdentifier, expectedBytes: Int, upTo maximumBytes: Int
    ) async throws(StoredContentError) -> [UInt8] {
        throw StoredContentError(cause: "the node is being made")
    }
}

extension UnstartedNode: RecipientProbe {
    func ask(
        about recipient: EmailAddress, of domain: ProtectedDomain, from sender: ReversePath, limit: Duration
    ) async -> ProbeAnswer {
        ProbeAnswer(.serversAway, text: "the node is being made")
    }
}
