package import Settings
import Synchronization

/// Counts failed sign-ins on this node, so that passwords cannot be guessed at speed. A try is counted before anything is looked at
/// and taken back when it was none: of simultaneous tries no more are let through than of tries in turn.
package final class SignInLimiter: Sendable {
    private struct Failures {
        var count = 0
        var since: ContinuousClock.Instant
    }

    private struct Table {
        var failures: [String: Failures] = [:]
        var sweptAt = ContinuousClock.now
    }

    private let table = Mutex(Table())
    private let maximumKeys: Int

    /// How long failures are remembered.
    package static let window = Duration.seconds(900)

    /// - Parameter maximumKeys: bound of the table, about 100 bytes each. When it is full of what is not over yet, the half with the
    ///   fewest failures goes: passing tries from many networks do not wash out what is near its limit.
    package init(maximumKeys: Int = 10_000) { self.maximumKeys = maximumKeys }

    /// How many keys are remembered.
    package var count: Int { table.withLock { $0.failures.count } }

    /// Counts one try for every limit. - Returns: false, and nothing is counted, if one of them is reached already.
    package func begin(_ limits: [SignInLimit], now: ContinuousClock.Instant = .now) -> Bool {
        table.withLock { table in
            Self.sweep(&table, now)
            let isAllowed = limits.allSatisfy { limit in
                guard let entry = table.failures[limit.key], !Self.isOver(entry, now) else { return true }
                return entry.count < limit.maximum
            }
            guard isAllowed else { return false }
            if table.failures.count + limits.count > maximumKeys { Self.makeRoom(&table, keeping: maximumKeys / 2, now) }
            for limit in limits {
                var entry = table.failures[limit.key] ?? Failures(since: now)
                if Self.isOver(entry, now) { entry = Failures(since: now) }
                entry.count += 1
                table.failures[limit.key] = entry
            }
            return true
        }
    }

    /// Whether one of the limits is reached. Counts nothing.
    package func isReached(_ limits: [SignInLimit], now: ContinuousClock.Instant = .now) -> Bool {
        table.withLock { table in
            limits.contains { limit in
                guard let entry = table.failures[limit.key], !Self.isOver(entry, now) else { return false }
                return entry.count >= limit.maximum
            }
        }
    }

    /// Uncounts a try that `begin` counted: it succeeded, or could not be decided.
    package func takeBack(_ limits: [SignInLimit]) {
        table.withLock { table in
            for limit in limits {
                guard var entry = table.failures[limit.key] else { continue }
                entry.count -= 1
                table.failures[limit.key] = entry.count > 0 ? entry : nil
            }
        }
    }

    private static func isOver(_ entry: Failures, _ now: ContinuousClock.Instant) -> Bool { entry.since.duration(to: now) >= window }

    /// Once in a window, so that a quiet node remembers nobody.
    private static func sweep(_ table: inout Table, _ now: ContinuousClock.Instant) {
        guard table.sweptAt.duration(to: now) >= window else { return }
        table.failures = table.failures.filter { !isOver($0.value, now) }
        table.sweptAt = now
    }

    private static func makeRoom(_ table: inout Table, keeping kept: Int, _ now: ContinuousClock.Instant) {
        let present = table.failures.filter { !isOver($0.value, now) }
        guard present.count > kept else { return table.failures = present }
        let worst = present.sorted { ($0.value.count, $0.value.since) > ($1.value.count, $1.value.since) }.prefix(kept)
        table.failures = Dictionary(uniqueKeysWithValues: worst.map { ($0.key, $0.value) })
    }
}

/// What failures are counted for, and how many are allowed in a window.
package struct SignInLimit: Sendable, Hashable {
    /// At most about 270 bytes, and no text of a stranger that is not a name: it is kept and logged.
    package let key: String
    package let maximum: Int

    /// - Parameter key: as `key`.
    package init(key: String, maximum: Int) {
        self.key = key
        self.maximum = maximum
    }

    /// A name alone is guessed at from many networks only; a low limit would let anyone lock its administrator out.
    private static let timesMaximumPerName = 20

    /// A stranger's try. The limit of the address covers each name tried from it as well.
    package static func signIn(name: String, address: String, maximum: Int) -> [SignInLimit] {
        [
            SignInLimit(key: "name:\(Self.name(name))", maximum: maximum * timesMaximumPerName),
            SignInLimit(key: "address:\(network(address))", maximum: maximum),
        ]
    }

    /// A try at a user's own pages. His name is counted apart from administrators'; the limit of the address covers both.
    package static func userSignIn(userKey: String, address: String, maximum: Int) -> [SignInLimit] {
        let name = userKey.utf8.count <= maximumUserKeyBytes ? userKey : "?"
        return [
            SignInLimit(key: "user-name:\(name)", maximum: maximum * timesMaximumPerName),
            SignInLimit(key: "address:\(network(address))", maximum: maximum),
        ]
    }

    /// A try over SMTP, by the address of a user; counted apart from those of the pages.
    package static func smtp(userKey: String, address: NetworkAddress, maximum: Int) -> [SignInLimit] {
        let name = userKey.utf8.count <= maximumUserKeyBytes ? userKey : "?"
        return [
            SignInLimit(key: "smtp-name:\(name)", maximum: maximum * timesMaximumPerName), smtp(address: address, maximum: maximum),
        ]
    }

    /// The tries over SMTP from an address alone.
    package static func smtp(address: NetworkAddress, maximum: Int) -> SignInLimit {
        SignInLimit(key: "smtp-address:\(network(address.description))", maximum: maximum)
    }

    /// Octets of an e-mail address.
    private static let maximumUserKeyBytes = 254

    /// The set-up code.
    package static func setup(address: String, maximum: Int) -> [SignInLimit] {
        [SignInLimit(key: "setup:\(network(address))", maximum: maximum)]
    }

    /// A wrong API key. Each key by itself, so that one forgotten program does not lock out its neighbours; all of an address together more
    /// generously.
    package static func apiKey(_ key: RecordIdentifier, address: String, maximum: Int) -> [SignInLimit] {
        [
            SignInLimit(key: "api-key:\(key)@\(network(address))", maximum: maximum),
            SignInLimit(key: "api:\(network(address))", maximum: maximum * timesMaximumPerName),
        ]
    }

    /// The present password of someone signed in: counted by itself, so that strangers cannot use it up.
    package static func presentPassword(of administrator: RecordIdentifier, maximum: Int) -> [SignInLimit] {
        [SignInLimit(key: "present-password:\(administrator)", maximum: maximum)]
    }

    /// As it is counted and logged.
    package static func name(_ text: String) -> String { Administrator.isName(text) ? text.lowercased() : "?" }

    /// An IPv4 address, or the /64 of an IPv6 address: whoever has one address of it has them all.
    package static func network(_ text: String) -> String {
        guard let address = NetworkAddress(text) else { return "?" }
        guard !address.isIPv4, let network = NetworkAddress(bytes: address.bytes[..<8] + [UInt8](repeating: 0, count: 8)) else {
            return address.description
        }
        return "\(network)/64"
    }
}
