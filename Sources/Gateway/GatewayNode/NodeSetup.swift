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
    /// The shared folder for Message Data, an absolute path to a folder that is there; `nil`: in the home.
    package var messageData: String?

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
        var configuration = try begunConfiguration()
        let opened = try await NodeDatabase.open(configuration, home: home, absence: .create, logger: logger)
        do throws(NodeStartupError) {
            configuration = try await NodeAdmission(configuration: configuration, database: opened).admit()
            try await fill(opened, configuration)
        } catch {
            await opened.close()
            throw error
        }
        await opened.close()
        try finish(configuration)
    }

    /// What this node will be, kept until it is: a set-up that broke off goes on as the same node, with the key that it has already.
    func begunConfiguration() throws(NodeStartupError) -> NodeConfigurationFile {
        do throws(NodeConfigurationError) {
            var nodeID = NodeID(RecordIdentifier(milliseconds: UTCTime.now().milliseconds))
            let begun = home.url.appendingPathComponent(NodeConfigurationFile.joiningFileName)
            if FileManager.default.fileExists(atPath: begun.path) {
                nodeID = try NodeConfigurationFile.read(home: home.url, fileName: NodeConfigurationFile.joiningFileName).nodeID
            }
            let configuration = NodeConfigurationFile(
                nodeID: nodeID, nodeName: nodeName, database: database ?? .embedded(path: "database/SECURITYGATEWAY.FBD"),
                webListener: ListenAddress(address: listenAddress, port: webPort))
            try configuration.write(home: home.url, fileName: NodeConfigurationFile.joiningFileName)
            return configuration
        } catch {
            throw .configuration(error)
        }
    }

    /// The last step: from now on the home holds a node.
    func finish(_ configuration: NodeConfigurationFile) throws(NodeStartupError) {
        do throws(NodeConfigurationError) {
            try configuration.write(home: home.url)
        } catch {
            throw .configuration(error)
        }
        // Its work is done; one that stays is passed over as long as there is a node.conf.
        try? FileManager.default.removeItem(at: home.url.appendingPathComponent(NodeConfigurationFile.joiningFileName))
    }

    /// Message Data is made here and never again: an absent folder is an error at run time.
    func makeFolders(withMessageData: Bool = true) throws(NodeStartupError) {
        guard home.administrationSocket.path.utf8.count <= NodeHome.maximumSocketPathBytes else {
            throw .folder(path: home.path, reason: "the path is too long for the local socket; choose a shorter one")
        }
        let inHome = withMessageData && messageData == nil ? [home.messageData] : []
        for folder in [home.url, home.database.deletingLastPathComponent(), home.transcripts, home.certificates] + inHome {
            do {
                try FileManager.default.createDirectory(
                    at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                if folder == home.url { try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder.path) }
            } catch {
                throw .folder(path: folder.path, reason: error.localizedDescription)
            }
        }
        if withMessageData, let messageData { try linkMessageData(to: messageData) }
    }

    /// A link in the home, so that everything finds Message Data at its usual place.
    private func linkMessageData(to place: String) throws(NodeStartupError) {
        var isFolder: ObjCBool = false
        guard place.hasPrefix("/"), FileManager.default.fileExists(atPath: place, isDirectory: &isFolder), isFolder.boolValue else {
            throw .folder(path: place, reason: "there is no such folder; is the share mounted?")
        }
        let link = home.messageData.path
        if symlink(place, link) == 0 { return }
        let code = errno
        // A repeated set-up finds its own link.
        guard code == EEXIST, home.messageDataPlace == URL(fileURLWithPath: place).resolvingSymlinksInPath().path else {
            throw .folder(path: link, reason: String(cString: strerror(code)))
        }
    }

    private func fill(_ database: NodeDatabase, _ configuration: NodeConfigurationFile) async throws(NodeStartupError) {
        let current = CurrentSettings(SettingsSnapshot(revision: .none, settings: GatewaySettings()))
        try await saveNodeSettings(database, configuration, current)
        guard let administrator else { return }
        let administration = Administration(
            ports: database.administrationPorts(
                node: UnstartedNode(), contents: UnstartedNode(),
                verifier: RecipientVerifier(probe: UnstartedNode(), logger: database.logger),
                joiningPlace: JoiningPlace(configuration.database, messageData: home.messageData.path)),
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

    /// The settings of this node alone: HELO name and listeners.
    func saveNodeSettings(
        _ database: NodeDatabase, _ configuration: NodeConfigurationFile, _ current: CurrentSettings
    ) async throws(NodeStartupError) {
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
