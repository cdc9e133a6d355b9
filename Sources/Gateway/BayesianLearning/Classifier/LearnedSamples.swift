/// Everything that has been learned, oldest first: what a model is made of. Bounded by ageing, and each message can be taken back.
package struct LearnedSamples: Sendable {
    /// Of each kind. Twenty thousand messages of 300 tokens are 50 MB while training.
    package static let maximumPerKind = 20_000

    /// One remembered message.
    package struct Entry: Hashable, Sendable {
        /// Names the message in the ledger: 16 bytes, chosen by the caller.
        package let identifier: [UInt8]
        package let sample: LearnedSample

        package init(identifier: [UInt8], sample: LearnedSample) {
            self.identifier = identifier
            self.sample = sample
        }
    }

    /// What became of a message that was to be learned.
    package enum Outcome: Hashable, Sendable {
        case learned
        /// Known as the same kind already; nothing changed.
        case known
        /// Had been learned as the other kind; is now this one.
        case corrected
    }

    private let maximumPerKind: Int
    private var entries: [Entry?] = []
    private var places: [[UInt8]: Int] = [:]
    package private(set) var hamCount = 0
    package private(set) var spamCount = 0

    package init(maximumPerKind: Int = LearnedSamples.maximumPerKind) { self.maximumPerKind = max(1, maximumPerKind) }

    /// In the order of learning.
    package var all: [Entry] { entries.compactMap(\.self) }
    package var samples: [LearnedSample] { entries.compactMap { $0?.sample } }

    /// Takes a message in; of its kind the oldest goes when there are too many.
    package mutating func learn(_ entry: Entry) -> Outcome {
        var outcome = Outcome.learned
        if let place = places[entry.identifier], let known = entries[place] {
            guard known.sample.isSpam != entry.sample.isSpam else { return .known }
            unlearn(entry.identifier)
            outcome = .corrected
        }
        places[entry.identifier] = entries.count
        entries.append(entry)
        if entry.sample.isSpam { spamCount += 1 } else { hamCount += 1 }
        age(isSpam: entry.sample.isSpam)
        return outcome
    }

    /// What is known of a message: its kind.
    package func isSpam(_ identifier: [UInt8]) -> Bool? {
        guard let place = places[identifier], let entry = entries[place] else { return nil }
        return entry.sample.isSpam
    }

    /// Forgets the oldest, of whatever kind, until at most so many tokens are kept.
    package mutating func trim(toTokens maximum: Int) {
        var tokens = entries.reduce(0) { $0 + ($1?.sample.tokens.count ?? 0) }
        guard tokens > maximum else { return }
        for entry in all {
            guard tokens > maximum else { return }
            tokens -= entry.sample.tokens.count
            unlearn(entry.identifier)
        }
    }

    /// Forgets a message as if it had never been learned.
    /// - Returns: Whether it was known.
    @discardableResult
    package mutating func unlearn(_ identifier: [UInt8]) -> Bool {
        guard let place = places.removeValue(forKey: identifier), let entry = entries[place] else { return false }
        entries[place] = nil
        if entry.sample.isSpam { spamCount -= 1 } else { hamCount -= 1 }
        compact()
        return true
    }

    private mutating func age(isSpam: Bool) {
        guard (isSpam ? spamCount : hamCount) > maximumPerKind else { return }
        guard let oldest = entries.first(where: { $0?.sample.isSpam == isSpam }), let oldest else { return }
        unlearn(oldest.identifier)
    }

    /// Closes the gaps once they are half of the list.
    private mutating func compact() {
        guard entries.count > 64, places.count * 2 < entries.count else { return }
        entries = entries.filter { $0 != nil }
        places = [:]
        for (place, entry) in entries.enumerated() {
            if let entry { places[entry.identifier] = place }
        }
    }
}
