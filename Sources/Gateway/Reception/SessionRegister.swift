import NIOCore
import SMTP
import Settings
import Synchronization

/// The sessions of this node that are open: for the limits, and to reach them when the node stops.
final class SessionRegister: Sendable {
    enum Admission: Sendable, Hashable {
        case admitted
        case tooMany
        case tooManyOfAddress
        case stopping

        /// What who is not admitted is answered.
        var refusal: SMTPReply? {
            switch self {
            case .admitted: nil
            case .tooMany: .tooManySessions
            case .tooManyOfAddress: .tooManySessionsOfAddress
            case .stopping: .shuttingDown
            }
        }
    }

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        /// By `network(of:)`.
        var perAddress: [NetworkAddress: Int] = [:]
        var isStopping = false
        var isDraining = false
        var whenEmpty: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var count: Int { state.withLock { $0.channels.count } }

    /// A new connection asks for its place. Loopback and trusted networks share only the whole node's limit.
    func admit(_ channel: any Channel, from address: NetworkAddress, _ settings: GatewaySettings) -> Admission {
        let isExempt = address.isLoopback || settings.relay.allowsRelaying(from: address)
        return admit(channel, from: address, settings.reception, isExempt: isExempt)
    }

    func admit(_ channel: any Channel, from address: NetworkAddress, _ limits: ReceptionSettings, isExempt: Bool) -> Admission {
        let network = Self.network(of: address)
        return state.withLock { state in
            guard !state.isStopping, !state.isDraining else { return .stopping }
            guard state.channels.count < limits.maximumSessions else { return .tooMany }
            let present = state.perAddress[network, default: 0]
            guard isExempt || present < limits.maximumSessionsPerAddress else { return .tooManyOfAddress }
            state.channels[ObjectIdentifier(channel)] = channel
            state.perAddress[network] = present + 1
            return .admitted
        }
    }

    /// An admitted connection has ended.
    func leave(_ channel: any Channel, from address: NetworkAddress) {
        let network = Self.network(of: address)
        let waiting = state.withLock { state in
            guard state.channels.removeValue(forKey: ObjectIdentifier(channel)) != nil else { return [CheckedContinuation<Void, Never>]() }
            let rest = state.perAddress[network, default: 1] - 1
            state.perAddress[network] = rest > 0 ? rest : nil
            guard state.channels.isEmpty else { return [] }
            defer { state.whenEmpty = [] }
            return state.whenEmpty
        }
        for continuation in waiting { continuation.resume() }
    }

    /// What counts as one address: with IPv6 all of a network of 64 bits, since no client has less for itself (RFC 7421 §2).
    private static func network(of address: NetworkAddress) -> NetworkAddress {
        guard !address.isIPv4 else { return address }
        return NetworkAddress(bytes: address.bytes.prefix(8) + [UInt8](repeating: 0, count: 8)) ?? address
    }

    /// From now on nobody is admitted; those present are told.
    func stop(_ event: SessionShutdown) {
        let channels = state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(event) }
    }

    /// Nobody is admitted and those present end after their transaction; or everything is as before.
    func setDraining(_ isDraining: Bool) {
        let channels = state.withLock { state in
            state.isDraining = isDraining
            return isDraining ? Array(state.channels.values) : []
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(SessionShutdown.finish) }
    }

    /// Closes what is left, whatever it does.
    func closeAll() {
        let channels = state.withLock { Array($0.channels.values) }
        for channel in channels { channel.close(promise: nil) }
    }

    /// Returns when no session is open.
    func waitUntilEmpty() async {
        await withCheckedContinuation { continuation in
            let isEmpty = state.withLock { state in
                if !state.channels.isEmpty { state.whenEmpty.append(continuation) }
                return state.channels.isEmpty
            }
            if isEmpty { continuation.resume() }
        }
    }
}

/// What the listener tells each session, as a user event of its pipeline.
enum SessionShutdown: Sendable {
    /// Idle: end now. Otherwise: end after the transaction.
    case finish
    /// The time is over.
    case now
}
