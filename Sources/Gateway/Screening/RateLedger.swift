package import Settings

/// Whose sending is counted.
package enum RateSubject: Sendable, Hashable, CustomStringConvertible {
    /// An address, or the /64 of one.
    case address(NetworkAddress)
    /// A user's look-up key.
    case user(String)
    /// A user from one network: for how many networks he has.
    case userFrom(String, NetworkAddress)

    package var description: String {
        switch self {
        case .address(let address): "a \(address)"
        case .user(let key): "u \(key)"
        case .userFrom(let key, let network): "f \(network) \(key)"
        }
    }

    /// As it is stored; `nil` for what a newer version counts.
    package init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "a":
            guard let address = NetworkAddress(parts[1]) else { return nil }
            self = .address(address)
        case "u": self = .user(parts[1])
        case "f":
            let rest = parts[1].split(separator: " ", maxSplits: 1).map(String.init)
            guard rest.count == 2, let network = NetworkAddress(rest[0]) else { return nil }
            self = .userFrom(rest[1], network)
        default: return nil
        }
    }
}

/// Messages and recipients.
package struct RateAmount: Sendable, Hashable {
    package var messages = 0
    package var recipients = 0

    package init(messages: Int = 0, recipients: Int = 0) {
        self.messages = messages
        self.recipients = recipients
    }

    static func + (left: Self, right: Self) -> Self {
        Self(messages: left.messages + right.messages, recipients: left.recipients + right.recipients)
    }
}

/// One writer's figure: how much of a subject within a slot of five minutes. A later one takes the place of an earlier one.
package struct RateFigure: Sendable, Hashable {
    package let subject: RateSubject
    package let slot: RateSlot
    package let amount: RateAmount
    /// One run of one node.
    package let writer: RecordIdentifier

    package init(subject: RateSubject, slot: RateSlot, amount: RateAmount, writer: RecordIdentifier) {
        self.subject = subject
        self.slot = slot
        self.amount = amount
        self.writer = writer
    }
}

