/// Answers of one kind, each for as long as its kind lives, in a bounded number: the oldest make room. Pure; the time is handed in.
struct AnswerCache {
    /// An address, as a domain's mail servers were at a time.
    struct Key: Hashable {
        let generation: UInt64
        /// `EmailAddress.lookupKey`.
        let address: String
    }

    private struct Entry {
        let answer: ProbeAnswer
        let since: ContinuousClock.Instant
        let number: UInt64
    }

    private var entries: [Key: Entry] = [:]
    /// In order of their numbers. What was renewed or removed stays until its turn comes.
    private var order: [(number: UInt64, key: Key)] = []
    private var first = 0
    private var lastNumber: UInt64 = 0

    var count: Int { entries.count }

    /// - Parameter lifetime: as set at present, so that a shorter one counts at once.
    mutating func answer(_ key: Key, lifetime: Duration, now: ContinuousClock.Instant) -> ProbeAnswer? {
        guard let entry = entries[key] else { return nil }
        guard entry.since.duration(to: now) < lifetime else {
            entries[key] = nil
            return nil
        }
        return entry.answer
    }

    mutating func remember(_ answer: ProbeAnswer, _ key: Key, maximum: Int, now: ContinuousClock.Instant) {
        lastNumber += 1
        entries[key] = Entry(answer: answer, since: now, number: lastNumber)
        order.append((lastNumber, key))
        while entries.count > max(1, maximum) { dropOldest() }
        tidy()
    }

    /// - Returns: whether there was one.
    @discardableResult
    mutating func forget(_ key: Key) -> Bool { entries.removeValue(forKey: key) != nil }

    /// - Returns: how many there were. As slow as there are answers.
    @discardableResult
    mutating func forget(generation: UInt64) -> Int {
        let before = entries.count
        entries = entries.filter { $0.key.generation != generation }
        return before - entries.count
    }

    func count(generation: UInt64) -> Int { entries.count { $0.key.generation == generation } }

    private mutating func dropOldest() {
        guard first < order.count else { return }
        let oldest = order[first]
        first += 1
        if entries[oldest.key]?.number == oldest.number { entries[oldest.key] = nil }
    }

    /// Keeps the order about as long as there are entries, at a cost that is small for each of them.
    private mutating func tidy() {
        guard order.count > 2 * entries.count + 64 else { return }
        order = order[first...].filter { entries[$0.key]?.number == $0.number }
        first = 0
    }
}
