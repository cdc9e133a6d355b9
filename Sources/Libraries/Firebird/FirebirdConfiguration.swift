import CFirebird

/// Where a Firebird database is and how to attach to it.
///
/// The provider is always named explicitly: a plain path never ends at a server that happens to listen on this
/// host, and a server's address never opens a local file. On the wire SRP with SHA-256 and encryption are required.
package struct FirebirdConfiguration: Sendable, CustomStringConvertible {
    /// The two ways to a database.
    package enum Location: Sendable, Equatable {
        /// A file opened by the engine inside this process; the path is absolute. Only one process may have it open.
        case embedded(path: String)
        /// A server; `database` is an absolute path or an alias there. `host` is a name or an address without brackets.
        case server(host: String, port: Int, database: String)
    }

    /// Where the database is.
    package var location: Location
    /// User name; at most 31 bytes count.
    package var user: String
    /// Password; not needed embedded.
    package var password: String?
    /// How long an attachment to a server may take. Rounded up to whole seconds, at least 1.
    package var connectTimeout: Duration
    /// Deadline of a call that names none.
    package var defaultDeadline: Duration
    /// Prepared statements kept for each connection; the one unused longest goes first.
    package var statementCacheSize: Int
    /// Further lines of `firebird.conf` for these attachments only, such as another `AuthClient` for an old server.
    package var additionalSettings: [String]

    /// A configuration. Nothing is checked before the first attachment.
    package init(
        location: Location, user: String = "SYSDBA", password: String? = nil, connectTimeout: Duration = .seconds(10),
        defaultDeadline: Duration = .seconds(30), statementCacheSize: Int = 100, additionalSettings: [String] = []
    ) {
        self.location = location
        self.user = user
        self.password = password
        self.connectTimeout = connectTimeout
        self.defaultDeadline = defaultDeadline
        self.statementCacheSize = max(1, statementCacheSize)
        self.additionalSettings = additionalSettings
    }

    /// Place and user, never the password.
    package var description: String {
        switch location {
        case .embedded(let path): "embedded \(path) as \(user)"
        case .server(let host, let port, let database): "server \(host):\(port) database \(database) as \(user)"
        }
    }
}

extension FirebirdConfiguration {
    /// True when each call is a round trip over a network.
    var isRemote: Bool {
        switch location {
        case .embedded: false
        case .server: true
        }
    }

    /// What the C functions take as the database's name.
    func connectionString() throws(FirebirdError) -> [CChar] {
        switch location {
        case .embedded(let path):
            guard path.hasPrefix("/") else { throw FirebirdError(.invalidArgument, "an embedded database needs an absolute path") }
            return try Self.characters(path)
        case .server(let host, let port, let database): return try Self.characters(Self.address(host, port) + database)
        }
    }

    /// What the C functions take as the name of the service manager.
    func serviceString() throws(FirebirdError) -> [CChar] {
        switch location {
        case .embedded: try Self.characters("service_mgr")
        case .server(let host, let port, _): try Self.characters(Self.address(host, port) + "service_mgr")
        }
    }

    /// Path or alias as the engine at the other end knows it.
    var databaseName: String {
        switch location {
        case .embedded(let path): path
        case .server(_, _, let database): database
        }
    }

    private static func address(_ host: String, _ port: Int) -> String {
        host.contains(":") ? "inet://[\(host)]:\(port)/" : "inet://\(host):\(port)/"
    }

    private static func characters(_ text: String) throws(FirebirdError) -> [CChar] {
        guard text.utf8.count <= 1_024, !text.utf8.contains(0) else {
            throw FirebirdError(.invalidArgument, "the database's name is too long or contains a zero byte")
        }
        return text.utf8.map { CChar(bitPattern: $0) }
    }

    /// Lines of `firebird.conf` for this attachment.
    private var settings: String {
        let own = isRemote ? ["Providers=Remote", "WireCrypt=Required", "AuthClient=Srp256"] : ["Providers=Engine12"]
        return (own + additionalSettings).joined(separator: "\n")
    }

    private var connectTimeoutSeconds: UInt32 {
        let (seconds, attoseconds) = connectTimeout.components
        return UInt32(clamping: max(1, attoseconds > 0 && seconds < .max ? seconds + 1 : seconds))
    }

    /// The items a database and a service attachment share; their tags are the same.
    func appendLogin(to block: inout ParameterBlock) throws(FirebirdError) {
        try block.append(isc_dpb_user_name, text: user, called: "the user name")
        if let password { try block.append(isc_dpb_password, text: password, called: "the password") }
        if isRemote { block.append(isc_dpb_connect_timeout, value: ParameterBlock.littleEndian(connectTimeoutSeconds)) }
    }

    /// The DPB: without the dialect a new database would be of dialect 1, without BIGINT.
    func attachmentBlock() throws(FirebirdError) -> ParameterBlock {
        var block = ParameterBlock(version: [isc_dpb_version1])
        try appendLogin(to: &block)
        try block.append(isc_dpb_lc_ctype, text: "UTF8", called: "the character set")
        block.append(isc_dpb_utf8_filename, value: [])
        try block.append(isc_dpb_config, text: settings, called: "the attachment's settings")
        block.append(isc_dpb_sql_dialect, value: [3])
        return block
    }

    /// The SPB of a service attachment.
    func serviceBlock() throws(FirebirdError) -> ParameterBlock {
        var block = ParameterBlock(version: [isc_spb_current_version, isc_spb_current_version])
        try appendLogin(to: &block)
        try block.append(isc_spb_config, text: settings, called: "the attachment's settings")
        block.append(isc_spb_utf8_filename, value: [])
        if isRemote { try block.append(isc_spb_expected_db, text: databaseName, called: "the database's name") }
        return block
    }
}
