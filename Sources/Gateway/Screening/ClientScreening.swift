package import Metrics
package import SMTP
package import Settings
import Synchronization

/// Watches who misbehaves and says who is turned away: what the flow of mail asks and tells. Never waits; what it decides is in force on this
/// node at once and goes to the others by `ScreeningExchange`.
package final class ClientScreening: Sendable {
    package let bans: CurrentBans
    /// Refused sign-ins, by SMTP and pages alike.
    package let trace: SignInTrace
    let outbox: BanOutbox
    private let node: NodeID
    private let counters = Mutex(ScreeningCounters())
    /// Whether an address is on the allow list for everybody.
    private let isAllowListed: @Sendable (NetworkAddress) -> Bool
    private let turnedAway: Counter
    private let made: [BanReason: Counter]

    package init(
        node: NodeID, bans: CurrentBans = CurrentBans(), isAllowListed: @escaping @Sendable (NetworkAddress) -> Bool,
        metrics factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.node = node
        self.bans = bans
        self.isAllowListed = isAllowListed
        trace = SignInTrace(node: node)
        outbox = BanOutbox()
        turnedAway = Counter(label: "securitygateway_screening_refused_connections_total", factory: factory)
        made = Dictionary(
            uniqueKeysWithValues: BanReason.allCases.map {
                ($0, Counter(label: "securitygateway_screening_bans_total", dimensions: [("reason", $0.rawValue)], factory: factory))
            })
    }

    /// What a new connection is answered instead of the greeting: nothing, unless its address is banned or becomes so by this
    /// connection.
    package func refusal(of address: NetworkAddress, _ settings: GatewaySettings, now: UTCTime = .now()) -> SMTPReply? {
        if let ban = bans.ban(of: address, at: now) {
            // Asked only now: without bans it would be for nothing.
            guard !isExempt(address, settings) else { return nil }
            turnedAway.increment()
            return Self.reply(ban)
        }
        guard settings.screening.isOn, let ban = count(.connection, of: address, settings, now) else { return nil }
        turnedAway.increment()
        return Self.reply(ban)
    }

    /// Counts a fault of a client.
    /// - Returns: what it is told, and then turned away with, when it was one too many.
    package func note(_ event: ScreeningEvent, of address: NetworkAddress, _ settings: GatewaySettings, now: UTCTime = .now()) -> SMTPReply?
    {
        guard settings.screening.isOn else { return nil }
        return count(event, of: address, settings, now).map(Self.reply)
    }

    /// Why a user may not send at present; `nil`: he may.
    package func refusal(ofUser key: String, now: UTCTime = .now()) -> SMTPReply? {
        guard let ban = bans.ban(ofUser: key, at: now) else { return nil }
        return Self.reply(ban)
    }

    /// Shuts a user out of sending until somebody looks at it or, with a length, for that time.
    /// - Returns: the ban; `nil` when there is one already.
    package func freeze(
        user key: String, _ reason: BanReason, note: String, for length: Duration?, now: UTCTime = .now()
    ) -> Ban? {
        put(.user(key), reason, note: note, for: length, now)
    }

    /// Never banned: this host itself, those who may relay, load balancers, and allow-listed networks.
    package func isExempt(_ address: NetworkAddress, _ settings: GatewaySettings) -> Bool {
        address.isLoopback || settings.relay.allowsRelaying(from: address)
            || settings.reception.proxyNetworks.contains { $0.contains(address) } || isAllowListed(address)
    }

    private func count(_ event: ScreeningEvent, of address: NetworkAddress, _ settings: GatewaySettings, _ now: UTCTime) -> Ban? {
        let policy = ScreeningPolicy(settings.screening)
        guard let subject = BanSubject(client: address), !isExempt(address, settings) else { return nil }
        let count = counters.withLock { $0.add(event, of: subject, window: policy.window(of: event), now: .now) }
        guard policy.isTooMuch(count, of: event) else { return nil }
        counters.withLock { $0.forget(subject) }
        let length = Duration.seconds(settings.screening.banMinutes * 60)
        return put(subject, event.reason, note: "", for: length, now)
    }

    private func put(_ subject: BanSubject, _ reason: BanReason, note: String, for length: Duration?, _ now: UTCTime) -> Ban? {
        let ban = Ban(
            identifier: RecordIdentifier(milliseconds: now.milliseconds), subject: subject, reason: reason, note: note, node: node,
            begunAt: now, until: length.map { now.advanced(by: $0) })
        guard bans.insert(ban, at: now) else { return nil }
        made[reason]?.increment()
        outbox.put(ban)
        return ban
    }

    /// A ban that ends by itself is a temporary refusal, so that mail of a server that was banned by mistake comes again.
    static func reply(_ ban: Ban) -> SMTPReply {
        switch (ban.subject, ban.until) {
        case (.network, .some): SMTPReply(421, .screened, "Too many errors or connections from your address; try again later")
        case (.network, nil): SMTPReply(554, .screenedForGood, "Connections from your address are not accepted")
        case (.user, _): SMTPReply(550, .screenedForGood, "Your account may not send at present; please ask your administrator")
        }
    }
}

extension EnhancedStatusCode {
    /// Security or policy (RFC 3463 section 3.8).
    fileprivate static let screened = EnhancedStatusCode(.persistentTransientFailure, 7, 0)
    fileprivate static let screenedForGood = EnhancedStatusCode(.permanentFailure, 7, 1)
}

/// Bans that this node made and has yet to write. Bounded by what can be in force.
final class BanOutbox: Sendable {
    private let waiting = Mutex<[Ban]>([])
    /// An element after each ban; one is enough for all that wait.
    let signals: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)) }

    func put(_ ban: Ban) {
        waiting.withLock { if $0.count < CurrentBans.maximum { $0.append(ban) } }
        continuation.yield()
    }

    /// The oldest ones that are still in force.
    func take(_ count: Int, at now: UTCTime) -> [Ban] {
        waiting.withLock { waiting in
            waiting.removeAll { !$0.isInForce(at: now) }
            let taken = Array(waiting.prefix(count))
            waiting.removeFirst(taken.count)
            return taken
        }
    }

    /// They could not be written.
    func putBack(_ bans: [Ban]) { waiting.withLock { $0 = bans + $0 } }
}
