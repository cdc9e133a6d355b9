/// Whether mail may wait for an engine: after some failures in a row it is left alone, until a look finds it back. Pure: an event and a
/// time in, a state out.
struct EngineBreaker: Sendable, Hashable {
    private(set) var state = State.closed(failures: 0)
    /// Openings since the last answer; each doubles the pause.
    private var openings = 0
    /// A look is under way that says whether messages were slow or the engine is away.
    private(set) var isDoubted = false

    enum State: Sendable, Hashable {
        /// Mail is given to it; failures in a row so far.
        case closed(failures: Int)
        /// Nothing is given to it; worth a look from `until` on.
        case open(until: ContinuousClock.Instant)
    }

    static let failuresInRow = 3
    private static let mostDoublings = 3

    var admits: Bool {
        switch state {
        case .closed: true
        case .open: false
        }
    }

    func isDueForLook(_ now: ContinuousClock.Instant) -> Bool {
        switch state {
        case .closed: false
        case .open(let until): now >= until
        }
    }

    /// It answered for a message.
    mutating func succeeded() {
        // What was under way when it opened says that it works again.
        state = .closed(failures: 0)
        openings = 0
        isDoubted = false
    }

    /// A message had no answer in its time: the engine may be away, or the message be slow to look through. The last one that would open it
    /// does not, a look does.
    /// - Returns: whether such a look is wanted now; its outcome is told by `answeredLook` or `failedLook`.
    mutating func timedOut() -> Bool {
        guard case .closed(let failures) = state else { return false }
        state = .closed(failures: min(failures + 1, Self.failuresInRow - 1))
        guard failures + 1 >= Self.failuresInRow, !isDoubted else { return false }
        isDoubted = true
        return true
    }

    mutating func failed(at now: ContinuousClock.Instant, pause: Duration) {
        switch state {
        case .closed(let failures) where failures + 1 < Self.failuresInRow: state = .closed(failures: failures + 1)
        case .closed:
            open(at: now, pause)
        case .open:
            // Messages that were under way when it opened.
            break
        }
    }

    /// A look: it answers, though not for a message. The next failure opens again.
    mutating func answeredLook() {
        switch state {
        case .open: state = .closed(failures: Self.failuresInRow - 1)
        case .closed where isDoubted: state = .closed(failures: 0)
        case .closed: break
        }
        isDoubted = false
    }

    mutating func failedLook(at now: ContinuousClock.Instant, pause: Duration) {
        isDoubted = false
        switch state {
        case .closed: failed(at: now, pause: pause)
        case .open: open(at: now, pause)
        }
    }

    private mutating func open(at now: ContinuousClock.Instant, _ pause: Duration) {
        state = .open(until: now + pause * (1 << min(openings, Self.mostDoublings)))
        openings += 1
    }
}
