/// One connection of the caller's own, on a thread of its own.
///
/// As a pool of one, with what that brings: calls run one after the other in the order they were made, and the
/// prepared statements of one kind of work stay together. Made for a group-commit writer, migrations and the like.
package final class FirebirdConnection: Sendable {
    /// What it was made with.
    package let configuration: FirebirdConfiguration
    let queue: SessionQueue

    /// A connection; it attaches at the first call, and again after it was lost.
    /// - Parameter threadName: what `top -H` shows of its thread.
    package init(configuration: FirebirdConfiguration, maximumWaiting: Int = 1_000, threadName: String = "firebird") {
        self.configuration = configuration
        queue = SessionQueue(configuration, size: 1, maximumWaiting: maximumWaiting, threadName: threadName)
    }

    deinit { queue.beginClosing() }

    /// As `FirebirdPool.transaction`; transactions run in the order of the calls.
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

    /// Finishes the calls queued, detaches and ends the thread.
    package func close() async { await queue.close() }
}
