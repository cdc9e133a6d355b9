package import Settings
import Synchronization

/// How many questions each host is asked, whatever domains it serves: addresses forged in many names must not become a flood at one
/// host. Counts by IPv4 address and by IPv6 network of 64 bits.
package final class TargetSlots: Sendable {
    private let allowances = Mutex<[[UInt8]: QuestionAllowance]>([:])
    private let now: @Sendable () -> ContinuousClock.Instant

    /// Hosts beyond this number make those forget their minute that are not being asked.
    private static let maximumHosts = 10_000

    package init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    /// - Returns: whether the host may be connected to; if so it counts until `end`.
    package func begin(_ address: NetworkAddress, _ settings: CallbackSettings) -> Bool {
        let time = now()
        return allowances.withLock { allowances in
            if allowances.count >= Self.maximumHosts { allowances = allowances.filter { $0.value.running > 0 } }
            return allowances[Self.key(address), default: QuestionAllowance()].begin(
                simultaneous: settings.questionsPerHost, perMinute: settings.questionsPerHostAndMinute, now: time)
        }
    }

    package func end(_ address: NetworkAddress) { allowances.withLock { $0[Self.key(address)]?.ended() } }

    private static func key(_ address: NetworkAddress) -> [UInt8] { address.isIPv4 ? address.bytes : Array(address.bytes.prefix(8)) }
}
