import NIOCore
import Settings
import Synchronization

/// The sessions of this node that are open: for the limits, and to reach them when the node stops.
final class SessionRegister: Sendable {
    enum Admission: Sendable, Hashable {
        case admitted
        case tooMany
        case tooManyOfAddress
        case stopping
    }

    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var perAddress: [NetworkAddress: Int] = [:]
        var isStopping = false
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
        state.withLock { state in
            guard !state.isStopping else { return .stopping }
            guard state.channels.count < limits.maximumSessions else { return .tooMany }
            let present = state.perAddress[address, default: 0]
            guard isExempt || present < limits.maximumSessionsPerAddress else { return .tooManyOfAddress }
            state.channels[ObjectIdentifier(channel)] = channel
            state.perAddress[address] = present + 1
            return .admitted
        }
    }

    /// An admitted connection has ended.
    func leave(_ channel: any Channel, from address: NetworkAddress) {
        let waiting = state.withLock { state in
            guard state.channels.removeValue(forKey: ObjectIdentifier(channel)) != nil else { return [CheckedContinuation<Void, Never>]() }
            let rest = state.perAddress[address, default: 1] - 1
            state.perAddress[address] = rest > 0 ? rest : nil
            guard state.channels.isEmpty else { return [] }
            defer { state.whenEmpty = [] }
            return state.whenEmpty
        }
        for continuation in waiting { continuation.resume() }
    }

    /// From now on nobody is admitted; those present are told.
    func stop(_ event: SessionShutdown) {
        let channels = state.withLock { state in
            state.isStopping = true
            return Array(state.channels.values)
        }
        for channel in channels { channel.pipeline.fireUserInboundEventTriggered(event) }
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
