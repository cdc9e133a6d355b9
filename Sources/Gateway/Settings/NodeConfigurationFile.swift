package import Foundation

/// `node.conf`: what a node must know before it can read the database. Lines of `name = value`; `#` begins a comment line.
/// Mode 0600, because it can hold the database password.
package struct NodeConfigurationFile: Sendable, Hashable {
    package var nodeID: NodeID
    /// The node's name among the nodes, shown on pages; by default the host name.
    package var nodeName: String
    package var database: DatabaseConnection
    /// Administrator's pages over HTTPS.
    package var webListener: ListenAddress
    /// The node's key in its cluster (R3); `nil` only until the first start of a cluster's first node. A secret.
    package var registrationKey: String?

    /// How the node reaches its database.
    package enum DatabaseConnection: Sendable, Hashable {
        /// In this process; the file lies in the node's home unless another absolute path is named.
        case embedded(path: String)
        case server(host: String, port: Int, database: String, user: String, password: String)
    }

    package static let fileName = "node.conf"
    /// While a node joins: kept so that a join that broke off goes on as the same node.
    package static let joiningFileName = "node.conf.joining"
    /// A longer file is not ours.
    package static let maximumBytes = 65_536

    package init(
        nodeID: NodeID, nodeName: String, database: DatabaseConnection, webListener: ListenAddress, registrationKey: String? = nil
    ) {
        self.nodeID = nodeID
        self.registrationKey = registrationKey
        self.nodeName = nodeName
        self.database = database
        self.webListener = webListener
    }

    /// Reads the text of a file.
    /// - Throws: `.invalid` with the line and what is expected there.
    package init(text: String) throws(NodeConfigurationError) {
        var values: [String: (line: Int, text: String)] = [:]
        for (index, rawLine) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
            let line = String(rawLine).trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            guard let separator = line.firstIndex(of: "=") else { throw .invalid(line: index + 1, reason: "“name = value” is expected") }
            let name = String(line[..<separator]).trimmed
            guard Self.names.contains(name) else { throw .invalid(line: index + 1, reason: "unknown name “\(name)”") }
            guard values[name] == nil else { throw .invalid(line: index + 1, reason: "“\(name)” stands twice") }
            values[name] = (index + 1, String(line[line.index(after: separator)...]).trimmed)
        }
        try self.init(values: values)
    }

    private init(values: [String: (line: Int, text: String)]) throws(NodeConfigurationError) {
        func required(_ name: String) throws(NodeConfigurationError) -> (line: Int, text: String) {
            guard let value = values[name], !value.text.isEmpty else { throw .missing(name: name) }
            return value
        }
        let identity = try required("node-id")
        guard let nodeID = NodeID(identity.text) else { throw .invalid(line: identity.line, reason: "node-id is 32 hexadecimal digits") }
        let web = try required("web-listener")
        guard let webListener = ListenAddress(web.text) else {
            throw .invalid(line: web.line, reason: "web-listener is an address with a port such as 127.0.0.1:4443")
        }
        self.init(
            nodeID: nodeID, nodeName: try required("node-name").text, database: try Self.database(values, required),
            webListener: webListener, registrationKey: values["registration-key"]?.text)
    }

    private static func database(
        _ values: [String: (line: Int, text: String)],
        _ required: (String) throws(NodeConfigurationError) -> (line: Int, text: String)
    ) throws(NodeConfigurationError) -> DatabaseConnection {
        let kind = try required("database")
        switch kind.text {
        case "embedded": return .embedded(path: try required("database-path").text)
        case "server":
            let port = try required("database-port")
            guard let number = UInt16(port.text), number > 0 else { throw .invalid(line: port.line, reason: "database-port is 1 to 65535") }
            return .server(
                host: try required("database-host").text, port: Int(number), database: try required("database-name").text,
                user: try required("database-user").text, password: values["database-password"]?.text ?? "")
        default: throw .invalid(line: kind.line, reason: "database is “embedded” or “server”")
        }
    }

    private static let names: Set<String> = [
        "node-id", "node-name", "web-listener", "registration-key", "database", "database-path", "database-host", "database-port",
        "database-name",
        "database-user",
        "database-password",
    ]

    /// The file's text.
    package var text: String {
        var lines = [
            "# SecurityGateway node configuration; everything else is in the database.", "node-id = \(nodeID)", "node-name = \(nodeName)",
            "web-listener = \(webListener)",
        ]
        if let registrationKey { lines.append("registration-key = \(registrationKey)") }
        switch database {
        case .embedded(let path): lines += ["database = embedded", "database-path = \(path)"]
        case .server(let host, let port, let name, let user, let password):
            lines += [
                "database = server", "database-host = \(host)", "database-port = \(port)", "database-name = \(name)",
                "database-user = \(user)",
                "database-password = \(password)",
            ]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Reads `node.conf` of a home folder.
    /// - Throws: `.unreadable` when the file is missing, too large, not UTF-8, or readable by others.
    package static func read(
        home: URL, fileName: String = fileName
    ) throws(NodeConfigurationError) -> NodeConfigurationFile {
        let file = home.appendingPathComponent(fileName)
        let data: Data
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            if let mode = attributes[.posixPermissions] as? Int, mode & 0o077 != 0 {
                throw NodeConfigurationError.unreadable(path: file.path, reason: "others may read it; run chmod 600 on it")
            }
            if let size = attributes[.size] as? Int, size > maximumBytes {
                throw NodeConfigurationError.unreadable(path: file.path, reason: "it is larger than \(maximumBytes) bytes")
            }
            data = try Data(contentsOf: file)
        } catch let error as NodeConfigurationError {
            throw error
        } catch {
            throw .unreadable(path: file.path, reason: error.localizedDescription)
        }
        guard let text = String(data: data, encoding: .utf8) else { throw .unreadable(path: file.path, reason: "it is not UTF-8 text") }
        return try NodeConfigurationFile(text: text)
    }

    /// Writes `node.conf` with mode 0600: temporary name, sync, rename.
    package func write(home: URL, fileName: String = fileName) throws(NodeConfigurationError) {
        let file = home.appendingPathComponent(fileName)
        let temporary = home.appendingPathComponent(fileName + ".new")
        do {
            try? FileManager.default.removeItem(at: temporary)  // left over from a crash; its absence is the normal case
            guard FileManager.default.createFile(atPath: temporary.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
                throw NodeConfigurationError.unwritable(path: temporary.path, reason: "the file could not be created")
            }
            let handle = try FileHandle(forWritingTo: temporary)
            try handle.write(contentsOf: Data(text.utf8))
            try handle.synchronize()
            try handle.close()
            guard rename(temporary.path, file.path) == 0 else {
                throw NodeConfigurationError.unwritable(path: file.path, reason: String(cString: strerror(errno)))
            }
        } catch let error as NodeConfigurationError {
            throw error
        } catch {
            throw .unwritable(path: file.path, reason: error.localizedDescription)
        }
    }
}

package enum NodeConfigurationError: Error, Sendable, Hashable, CustomStringConvertible {
    case unreadable(path: String, reason: String)
    case unwritable(path: String, reason: String)
    case missing(name: String)
    case invalid(line: Int, reason: String)

    package var description: String {
        switch self {
        case .unreadable(let path, let reason): "\(path) cannot be read: \(reason)"
        case .unwritable(let path, let reason): "\(path) cannot be written: \(reason)"
        case .missing(let name): "node.conf lacks “\(name)”"
        case .invalid(let line, let reason): "node.conf, line \(line): \(reason)"
        }
    }
}