/// Five minutes of UTC: the same for all nodes.
package struct RateSlot: Sendable, Hashable, Comparable {
    package let number: Int64

    package static let milliseconds: Int64 = 300_000
    /// An hour.
    package static let perHour = 12

    package init(number: Int64) { self.number = number }
    package init(_ time: UTCTime) { number = time.milliseconds / Self.milliseconds }

    /// The first of so many that end with this one.
    func first(of count: Int) -> RateSlot { RateSlot(number: number - Int64(count) + 1) }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// What was sent within the last hour: this node's own figures and those that others told. Pure: time is handed in. Bounded: when it is full,
/// subjects go that have sent nothing lately, then those that have sent least.
package struct RateLedger: Sendable {
    private struct Slots {
        var own: [RateSlot: RateAmount] = [:]
        var others: [RateSlot: [RecordIdentifier: RateAmount]] = [:]
        /// Others are told of it.
        var isShared = false

        func total(from first: RateSlot) -> RateAmount {
            let mine = own.reduce(RateAmount()) { $1.key >= first ? $0 + $1.value : $0 }
            return others.reduce(mine) { sum, slot in slot.key >= first ? slot.value.values.reduce(sum, +) : sum }
        }

        mutating func forget(before first: RateSlot) {
            own = own.filter { $0.key >= first }
            others = others.filter { $0.key >= first }
        }

        var isEmpty: Bool { own.isEmpty && others.isEmpty }
    }

    private struct Key: Hashable {
        let subject: RateSubject
        let slot: RateSlot
    }

    private var slots: [RateSubject: Slots] = [:]
    /// Networks by user: those of `.userFrom`.
    private var networks: [String: Set<NetworkAddress>] = [:]
    private var changed: Set<Key> = []
    private var forgottenIn: RateSlot?
    private let writer: RecordIdentifier
    private let maximumSubjects: Int

    package init(writer: RecordIdentifier, maximumSubjects: Int = 50_000) {
        self.writer = writer
        self.maximumSubjects = maximumSubjects
    }

    package var count: Int { slots.count }

    /// Of the last `count` slots, the present one included.
    package func amount(of subject: RateSubject, slots count: Int = RateSlot.perHour, at now: UTCTime) -> RateAmount {
        slots[subject]?.total(from: RateSlot(now).first(of: count)) ?? RateAmount()
    }

    /// From how many networks a user has sent.
    package func networkCount(ofUser key: String, slots count: Int, at now: UTCTime) -> Int {
        (networks[key] ?? []).count { amount(of: .userFrom(key, $0), slots: count, at: now).messages > 0 }
    }

    /// - Parameter isShared: whether others are told of it.
    package mutating func add(_ amount: RateAmount, of subject: RateSubject, isShared: Bool, at now: UTCTime) {
        let slot = RateSlot(now)
        if slots[subject] == nil, slots.count >= maximumSubjects { makeRoom(now) }
        slots[subject, default: Slots()].own[slot, default: RateAmount()] = (slots[subject]?.own[slot] ?? RateAmount()) + amount
        note(subject)
        guard isShared else { return }
        changed.insert(Key(subject: subject, slot: slot))
        // What was below the threshold was not told.
        if slots[subject]?.isShared == false { shareAll(subject, since: slot.first(of: RateSlot.perHour)) }
    }

    /// Others' figures; this writer's own are passed over.
    package mutating func adopt(_ figures: [RateFigure], at now: UTCTime) {
        let oldest = RateSlot(now).first(of: RateSlot.perHour)
        for figure in figures where figure.writer != writer && figure.slot >= oldest {
            if slots[figure.subject] == nil, slots.count >= maximumSubjects { makeRoom(now) }
            slots[figure.subject, default: Slots()].others[figure.slot, default: [:]][figure.writer] = figure.amount
            note(figure.subject)
        }
    }

    /// What others have yet to be told, the greatest first, at most `count`; the rest waits.
    package mutating func takeChanged(_ count: Int) -> [RateFigure] {
        let figures = changed.compactMap { key -> RateFigure? in
            guard let amount = slots[key.subject]?.own[key.slot] else { return nil }
            return RateFigure(subject: key.subject, slot: key.slot, amount: amount, writer: writer)
        }.sorted { $0.amount.recipients > $1.amount.recipients }
        let taken = figures.prefix(count)
        changed = Set(figures.dropFirst(count).map { Key(subject: $0.subject, slot: $0.slot) })
        return Array(taken)
    }

    /// They could not be told.
    package mutating func putBack(_ figures: [RateFigure]) {
        changed.formUnion(figures.map { Key(subject: $0.subject, slot: $0.slot) })
    }

    /// Does something once in a slot: it looks at every subject.
    package mutating func forgetOld(at now: UTCTime) {
        guard RateSlot(now) != forgottenIn else { return }
        forgottenIn = RateSlot(now)
        let oldest = RateSlot(now).first(of: RateSlot.perHour)
        for subject in slots.keys {
            slots[subject]?.forget(before: oldest)
            if slots[subject]?.isEmpty == true { remove(subject) }
        }
        changed = changed.filter { $0.slot >= oldest }
    }

    private mutating func shareAll(_ subject: RateSubject, since oldest: RateSlot) {
        slots[subject]?.isShared = true
        for slot in slots[subject]?.own.keys.filter({ $0 >= oldest }) ?? [] { changed.insert(Key(subject: subject, slot: slot)) }
    }

    private mutating func note(_ subject: RateSubject) {
        if case .userFrom(let key, let network) = subject { networks[key, default: []].insert(network) }
    }

    private mutating func remove(_ subject: RateSubject) {
        slots[subject] = nil
        if case .userFrom(let key, let network) = subject {
            networks[key]?.remove(network)
            if networks[key]?.isEmpty == true { networks[key] = nil }
        }
    }

    private mutating func makeRoom(_ now: UTCTime) {
        forgetOld(at: now)
        let kept = maximumSubjects / 2
        guard slots.count > kept else { return }
        let oldest = RateSlot(now).first(of: RateSlot.perHour)
        let totals = slots.mapValues { $0.total(from: oldest).recipients }
        for (subject, _) in totals.sorted(by: { $0.value < $1.value }).prefix(slots.count - kept) { remove(subject) }
    }
}
