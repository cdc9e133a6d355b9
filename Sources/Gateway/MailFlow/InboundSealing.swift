import Delivery
import DomainsAndUsers
import Logging
import Mail
import Metrics
import NIOCore
import Reception
import SenderAuthentication
import Settings
import SharedFolders

/// Seals mail from outside that is passed on (ARC, RFC 8617), so that whoever gets it next can know what was found here before fields
/// and tags were added. Done last, over the message as it is delivered; the seal stands in front of everything else.
struct InboundSealing: Sendable {
    let domains: CurrentDomains
    /// Room for the contents that are being sealed.
    let budget: MemoryBudget
    let metrics: SealingMetrics
    let logger: Logger

    /// Of all messages that are being sealed at once.
    static let sealedBytes = 256 << 20

    /// What a seal is made of.
    struct Order: Sendable {
        let domain: DomainName
        let key: DomainSigningKey
        /// What was found here, and under which name.
        let results: AuthenticationResults
        let chain: ARCOutcome
    }

    enum Outcome: Sendable {
        /// Fields to put in front of the message, each with its line end; empty where nothing is sealed.
        case sealed([UInt8])
        /// There is no memory at present; the client has to come again.
        case postponed
    }

    /// - Parameters:
    ///   - message: as it is going to be queued.
    ///   - limit: for reading the content.
    func seal(_ message: QueuedMessage, of received: ReceivedMessage, _ judged: FlowFilter.Outcome, limit: Duration) async -> Outcome {
        guard let order = order(received, judged) else { return .sealed([]) }
        let room = message.sizeBytes * 2
        guard room <= Self.sealedBytes else { return .sealed([]) }
        guard budget.reserve(room) else { return .postponed }
        defer { budget.release(room) }
        // A folder that does not answer would not take the message either.
        guard let content = try? await received.content.bytes(upTo: message.sizeBytes, deadline: limit) else { return .postponed }
        let sealing: ARCSealing
        do throws(DKIMKeyError) {
            sealing = try await Self.sealing(order, message, content)
        } catch {
            // Mail from outside was promised no seal: it does not wait for a key that is of no use.
            metrics.failed()
            logger.warning(
                "mail is not sealed: the key is of no use", metadata: ["domain": "\(order.domain)", "selector": "\(order.key.selector)"])
            return .sealed([])
        }
        switch sealing {
        case .sealed(let fields, _) where message.prependedHeader.count + fields.count <= QueuedMessage.maximumPrependedBytes:
            metrics.count(sealing)
            return .sealed(fields)
        case .sealed: metrics.count(.left(.headerTooLarge))
        case .left: metrics.count(sealing)
        }
        return .sealed([])
    }

    /// Whether a recipient's domain wants it and there is a key for it.
    /// - Returns: nil as well when the chain that came was not looked at: then nothing can be said of it.
    private func order(_ message: ReceivedMessage, _ judged: FlowFilter.Outcome) -> Order? {
        let settings = message.connection.settings.settings
        guard settings.areMessagesSealed, let evidence = judged.sealing else { return nil }
        let wanting = message.transaction.recipients.lazy.compactMap(\.address.domainName).filter {
            settings.domain($0.ascii).sealsInboundMail
        }
        let common = settings.senderAuthentication.sealingDomain
        for name in wanting {
            guard let signer = common.isEmpty ? name : try? DomainName(common), let domain = domains.directory.domain(signer),
                let key = Self.key(of: domain)
            else { continue }
            return Order(domain: domain.name, key: key, results: evidence.results, chain: evidence.chain)
        }
        return nil
    }

    /// RSA if there is one: not everybody who verifies seals knows the other kind.
    private static func key(of domain: ProtectedDomain) -> DomainSigningKey? {
        let active = domain.signingKeys.filter(\.isActive)
        return active.first { $0.key.algorithm == .rsaSHA256 } ?? active.first
    }

    /// Work in proportion to the message: not on the session's event loop.
    @concurrent
    private static func sealing(_ order: Order, _ message: QueuedMessage, _ content: ByteBuffer) async throws(DKIMKeyError) -> ARCSealing {
        let sealer = ARCSealer(domain: order.domain, selector: order.key.selector, key: order.key.key)
        return try sealer.seal(
            AuthenticatedMessage(message.delivered(content)), results: order.results, chain: order.chain,
            time: Int(UTCTime.now().milliseconds / 1_000))
    }
}

/// What sealing counts: seals by what they say of the chain before, and messages that got none by the reason.
struct SealingMetrics: Sendable {
    private let seals: [ARCResult: Counter]
    private let left: [ARCSealing.Reason: Counter]
    private let failures: Counter

    init(factory: any MetricsFactory = MetricsSystem.factory) {
        let label = "securitygateway_arc_seals_total"
        func counter(_ result: String) -> Counter { Counter(label: label, dimensions: [("result", result)], factory: factory) }
        seals = Dictionary(uniqueKeysWithValues: [ARCResult.none, .pass, .fail].map { ($0, counter($0.rawValue)) })
        left = Dictionary(uniqueKeysWithValues: ARCSealing.Reason.allCases.map { ($0, counter("left-\($0.rawValue)")) })
        failures = counter("failed")
    }

    func count(_ sealing: ARCSealing) {
        switch sealing {
        case .sealed(_, let result): seals[result]?.increment()
        case .left(let reason): left[reason]?.increment()
        }
    }

    func failed() { failures.increment() }
}
