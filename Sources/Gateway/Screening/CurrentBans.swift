package import Settings
import Synchronization

/// The bans in force as this node knows them: its own at once, the others' as soon as it hears of them. Asked for each connection;
/// without any ban that is one look.
package final class CurrentBans: Sendable {
    private struct State {
        /// By prefix length, so that a look-up costs one step for each length in use.
        var networks: [Int: [NetworkAddress: Ban]] = [:]
        var users: [String: Ban] = [:]
        var subjects: [RecordIdentifier: BanSubject] = [:]
        /// When users were let in again.
        var lifts: [String: UTCTime] = [:]
        var cleanedAt = UTCTime(milliseconds: 0)
        /// Of the changes that were heard of.
        var revision: Int64 = 0
    }

    private let state = Mutex(State())

    /// Some 300 bytes each.
    package static let maximum = 50_000

    package init() {}

    package var count: Int { state.withLock { $0.subjects.count } }
    package var revision: Int64 { state.withLock { $0.revision } }

    /// The ban that concerns an address.
    package func ban(of address: NetworkAddress, at now: UTCTime) -> Ban? {
        state.withLock { state in
            for (length, bans) in state.networks where length <= address.bytes.count * 8 {
                if let ban = bans[address.prefix(length)], ban.isInForce(at: now) { return ban }
            }
            return nil
        }
    }

    package func ban(ofUser key: String, at now: UTCTime) -> Ban? {
        state.withLock { state in state.users[key].flatMap { $0.isInForce(at: now) ? $0 : nil } }
    }

    /// When a user was let in again, within the last hour: what he sent before is forgiven.
    func lift(ofUser key: String) -> UTCTime? { state.withLock { $0.lifts[key] } }

    /// One that this node makes, in force at once.
    /// - Returns: false when the subject is banned already, or too many are.
    func insert(_ ban: Ban, at now: UTCTime) -> Bool {
        state.withLock { state in
            if let present = Self.present(ban.subject, state), present.isInForce(at: now) { return false }
            if state.subjects.count >= Self.maximum { Self.forgetEnded(&state, at: now) }
            guard state.subjects.count < Self.maximum else { return false }
            Self.put(ban, &state)
            return true
        }
    }

    /// News from the database. Older news than what is known is passed over.
    package func adopt(_ changes: BanChanges, at now: UTCTime) {
        state.withLock { state in
            guard changes.revision > state.revision else { return }
            for (ban, isLifted) in changes.changed {
                if isLifted { Self.remove(ban, &state, at: now) } else if ban.isInForce(at: now) { Self.put(ban, &state) }
            }
            state.revision = changes.revision
            guard now >= state.cleanedAt.advanced(by: Self.cleaningInterval) else { return }
            Self.forgetEnded(&state, at: now)
        }
    }

    private static func present(_ subject: BanSubject, _ state: borrowing State) -> Ban? {
        switch subject {
        case .network(let range): state.networks[range.prefixLength]?[range.address]
        case .user(let key): state.users[key]
        }
    }

    /// Of two for one subject the one that lasts longer counts.
    private static func put(_ ban: Ban, _ state: inout State) {
        if let present = present(ban.subject, state), present.identifier != ban.identifier {
            guard outlasts(ban, present) else { return }
            state.subjects[present.identifier] = nil
        }
        state.subjects[ban.identifier] = ban.subject
        switch ban.subject {
        case .network(let range): state.networks[range.prefixLength, default: [:]][range.address] = ban
        case .user(let key): state.users[key] = ban
        }
    }

    private static func outlasts(_ ban: Ban, _ other: Ban) -> Bool {
        guard let otherEnd = other.until else { return false }
        return ban.until.map { $0 > otherEnd } ?? true
    }

    /// Also a ban of this node for the same subject, which nobody has written down yet: the administrator meant the subject.
    private static func remove(_ ban: Ban, _ state: inout State, at now: UTCTime) {
        if case .user(let key) = ban.subject { state.lifts[key] = now }
        guard let present = present(ban.subject, state), present.begunAt <= ban.begunAt || present.identifier == ban.identifier else {
            return
        }
        state.subjects[present.identifier] = nil
        switch ban.subject {
        case .network(let range):
            state.networks[range.prefixLength]?[range.address] = nil
            if state.networks[range.prefixLength]?.isEmpty == true { state.networks[range.prefixLength] = nil }
        case .user(let key): state.users[key] = nil
        }
    }

    /// It looks at all of them.
    private static let cleaningInterval = Duration.seconds(60)

    private static func forgetEnded(_ state: inout State, at now: UTCTime) {
        state.cleanedAt = now
        state.lifts = state.lifts.filter { now < $0.value.advanced(by: .seconds(3_600)) }
        for (length, bans) in state.networks {
            let left = bans.filter { $0.value.isInForce(at: now) }
            if left.count < bans.count { state.networks[length] = left.isEmpty ? nil : left }
        }
        state.users = state.users.filter { $0.value.isInForce(at: now) }
        let kept = Set(state.networks.values.flatMap { $0.values.map(\.identifier) } + state.users.values.map(\.identifier))
        if kept.count < state.subjects.count { state.subjects = state.subjects.filter { kept.contains($0.key) } }
    }
}
