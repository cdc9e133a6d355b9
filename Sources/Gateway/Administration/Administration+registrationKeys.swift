package import Cluster
import DomainsAndUsers
package import Settings
import SharedFolders

/// A registration key just issued, with the text that is shown once and never again.
package struct IssuedRegistrationKey: Sendable {
    package let key: RegistrationKey
    /// `sgr_`, its identifier, `_`, and its signature; never stored, never logged.
    package let text: String
}

/// What a further node needs to know to join, but for password and key.
package struct JoiningPlace: Sendable, Hashable {
    /// `nil`: the database is embedded, so no other node can use it.
    package let server: Server?
    /// Where Message Data really is on this node.
    package let messageData: String

    package struct Server: Sendable, Hashable {
        package let host: String
        package let port: Int
        package let database: String
        package let user: String

        package init(host: String, port: Int, database: String, user: String) {
            self.host = host
            self.port = port
            self.database = database
            self.user = user
        }

        /// Whether another machine would find itself under this name.
        package var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
    }

    package init(server: Server?, messageData: String) {
        self.server = server
        self.messageData = messageData
    }

    /// The command for the new node; it asks for password and key. `nil` while the database is embedded.
    package var command: String? {
        guard let server else { return nil }
        let words = [
            "securitygateway", "join", "--home", "/var/lib/securitygateway", "--database-host", server.host, "--database-port",
            String(server.port), "--database-name", server.database, "--database-user", server.user, "--message-data", messageData,
        ]
        return words.map(Self.quoted).joined(separator: " ")
    }

    /// As a POSIX shell takes it for one word.
    private static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "@"):
                    true
                default: false
                }
            }
        return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
    }
}

extension Administration {
    /// Newest first, revoked ones too.
    package func registrationKeys(_ caller: AdministrationCaller) async throws(AdministrationError) -> [RegistrationKey] {
        do throws(RegistrationKeyError) {
            return try await ports.cluster.registrationKeys.registrationKeys()
        } catch {
            throw AdministrationError(error)
        }
    }

    /// The nodes of the cluster, by name.
    package func clusterNodes(_ caller: AdministrationCaller) async throws(AdministrationError) -> [ClusterNode] {
        do throws(NodeRegistryError) {
            return try await ports.nodes.nodes()
        } catch {
            throw .unavailable(cause: error.description)
        }
    }

    /// What the page “Add a node” shows.
    package var joiningPlace: JoiningPlace {
        let place = ports.cluster.joiningPlace
        let path = ports.directories.configuredPath(of: .messageData)
        return path.isEmpty ? place : JoiningPlace(server: place.server, messageData: path)
    }

    /// The revision this node has in force; others may lag behind it or be ahead.
    package var settingsRevision: SettingsRevision { current.snapshot.revision }

    /// - Throws: `.invalid`; `.denied` for callers that are API keys; `.conflict` when there are too many.
    package func issueRegistrationKey(
        note: String, _ caller: AdministrationCaller
    ) async throws(AdministrationError) -> IssuedRegistrationKey {
        try refuseAPIKeys(caller)
        guard RegistrationKey.isNote(note) else {
            let bytes = RegistrationKey.maximumNoteBytes
            throw .invalid([FieldProblem("note", "A note has at most \(bytes) bytes.", ja: "メモは \(bytes) バイト以内で入力してください。")])
        }
        let now = UTCTime.now()
        let key = RegistrationKey(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), note: note, createdAt: now, createdBy: caller.actor.description)
        do throws(RegistrationKeyError) {
            let text = try await ports.cluster.registrationKeys.clusterIdentity().text(of: key.identifier)
            try await ports.cluster.registrationKeys.insert(
                key, audit: entry(caller, "registration-key.issue", key.identifier.description, note))
            return IssuedRegistrationKey(key: key, text: text)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// The key is refused from now on, and the node that uses it leaves the cluster at once.
    /// - Throws: `.conflict` for the key of the node this runs on; `.denied` for callers that are API keys.
    package func revokeRegistrationKey(
        _ identifier: RecordIdentifier, _ caller: AdministrationCaller
    ) async throws(AdministrationError) {
        try refuseAPIKeys(caller)
        let key = try await registrationKeys(caller).first { $0.identifier == identifier }
        guard key?.binding?.node != nodeID else {
            throw .conflict(
                LocalizedText(
                    "This is the key of the node you are speaking to. Revoke it on another node.",
                    ja: "接続中のノード自身のキーです。別のノードで失効させてください。"))
        }
        do throws(RegistrationKeyError) {
            try await ports.cluster.registrationKeys.revokeRegistrationKey(
                identifier, at: .now(),
                audit: entry(caller, "registration-key.revoke", identifier.description, key?.binding?.nodeName ?? ""))
        } catch {
            throw AdministrationError(error)
        }
    }

    /// A program with a full key could else bring nodes of its own into the cluster.
    private func refuseAPIKeys(_ caller: AdministrationCaller) throws(AdministrationError) {
        guard case .apiKey = caller.actor else { return }
        throw .denied(
            LocalizedText("An API key cannot issue or revoke registration keys.", ja: "API キーでは登録キーの発行や失効はできません。"))
    }
}

extension AdministrationError {
    fileprivate init(_ error: RegistrationKeyError) {
        switch error {
        case .tooMany:
            self = .conflict(
                LocalizedText("There are too many registration keys. Nothing was issued.", ja: "登録キーが多すぎます。発行していません。"))
        case .malformed, .foreign, .unknown, .revoked, .heldBy:
            self = .notFound(LocalizedText("There is no valid registration key of this name.", ja: "該当する有効な登録キーはありません。"))
        case .unavailable(let cause): self = .unavailable(cause: cause)
        }
    }
}
