/// Several connections to one database, each on a thread of its own, and a bounded queue in front of them.
///
/// Nothing blocks Swift's threads or an event loop: callers suspend until a connection's thread has run their
/// closure. Connections are made when needed and replaced when lost. Every call has a deadline and obeys its task's
/// cancellation: the engine is asked to stop, a second later the connection is cut.
///
/// ```swift
/// let pool = FirebirdPool(configuration: configuration, size: 8)
/// let name = try await pool.transaction(.readCommittedReadOnly) { transaction in
///     try transaction.queryOne("select name from person where id = \(id)")?.decode("name", as: String.self)
/// }
/// await pool.close()
/// ```
///
/// How the parts fit: a `FirebirdConfiguration` says where the database is (embedded in this process, after
/// `EmbeddedFirebirdEnvironment.prepare`, or on a server); `FirebirdDatabase.create` makes one; `FirebirdMigrator`
/// brings its schema up to date before a pool is opened; this pool and `FirebirdConnection` run transactions;
/// `FirebirdEventListener` hears what others post; `FirebirdServices` keeps it healthy. At the process's end close all
/// of them, then call `FirebirdLibrary.shutdown`.
///
/// Call `close` when done: a process that exits with database threads running can crash in the library's
/// destructors.
package final class FirebirdPool: Sendable {
    /// What it was made with.
    package let configuration: FirebirdConfiguration
    private let queue: SessionQueue

    /// A pool of at most `size` connections; none is made before the first call. Throughput peaks at about 16.
    /// - Parameters:
    ///   - maximumWaiting: calls that may wait for a connection; more are refused with `poolExhausted`.
    ///   - threadName: what `top -H` shows of its threads, at most 9 bytes of it for the one that watches.
    package init(configuration: FirebirdConfiguration, size: Int = 8, maximumWaiting: Int = 1_000, threadName: String = "firebird") {
        self.configuration = configuration
        queue = SessionQueue(configuration, size: size, maximumWaiting: maximumWaiting, threadName: threadName)
    }

    deinit { queue.beginClosing() }

    /// Runs `body` in a transaction on one of the connections: commits when it returns, rolls back when it throws.
    ///
    /// When it returns here the work is durable. `body` may run several times (conflicts are retried), so it must
    /// have no effect but its statements. Committed transactions of different calls have no order among them.
    /// - Parameters:
    ///   - deadline: for everything: waiting, attaching, retries and commit; the configuration's when nil.
    ///   - retries: how often `body` is run again after a conflict, with a short random pause.
    /// - Throws: what `body` throws, unchanged; else a `FirebirdError`. After `commitOutcomeUnknown` the work may have
    ///   been done.
    @discardableResult
    package func transaction<Result: Sendable>(
        _ isolation: FirebirdIsolation = .readCommittedNoWait, deadline: Duration? = nil, retryingConflicts retries: Int = 5,
        _ body: @escaping @Sendable (FirebirdTransaction) throws -> Result
    ) async throws -> Result {
        try await queue.run(deadline: deadline) { try $0.transaction(isolation, retries: retries, body) }
    }

    /// Attaches if need be and asks the other end for a sign of life.
    package func ping(deadline: Duration? = nil) async throws {
        try await queue.run(deadline: deadline) { try $0.attachment().ping() }
    }

    /// Refuses further calls, finishes those queued, detaches all connections and ends their threads.
    package func close() async { await queue.close() }
}
