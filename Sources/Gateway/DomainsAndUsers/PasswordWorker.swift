import Dispatch
import Synchronization

/// Computes password hashes on a thread of its own, one at a time: they take tens of milliseconds, and those of administrators 32 MiB
/// each. Administrators and users have one each, so that neither waits for the other's.
package final class PasswordWorker: Sendable {
    package let cost: PasswordHash.Cost
    private let queue = DispatchQueue(label: "password-hash")
    private let pending = Mutex(0)

    /// Those being computed and waiting, a second or two of work: who comes later would have given up before his turn.
    package static let maximumPending = 20

    package init(cost: PasswordHash.Cost = .standard) { self.cost = cost }

    /// - Throws: `.busy` at once, without waiting; `.hash(.tooLong)`.
    package func hash(_ password: String) async throws(PasswordWorkerError) -> PasswordHash {
        let cost = cost
        return try await run { () throws(PasswordHashError) in try PasswordHash.compute(password, cost: cost) }
    }

    /// - Throws: `.busy` at once, without waiting; `.hash`.
    package func matches(_ password: String, _ hash: PasswordHash) async throws(PasswordWorkerError) -> Bool {
        try await run { () throws(PasswordHashError) in try hash.matches(password) }
    }

    /// Runs any such work in turn. - Throws: `.busy` at once, without waiting; `.hash`.
    package func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(PasswordHashError) -> Value
    ) async throws(PasswordWorkerError) -> Value {
        guard enter() else { throw .busy }
        let result: Result<Value, PasswordHashError> = await withCheckedContinuation { continuation in
            queue.async {
                let result = Result { () throws(PasswordHashError) in try body() }
                self.pending.withLock { $0 -= 1 }
                continuation.resume(returning: result)
            }
        }
        do throws(PasswordHashError) { return try result.get() } catch { throw .hash(error) }
    }

    private func enter() -> Bool {
        pending.withLock { pending in
            guard pending < Self.maximumPending else { return false }
            pending += 1
            return true
        }
    }
}

package enum PasswordWorkerError: Error, Sendable, Hashable {
    /// As many are waiting as may.
    case busy
    case hash(PasswordHashError)
}
