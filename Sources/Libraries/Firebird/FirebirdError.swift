/// Everything that can go wrong between a caller and a Firebird database, as one type that says what to do about it.
///
/// A caller asks `kind` (what happened) or `isTransient` (may the same work succeed later); the codes and the text are
/// for the log.
package struct FirebirdError: Error, Sendable, CustomStringConvertible {
    /// What happened, in the terms a caller decides by.
    package enum Kind: Sendable, Equatable {
        /// The connection ended under the call; nothing of the transaction remains. The next call attaches anew.
        case connectionLost
        /// The connection ended while the commit was under way: the work is either done or not. Retry only what
        /// is repeatable (a key made by the client answers `duplicateKey` the second time).
        case commitOutcomeUnknown
        /// No server answered, or it refused or did not finish the attachment in time.
        case cannotConnect
        /// Another transaction holds or has changed the row (deadlock, update conflict, lock conflict).
        case conflict
        /// The schema object is used by another statement or attachment.
        case objectInUse
        /// A primary key or unique index has this value already.
        case duplicateKey
        /// A foreign key, check or not-null constraint refused the row.
        case constraintViolated
        /// The value does not fit its column: too long, malformed text, not convertible, out of range.
        case invalidValue
        /// The calling task was cancelled; the transaction was rolled back.
        case cancelled
        /// The deadline passed; the transaction was rolled back.
        case deadlineExceeded
        /// As many calls wait for a connection as the pool allows.
        case poolExhausted
        /// The pool, connection, listener or transaction was closed before.
        case closed
        /// The file is of a Firebird version this library cannot read (Firebird 2.x or 4 and later).
        case wrongOnDiskStructure
        /// The file is no Firebird database, or damaged in its header.
        case notADatabase
        /// User name or password refused.
        case wrongLogin
        /// The server insists on, or refuses, wire encryption against our configuration.
        case wireEncryptionMismatch
        /// No such database file or alias.
        case databaseNotFound
        /// A file is already where the database was to be created.
        case databaseExists
        /// Another process has the embedded database open.
        case alreadyOpen
        /// The user lacks the privilege.
        case accessDenied
        /// The statement does not compile: syntax, or an unknown table or column.
        case invalidStatement
        /// `EXCEPTION` raised by a trigger, procedure or block.
        case raisedException
        /// The caller's mistake: number or type of parameters, unusable configuration, misuse of a transaction.
        case invalidArgument
        /// A column holds something else than was asked for, or NULL.
        case unexpectedValue
        /// More rows or bytes than the caller allowed.
        case tooLarge
        /// The recorded migrations and the program's do not fit together.
        case migrationMismatch
        /// Files or folders of the embedded engine could not be prepared.
        case environment
        /// Anything else; see the codes.
        case other
    }

    /// What happened.
    package let kind: Kind
    /// All codes of Firebird's status vector, the classifying one first; empty when the error is this library's own.
    package let gdsCodes: [Int]
    /// SQLSTATE, five characters; `HY000` when there is none.
    package let sqlState: String
    /// Firebird's whole text. It can contain values of rows (a duplicate key's, for one): not for untrusted readers.
    package let message: String
    /// The text without the lines that repeat values of rows or parameters; fit for a log.
    package let reportableMessage: String

    /// An error of this library's own.
    package init(_ kind: Kind, _ message: String) {
        self.init(kind: kind, gdsCodes: [], sqlState: "HY000", message: message, reportableMessage: message)
    }

    init(kind: Kind, gdsCodes: [Int], sqlState: String, message: String, reportableMessage: String) {
        self.kind = kind
        self.gdsCodes = gdsCodes
        self.sqlState = sqlState
        self.message = message
        self.reportableMessage = reportableMessage
    }

    /// The same error under another kind, for what only the caller of the C function can know.
    package func reclassified(_ kind: Kind) -> FirebirdError {
        FirebirdError(kind: kind, gdsCodes: gdsCodes, sqlState: sqlState, message: message, reportableMessage: reportableMessage)
    }

    /// True when the same work may succeed later without anybody changing anything. Unknown errors count as transient.
    package var isTransient: Bool {
        switch kind {
        case .connectionLost, .commitOutcomeUnknown, .cannotConnect, .conflict, .objectInUse, .cancelled, .deadlineExceeded,
            .poolExhausted, .alreadyOpen, .other:
            true
        case .duplicateKey, .constraintViolated, .invalidValue, .closed, .wrongOnDiskStructure, .notADatabase, .wrongLogin,
            .wireEncryptionMismatch, .databaseNotFound, .databaseExists, .accessDenied, .invalidStatement, .raisedException,
            .invalidArgument, .unexpectedValue, .tooLarge, .migrationMismatch, .environment:
            false
        }
    }

    /// True when the error concerns one statement only and its transaction may go on: Firebird undoes a failed
    /// statement by itself.
    package var leavesTransactionUsable: Bool {
        switch kind {
        case .conflict, .objectInUse, .duplicateKey, .constraintViolated, .invalidValue, .accessDenied, .invalidStatement,
            .raisedException, .invalidArgument, .unexpectedValue, .tooLarge, .other:
            true
        case .connectionLost, .commitOutcomeUnknown, .cannotConnect, .cancelled, .deadlineExceeded, .poolExhausted, .closed,
            .wrongOnDiskStructure, .notADatabase, .wrongLogin, .wireEncryptionMismatch, .databaseNotFound, .databaseExists,
            .alreadyOpen, .migrationMismatch, .environment:
            false
        }
    }

    /// True when the error lies in the row or the values themselves, so that the same row would fail again in a database that is whole.
    /// Everything else (a full disk, a missing right, a statement that does not compile) says nothing about the row.
    package var isOfTheRow: Bool {
        switch kind {
        case .duplicateKey, .constraintViolated, .invalidValue, .tooLarge, .unexpectedValue, .invalidArgument: true
        case .connectionLost, .commitOutcomeUnknown, .cannotConnect, .conflict, .objectInUse, .cancelled, .deadlineExceeded, .poolExhausted,
            .closed, .wrongOnDiskStructure, .notADatabase, .wrongLogin, .wireEncryptionMismatch, .databaseNotFound, .databaseExists,
            .alreadyOpen, .accessDenied, .invalidStatement, .raisedException, .migrationMismatch, .environment, .other:
            false
        }
    }

    /// Kind, SQLSTATE, first code and the reportable text: no password, no value of a row.
    package var description: String {
        let code = gdsCodes.first.map { "/\($0)" } ?? ""
        return "\(kind) [\(sqlState)\(code)] \(reportableMessage)"
    }
}
