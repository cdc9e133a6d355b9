import Foundation

/// Seconds of computing, on a thread of its own: Swift's pool has one thread a processor, and mail needs it.
enum LearningThread {
    private static let stackBytes = 4 << 20

    /// Cannot be broken off; what is run is bounded by what it is given.
    static func run<Value: Sendable, Failure: Error>(
        _ body: @escaping @Sendable () throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
            let thread = Thread { continuation.resume(returning: Result { () throws(Failure) in try body() }) }
            thread.name = "learning-work"
            thread.stackSize = stackBytes
            thread.qualityOfService = .background
            thread.start()
        }
        return try result.get()
    }
}
