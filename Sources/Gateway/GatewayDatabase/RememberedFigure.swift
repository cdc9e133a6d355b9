import Firebird
import Settings
import Synchronization

/// A figure for the dashboard that is found out by reading very many rows.
///
/// Counted by one at a time, however many ask, and at most a twentieth of the time: what took long to count is kept twenty times as
/// long. What is counted quickly is not kept at all, so small databases always answer exactly. Nobody waits longer than `patience`;
/// then the last figure is the answer, and an error if there is none that is younger than `oldest`. A count that is not done after
/// `deadline` is broken off and not tried again for a while.
///
/// Any number of tasks may ask.
final class RememberedFigure<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    private struct Known {
        let result: Result<Value, FigureError>
        let keptUntil: ContinuousClock.Instant
    }

    private struct State {
        /// What the last figure and the count under way are for.
        var key: Key?
        var known: Known?
        var last: (value: Value, time: ContinuousClock.Instant)?
        var task: Task<Void, Never>?
        var isStopped = false
    }

    private let limits: FigureLimits
    private let state = Mutex(State())

    init(limits: FigureLimits = FigureLimits()) { self.limits = limits }

    /// - Parameters:
    ///   - key: what distinguishes this figure from others of its kind; one is remembered.
    ///   - count: finds it out; bounded by the deadline it is given.
    /// - Throws: what `count` threw, `FigureError`, `CancellationError`.
    func value(_ key: Key, count: @escaping @Sendable (_ deadline: Duration) async throws -> Value) async throws -> Value {
        let patience = ContinuousClock.now.advanced(by: limits.patience)
        var hasBegun = false
        while true {
            switch step(key, mayBegin: !hasBegun, count) {
            case .known(let result): return try result.get()
            case .begun: hasBegun = true
            case .wait where ContinuousClock.now >= patience: return try lastValue(key)
            case .wait: break
            }
            try await Task.sleep(for: limits.step)
        }
    }

    /// Ends the count under way and refuses others.
    func stop() async {
        let task = state.withLock { state in
            state.isStopped = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    private enum Step {
        case known(Result<Value, FigureError>)
        case begun
        case wait
    }

    private func step(_ key: Key, mayBegin: Bool, _ count: @escaping @Sendable (Duration) async throws -> Value) -> Step {
        let now = ContinuousClock.now
        return state.withLock { state in
            if state.isStopped { return .known(.failure(FigureError(cause: "the node is stopping"))) }
            if state.task != nil { return .wait }
            // Who has waited for a count takes what it brought, even if that is not to be kept.
            if state.key == key, let known = state.known, !mayBegin || now < known.keptUntil { return .known(known.result) }
            if state.key != key { (state.key, state.known, state.last) = (key, nil, nil) }
            // Ends by itself at the deadline, or with `stop`, which awaits it.
            state.task = Task { await self.run(count) }
            return .begun
        }
    }

    private func run(_ count: @escaping @Sendable (Duration) async throws -> Value) async {
        let begun = ContinuousClock.now
        let result: Result<Value, any Error>
        do { result = .success(try await count(limits.deadline)) } catch { result = .failure(error) }
        let now = ContinuousClock.now
        let cost = begun.duration(to: now)
        state.withLock { state in
            state.task = nil
            if case .success(let value) = result { state.last = (value, now) }
            let isKept = cost >= limits.worthKeeping && Self.isKept(result)
            state.known = Known(
                result: result.mapError { FigureError(cause: String(describing: $0)) },
                keptUntil: isKept ? now.advanced(by: cost * limits.keptTimes) : now)
        }
    }

    /// That the database was away says nothing about the next attempt.
    private static func isKept(_ result: Result<Value, any Error>) -> Bool {
        switch result {
        case .success: true
        case .failure(let error): (error as? FirebirdError)?.kind == .deadlineExceeded
        }
    }

    private func lastValue(_ key: Key) throws -> Value {
        let last = state.withLock { $0.key == key ? $0.last : nil }
        guard let last, last.time.duration(to: .now) < limits.oldest else { throw FigureError(cause: "it is still being counted") }
        return last.value
    }
}

/// Why a figure is not known at present; transient.
struct FigureError: Error, CustomStringConvertible {
    let cause: String
    var description: String { cause }
}

/// The bounds of `RememberedFigure`.
struct FigureLimits: Sendable {
    /// How long whoever asks waits.
    var patience = Duration.milliseconds(1_500)
    /// How often he looks whether it is there.
    var step = Duration.milliseconds(5)
    /// How long a count may take.
    var deadline = Duration.seconds(30)
    /// What is counted faster is counted again each time.
    var worthKeeping = Duration.milliseconds(250)
    /// How many times as long as it took a figure is kept.
    var keptTimes = 20
    /// Older figures are not shown any more.
    var oldest = Duration.seconds(1_200)
}
