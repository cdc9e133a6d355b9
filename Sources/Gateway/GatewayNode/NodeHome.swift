package import Cluster
package import Foundation
import Glibc
package import Settings

/// The folder of one node: configuration, certificates, the embedded database, the local socket, and, until they are moved to a share,
/// the shared folders.
package struct NodeHome: Sendable, Hashable {
    package let url: URL

    package init(path: String) { url = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL }

    package var path: String { url.path }
    package var configurationFile: URL { url.appendingPathComponent(NodeConfigurationFile.fileName) }
    package var certificates: URL { url.appendingPathComponent("certificates", isDirectory: true) }
    package var firebird: URL { url.appendingPathComponent("firebird", isDirectory: true) }
    package var database: URL { url.appendingPathComponent("database/SECURITYGATEWAY.FBD") }
    package var messageData: URL { url.appendingPathComponent("message-data", isDirectory: true) }
    package var transcripts: URL { url.appendingPathComponent("transcripts", isDirectory: true) }
    /// Unix socket of the REST API for commands; mode 0600.
    package var administrationSocket: URL { url.appendingPathComponent("admin.sock") }
    /// What the first-start page asks for; mode 0600, removed once there is an administrator.
    package var setupCodeFile: URL { url.appendingPathComponent("setup-code") }
    package var lockFile: URL { url.appendingPathComponent("lock") }

    /// A Unix socket's address is at most 107 bytes.
    package static let maximumSocketPathBytes = 107

    /// Where Message Data really is: itself, or the share it is a link to.
    package var messageDataPlace: String { messageData.resolvingSymlinksInPath().path }

    /// An absolute path is taken as it is, another one lies in the home.
    package func resolve(_ path: String) -> String { path.hasPrefix("/") ? path : url.appendingPathComponent(path).path }
}

/// Held while a process works on a home: two of them would write the same files.
package final class NodeHomeLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `.inUse` when another process holds it.
    package init(home: NodeHome) throws(NodeStartupError) {
        let path = home.lockFile.path
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .folder(path: home.path, reason: String(cString: strerror(errno))) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw .inUse(path: home.path)
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}

extension NodeStartupError {
    private static func advice(_ error: RegistrationKeyError) -> String {
        switch error {
        case .malformed, .foreign, .unknown, .revoked:
            "Issue a key for this node on a running one (securitygateway registration-key issue) and join with it (securitygateway join)"
        case .heldBy:
            "Each node has a key of its own: issue one on a running node (securitygateway registration-key issue) and join with it (securitygateway join)"
        case .tooMany: "Revoke those that are not needed"
        case .unavailable: "Try again shortly"
        }
    }
}

/// Why a node does not start. Each case says what to do.
package enum NodeStartupError: Error, Sendable, CustomStringConvertible {
    case configuration(NodeConfigurationError)
    case alreadyInitialized(path: String)
    /// A process works on this home.
    case inUse(path: String)
    case folder(path: String, reason: String)
    case database(reason: String)
    case certificate(reason: String)
    case listener(reason: String)
    case administrator(reason: String)
    case settings(reason: String)
    /// The registration key does not admit this node.
    case registration(RegistrationKeyError)
    /// Another process is this node already.
    case twin(nodeName: String)
    /// The node was removed from the cluster.
    case removed(at: UTCTime, by: String)
    /// Others ended this incarnation while it ran.
    case outOfService
    /// Another node of another version is at work.
    case version(other: String, otherVersion: String)

    package var description: String {
        switch self {
        case .configuration(let error): "\(error). If this is a new node, run: securitygateway init --home DIR"
        case .alreadyInitialized(let path): "\(path) holds a node already; remove the folder first if you really want a new one"
        case .inUse(let path): "another process works on \(path); stop it first (a running node is asked by the other commands)"
        case .folder(let path, let reason): "folder \(path): \(reason). It must exist and belong to the user this runs as"
        case .database(let reason): "database: \(reason)"
        case .certificate(let reason): "certificate: \(reason)"
        case .listener(let reason): "listener: \(reason)"
        case .administrator(let reason): "administrator: \(reason)"
        case .settings(let reason): "settings: \(reason)"
        case .registration(let error): "registration key: \(error). \(Self.advice(error))"
        case .twin(let name):
            "registration key: the node \(name) is running already, perhaps on another machine that this one was copied from; a further node joins with a key of its own (securitygateway join)"
        case .outOfService:
            "this node was put out of service by others (a newer start of it, its silence, its revoked key, or its removal); start it again: it says what is to be done"
        case .removed(let time, let author):
            "this node was removed from the cluster on \(time) by \(author). To join again, move its home away and join as a new node with a new key: “securitygateway registration-key issue” on another node, then “securitygateway join” here"
        case .version(let other, let version):
            "version: the node \(other) runs version \(version), this one is \(ProductVersion.text); all nodes of a cluster run the same. Update one of them, or stop the others first"
        }
    }
}
