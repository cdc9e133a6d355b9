package import Metrics
package import SMTP
package import Settings
import Synchronization

/// Who sends, as far as limits are concerned.
package enum RateClient: Sendable, Hashable {
    /// Somebody who has not signed in.
    case address(NetworkAddress)
    /// A user's look-up key, and where he is.
    case user(String, from: NetworkAddress)
}

/// What is known of a client's sending.
package struct RateUse: Sendable, Hashable {
    /// Within the last hour.
    package var hour = RateAmount()
    /// Within the minutes for freezing.
    package var recent = RateAmount()
    /// From which the user has sent within these minutes, the present one included.
    package var networks = 0

    package init(hour: RateAmount = RateAmount(), recent: RateAmount = RateAmount(), networks: Int = 0) {
        self.hour = hour
        self.recent = recent
        self.networks = networks
    }
}

/// May a client send so much more? Pure.
package struct RatePolicy: Sendable {
    let settings: RateLimitSettings

    package enum Verdict: Sendable, Hashable {
        case pass
        /// Later; `limit` is the number that would be exceeded.
        case later(limit: Int, ofRecipients: Bool)
        /// The account counts as stolen.
        case freeze(BanReason, note: String)
    }

    package init(_ settings: RateLimitSettings) { self.settings = settings }

    /// - Parameter more: recipients of the transaction, the one that is asked about included; 0 at MAIL.
    package func verdict(_ client: RateClient, _ use: RateUse, more: Int) -> Verdict {
        let messages: Int
        let recipients: Int
        switch client {
        case .address: (messages, recipients) = (settings.addressMessages, settings.addressRecipients)
        case .user:
            if let stolen = stolen(use, more: more) { return stolen }
            (messages, recipients) = (settings.userMessages, settings.userRecipients)
        }
        if messages > 0, use.hour.messages >= messages { return .later(limit: messages, ofRecipients: false) }
        if recipients > 0, use.hour.recipients + max(1, more) > recipients { return .later(limit: recipients, ofRecipients: true) }
        return .pass
    }

    private func stolen(_ use: RateUse, more: Int) -> Verdict? {
        let recipients = use.recent.recipients + more
        if settings.freezeRecipients > 0, recipients > settings.freezeRecipients {
            return .freeze(.sending, note: "\(recipients) recipients within \(settings.freezeMinutes) minutes")
        }
        if settings.freezeNetworks > 0, use.networks > settings.freezeNetworks {
            return .freeze(.addresses, note: "\(use.networks) networks within \(settings.freezeMinutes) minutes")
        }
        return nil
    }

    /// Slots that make up the minutes for freezing.
    package var recentSlots: Int { (settings.freezeMinutes + 4) / 5 }

    /// Others are told only of those who come near a limit: from a tenth of it on.
    package func isShared(_ client: RateClient, _ use: RateUse) -> Bool {
        let limits =
            switch client {
            case .address: [(use.hour.messages, settings.addressMessages), (use.hour.recipients, settings.addressRecipients)]
            case .user:
                [
                    (use.hour.messages, settings.userMessages), (use.hour.recipients, settings.userRecipients),
                    (use.recent.recipients, settings.freezeRecipients),
                ]
            }
        return limits.contains { $1 > 0 && $0 * 10 >= $1 }
    }
}

