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
        }
    }
}
