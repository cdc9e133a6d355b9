import Firebird

/// Why the database cannot be used: each with what the administrator can do.
package enum GatewayDatabaseError: Error, Sendable, Equatable, CustomStringConvertible {
    /// Transient: no server answers, or not in time.
    case away(place: String, cause: String)
    case wrongLogin(place: String)
    /// The server wants no encryption, or another one.
    case wireEncryptionMismatch(place: String)
    /// There is no such file or alias.
    case missing(place: String)
    /// It was to be created and is there already.
    case alreadyThere(place: String)
    /// Another process has the embedded file open: a second node on the same home, or a tool.
    case inUse(place: String)
    /// A file of Firebird 2.x, or of 4 and later.
    case wrongOnDiskStructure(place: String)
    case notADatabase(place: String)
    /// The engine at the other end is not Firebird 3.0.
    case wrongServerVersion(place: String, version: String)
    /// It has tables, but not ours.
    case anotherProduct(place: String, table: String)
    /// A newer version has changed the schema.
    case newerSchema(place: String, migration: String)
    /// The recorded history is not this program's.
    case foreignHistory(place: String, cause: String)
    /// Forced writes are off: a power cut could destroy what was answered 250.
    case forcedWritesOff(place: String)
    /// The schema has to change, and other nodes work with it as it is.
    case othersAtWork(place: String, nodes: [String])
    case accessDenied(place: String, cause: String)
    case other(place: String, cause: String)

    /// Whether the same may succeed later without anybody changing anything.
    package var isTransient: Bool {
        switch self {
        case .away, .inUse, .other: true
        case .wrongLogin, .wireEncryptionMismatch, .missing, .alreadyThere, .wrongOnDiskStructure, .notADatabase, .anotherProduct,
            .newerSchema, .wrongServerVersion, .othersAtWork,
            .foreignHistory, .forcedWritesOff, .accessDenied:
            false
        }
    }

    package var description: String {
        switch self {
        case .away(let place, let cause): "the database does not answer (\(place)): \(cause)"
        case .wrongLogin(let place): "the database server refuses user name or password (\(place))"
        case .wireEncryptionMismatch(let place):
            "the database server does not encrypt the connection as required (\(place)); set WireCrypt = Required there"
        case .missing(let place): "there is no database (\(place)); “securitygateway init” creates one"
        case .alreadyThere(let place): "there is a database already (\(place))"
        case .inUse(let place): "another process has the database open (\(place)); stop the node that runs on this home first"
        case .wrongOnDiskStructure(let place):
            "the database is of another Firebird version (\(place)); “sgdbtool -convertfb3” converts one of Firebird 2"
        case .wrongServerVersion(let place, let version):
            "the database server is Firebird \(version) (\(place)); Firebird 3.0 is needed"
        case .notADatabase(let place): "this is no Firebird database, or it is damaged (\(place))"
        case .anotherProduct(let place, let table):
            "the database belongs to something else (\(place)): it has the table \(table) and not ours"
        case .newerSchema(let place, let migration):
            "the database was changed by a newer version (\(place), \(migration)); this version cannot use it"
        case .foreignHistory(let place, let cause): "the database's history is not this program's (\(place)): \(cause)"
        case .forcedWritesOff(let place): "forced writes are off (\(place)); switch them on with “gfix -write sync”"
        case .othersAtWork(let place, let nodes):
            "nodes of another version are at work (\(place)): \(nodes.joined(separator: ", ")); stop them first, then this one changes the schema"
        case .accessDenied(let place, let cause): "the database user lacks a right (\(place)): \(cause)"
        case .other(let place, let cause): "the database cannot be used (\(place)): \(cause)"
        }
    }

    /// - Parameter place: as `FirebirdConfiguration` describes it, without the password.
    init(_ error: any Error, place: String) {
        guard let failure = error as? FirebirdError else {
            self = (error as? GatewayDatabaseError) ?? .other(place: place, cause: String(describing: error))
            return
        }
        let cause = failure.description
        switch failure.kind {
        case .connectionLost, .commitOutcomeUnknown, .cannotConnect, .deadlineExceeded, .cancelled, .poolExhausted, .closed:
            self = .away(place: place, cause: cause)
        case .wrongLogin: self = .wrongLogin(place: place)
        case .wireEncryptionMismatch: self = .wireEncryptionMismatch(place: place)
        case .databaseNotFound: self = .missing(place: place)
        case .databaseExists: self = .alreadyThere(place: place)
        case .alreadyOpen: self = .inUse(place: place)
        case .wrongOnDiskStructure: self = .wrongOnDiskStructure(place: place)
        case .notADatabase: self = .notADatabase(place: place)
        case .migrationMismatch: self = .foreignHistory(place: place, cause: cause)
        case .accessDenied: self = .accessDenied(place: place, cause: cause)
        case .conflict, .objectInUse, .duplicateKey, .constraintViolated, .invalidValue, .invalidStatement, .raisedException,
            .invalidArgument,
            .unexpectedValue, .tooLarge, .environment, .other:
            self = .other(place: place, cause: cause)
        }
    }
}
