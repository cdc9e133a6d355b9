/// Whether mail may wait for an engine: after some failures in a row it is left alone, until a look finds it back. Pure: an event and a
/// time in, a state out.
struct EngineBreaker: Sendable, Hashable {
    private(set) var state = State.closed(failures: 0)
    /// Openings since the last answer; each doubles the pause.
    private var openings = 0

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
        guard case .open = state else { return }
        state = .closed(failures: Self.failuresInRow - 1)
    }

    mutating func failedLook(at now: ContinuousClock.Instant, pause: Duration) {
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
