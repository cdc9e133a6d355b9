import Dispatch
import DomainsAndUsers

/// Computes password hashes on a queue of its own, one at a time: they take tens of milliseconds and 32 MiB each.
struct PasswordWorker: Sendable {
    let cost: PasswordHash.Cost
    private let queue = DispatchQueue(label: "password-hash")

    init(cost: PasswordHash.Cost) { self.cost = cost }

    func hash(_ password: String) async throws(PasswordHashError) -> PasswordHash {
        let cost = cost
        let result = await run { () throws(PasswordHashError) in try PasswordHash.compute(password, cost: cost) }
        return try result.get()
    }

    func matches(_ password: String, _ hash: PasswordHash) async throws(PasswordHashError) -> Bool {
        let result = await run { () throws(PasswordHashError) in try hash.matches(password) }
        return try result.get()
    }

    private func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(PasswordHashError) -> Value
    ) async -> Result<Value, PasswordHashError> {
        await withCheckedContinuation { continuation in
            queue.async { continuation.resume(returning: Result { () throws(PasswordHashError) in try body() }) }
        }
    }
}
