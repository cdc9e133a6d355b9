import Firebird
import Settings
import Synchronization

/// The connections that requests and background work share, and what every table does with them: deadlines, retries, and the
/// translation of the driver's errors into the ports' own.
struct DatabaseSessions: Sendable {
    /// Pages and API.
    let requests: FirebirdPool
    /// What an SMTP client waits for: whoever floods the pages does not keep mail waiting.
    let mail: FirebirdPool
    /// Claims, clean-up: never in the way of a person.
    let background: FirebirdPool
    /// Written as `changed_by`.
    let node: NodeID
    let metrics = SessionMetrics()

    /// A page that took longer is of no use to anybody.
    static let readDeadline = Duration.seconds(10)
    static let writeDeadline = Duration.seconds(15)
    /// Others hold a row for a few milliseconds, but there may be many of them, and a busy machine: the deadline ends it, not the number.
    static let writeRetries = 1_000

    /// Reads on a request's connection; what is committed at each statement.
    func read<Value: Sendable, Failure: Error>(
        _ isolation: FirebirdIsolation = .readCommittedReadOnly, deadline: Duration = DatabaseSessions.readDeadline,
        unavailable: (String) -> Failure, _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(Failure) -> Value {
        try await Self.translating(unavailable) {
            try await metrics.pages.timed { try await requests.transaction(isolation, deadline: deadline, body) }
        }
    }

    /// Reads for an SMTP client that waits.
    func readForMail<Value: Sendable, Failure: Error>(
        _ isolation: FirebirdIsolation = .readCommittedReadOnly, unavailable: (String) -> Failure,
        _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(Failure) -> Value {
        try await Self.translating(unavailable) {
            try await metrics.mail.timed { try await mail.transaction(isolation, deadline: Self.readDeadline, body) }
        }
    }

    /// Writes on a request's connection. `body` may run several times.
    @discardableResult
    func write<Value: Sendable, Failure: Error>(
        unavailable: (String) -> Failure, _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(Failure) -> Value {
        try await Self.translating(unavailable) {
            try await metrics.pages.timed {
                try await requests.transaction(deadline: Self.writeDeadline, retryingConflicts: Self.writeRetries, body)
            }
        }
    }

    /// Writes something with its audit row. If the connection ends under the commit, the audit row, whose key was made here, tells
    /// whether it happened; if it did not, it is done again.
    @discardableResult
    func write<Value: Sendable, Failure: Error>(
        audited entries: [AuditEntry], deadline: Duration = DatabaseSessions.writeDeadline, unavailable: (String) -> Failure,
        _ body: @escaping @Sendable (FirebirdTransaction) throws -> Value
    ) async throws(Failure) -> Value {
        let last = LastResult<Value>()
        let work: @Sendable (FirebirdTransaction) throws -> Value = { transaction in
            let value = try body(transaction)
            for entry in entries { try AuditTable.insert(entry, transaction) }
            last.set(value)
            return value
        }
        return try await Self.translating(unavailable) {
            do {
                return try await metrics.pages.timed {
                    try await requests.transaction(deadline: deadline, retryingConflicts: Self.writeRetries, work)
                }
            } catch let error as FirebirdError where error.kind == .commitOutcomeUnknown {
                guard let proof = entries.first?.identifier else { throw error }
                return try await requests.transaction(deadline: deadline, retryingConflicts: Self.writeRetries) { transaction in
                    let isDone = try transaction.queryOne("select id from audit where id = \(proof)") != nil
                    if isDone, let value = last.value { return value }
                    return try work(transaction)
                }
            }
        }
    }

    /// Passes a port's own error on and makes one of anything else.
    static func translating<Value, Failure: Error>(
        _ unavailable: (String) -> Failure, _ body: () async throws -> Value
    ) async throws(Failure) -> Value {
        do {
            return try await body()
        } catch let error as Failure {
            throw error
        } catch {
            throw unavailable(String(describing: error))
        }
    }
}

/// What a transaction's closure computed the last time it ran, for when the commit's answer was lost.
final class LastResult<Value: Sendable>: Sendable {
    private let state = Mutex<Value?>(nil)

    var value: Value? { state.withLock { $0 } }

    func set(_ value: Value) { state.withLock { $0 = value } }
}