/// Counts what clients send and refuses what is too much, over all nodes together: each node counts its own in memory, tells the others by
/// `RateExchange`, and decides by the sum. Never waits.
package final class RateLimiter: Sendable {
    private let screening: ClientScreening
    let ledger: Mutex<RateLedger>
    let writer: RecordIdentifier
    private let later: Counter

    package init(screening: ClientScreening, metrics factory: any MetricsFactory = MetricsSystem.factory) {
        self.screening = screening
        // A run of a node, not a node: what an earlier run counted is another's to this one.
        writer = RecordIdentifier(milliseconds: UTCTime.now().milliseconds)
        ledger = Mutex(RateLedger(writer: writer))
        later = Counter(label: "securitygateway_rate_limit_refusals_total", factory: factory)
    }

    /// - Parameter more: recipients of the transaction, the one that is asked about included; 0 at MAIL.
    package func refusal(_ client: RateClient, more: Int, _ settings: GatewaySettings, now: UTCTime = .now()) -> SMTPReply? {
        guard counts(client, settings) else { return nil }
        let policy = RatePolicy(settings.rateLimits)
        let lift = lift(of: client)
        let use = ledger.withLock { Self.use(client, policy, $0, now, lift: lift) }
        return reply(policy.verdict(client, use, more: more), client, now)
    }

    private func lift(of client: RateClient) -> UTCTime? {
        guard case .user(let key, _) = client else { return nil }
        return screening.bans.lift(ofUser: key)
    }

    private func reply(_ verdict: RatePolicy.Verdict, _ client: RateClient, _ now: UTCTime) -> SMTPReply? {
        switch verdict {
        case .pass: return nil
        case .later(let limit, let ofRecipients):
            later.increment()
            let what = ofRecipients ? "recipients" : "messages"
            return SMTPReply(451, .rateLimited, "At most \(limit) \(what) an hour are accepted from you; please try again later")
        case .freeze(let reason, let note):
            guard case .user(let key, _) = client else { return nil }
            _ = screening.freeze(user: key, reason, note: note, for: nil, now: now)
            return screening.refusal(ofUser: key, now: now)
        }
    }

    /// Counts a message that is about to be stored, in one step with the decision.
    /// - Returns: the refusal when a limit is reached; then nothing was counted.
    package func count(_ client: RateClient, recipients: Int, _ settings: GatewaySettings, now: UTCTime = .now()) -> SMTPReply? {
        guard counts(client, settings) else { return nil }
        let policy = RatePolicy(settings.rateLimits)
        let amount = RateAmount(messages: 1, recipients: recipients)
        let lift = lift(of: client)
        let verdict = ledger.withLock { ledger in
            let before = Self.use(client, policy, ledger, now, lift: lift)
            let verdict = policy.verdict(client, before, more: recipients)
            guard verdict == .pass else { return verdict }
            let after = RateUse(hour: before.hour + amount, recent: before.recent + amount, networks: before.networks)
            ledger.add(amount, of: Self.subject(client), isShared: policy.isShared(client, after), at: now)
            if case .user(let key, let address) = client, settings.rateLimits.freezeNetworks > 0 {
                ledger.add(amount, of: .userFrom(key, Self.network(address)), isShared: true, at: now)
            }
            return verdict
        }
        return reply(verdict, client, now)
    }

    /// Takes back what was counted of a message that could not be stored.
    package func uncount(_ client: RateClient, recipients: Int, _ settings: GatewaySettings, now: UTCTime = .now()) {
        guard counts(client, settings) else { return }
        let amount = RateAmount(messages: -1, recipients: -recipients)
        ledger.withLock { ledger in
            ledger.add(amount, of: Self.subject(client), isShared: false, at: now)
            if case .user(let key, let address) = client, settings.rateLimits.freezeNetworks > 0 {
                ledger.add(amount, of: .userFrom(key, Self.network(address)), isShared: true, at: now)
            }
        }
    }

    private func counts(_ client: RateClient, _ settings: GatewaySettings) -> Bool {
        switch client {
        case .address(let address): settings.rateLimits.countsAddresses && !screening.isExempt(address, settings)
        case .user: settings.rateLimits.countsUsers
        }
    }

    /// - Parameter lift: when the user was let in again; of the slots up to then nothing counts for freezing.
    private static func use(
        _ client: RateClient, _ policy: RatePolicy, _ ledger: RateLedger, _ now: UTCTime, lift: UTCTime?
    ) -> RateUse {
        let subject = subject(client)
        let sinceLift = lift.map { max(0, Int(RateSlot(now).number - RateSlot($0).number)) } ?? .max
        let slots = min(policy.recentSlots, sinceLift)
        var use = RateUse(hour: ledger.amount(of: subject, at: now), recent: ledger.amount(of: subject, slots: slots, at: now))
        if case .user(let key, let address) = client, policy.settings.freezeNetworks > 0 {
            let present = RateSubject.userFrom(key, network(address))
            let isNew = ledger.amount(of: present, slots: slots, at: now).messages <= 0
            use.networks = ledger.networkCount(ofUser: key, slots: slots, at: now) + (isNew ? 1 : 0)
        }
        return use
    }

    private static func subject(_ client: RateClient) -> RateSubject {
        switch client {
        case .address(let address): .address(address.isIPv4 ? address : address.prefix(64))
        case .user(let key, _): .user(key)
        }
    }

    /// An office or a telephone changes its address within these.
    private static func network(_ address: NetworkAddress) -> NetworkAddress { address.prefix(address.isIPv4 ? 24 : 48) }
}

extension EnhancedStatusCode {
    /// Security or policy, may pass by itself (RFC 3463 section 3.8).
    fileprivate static let rateLimited = EnhancedStatusCode(.persistentTransientFailure, 7, 1)
}
