import Glibc
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Settings
import TransportSecurity

/// The sockets that are open for new connections. Used by `SMTPListener` alone, one call at a time.
struct BoundListeners: Sendable {
    /// What the settings ask for.
    struct Wish: Sendable, Hashable {
        let kind: ListenerKind
        let address: ListenAddress
    }

    private(set) var channels: [Wish: any Channel] = [:]
    private let services: ReceptionServices
    private let group: any EventLoopGroup

    /// Connections the kernel keeps while we are busy accepting others.
    private static let backlog: Int32 = 1024

    init(services: ReceptionServices, group: any EventLoopGroup) {
        self.services = services
        self.group = group
    }

    static func wishes(of settings: NodeSettings) -> [Wish] {
        settings.smtpListeners.map { Wish(kind: .smtp, address: $0) } + settings.smtpsListeners.map { Wish(kind: .smtps, address: $0) }
            + settings.submissionListeners.map { Wish(kind: .submission, address: $0) }
    }

    /// Opens what is not open. - Throws: the first that could not be; those opened before stay open.
    mutating func open(_ wishes: [Wish]) async throws(ReceptionError) {
        for wish in wishes where channels[wish] == nil {
            channels[wish] = try await bind(wish)
            services.logger.notice("listening", metadata: ["kind": "\(wish.kind.rawValue)", "address": "\(wish.address)"])
        }
    }

    /// Closes; present sessions go on.
    mutating func close(_ wishes: some Sequence<Wish>) async {
        for wish in wishes {
            guard let channel = channels.removeValue(forKey: wish) else { continue }
            do {
                try await channel.close()
            } catch {
                services.logger.debug("listener was closed already", metadata: ["cause": "\(error)"])
            }
            services.logger.notice("no longer listening", metadata: ["kind": "\(wish.kind.rawValue)", "address": "\(wish.address)"])
        }
    }

    /// Follows changed settings: new sockets first, then the old ones go. When a new one cannot be opened the old ones stay.
    mutating func adopt(_ wishes: [Wish]) async {
        let unwanted = channels.keys.filter { !wishes.contains($0) }
        // 127.0.0.1:25 cannot be opened beside 0.0.0.0:25, so such an old one must make room first.
        let inTheWay = unwanted.filter { old in
            wishes.contains { channels[$0] == nil && $0.address.port == channels[old]?.localAddress?.port }
        }
        await close(inTheWay)
        do throws(ReceptionError) {
            try await open(wishes)
            await close(unwanted)
        } catch {
            services.logger.error("the present listeners are kept", metadata: ["cause": "\(error)"])
            await reopen(inTheWay)
        }
    }

    private mutating func reopen(_ wishes: [Wish]) async {
        do throws(ReceptionError) {
            try await open(wishes)
        } catch {
            services.logger.critical("a listener could not be opened again", metadata: ["cause": "\(error)"])
        }
    }

    private func bind(_ wish: Wish) async throws(ReceptionError) -> any Channel {
        do {
            let address = try SocketAddress(ipAddress: wish.address.address.description, port: wish.address.port)
            return try await bootstrap(wish).bind(to: address).get()
        } catch let error as IOError {
            throw .cannotListen(wish.address, wish.kind, reason: strerror(error.errnoCode).map { String(cString: $0) } ?? "\(error)")
        } catch {
            throw .cannotListen(wish.address, wish.kind, reason: "\(error)")
        }
    }

    /// A trusted proxy says first for whom it speaks; everybody else speaks for himself.
    private static func fill(_ channel: any Channel, _ services: ReceptionServices, _ kind: ListenerKind) throws {
        let pipeline = channel.pipeline.syncOperations
        let settings = services.settings.snapshot.settings.reception
        guard let remote = channel.remoteAddress, let peer = NetworkAddress(remote), settings.isProxy(peer) else {
            for handler in handlers(services, kind, peer: nil) { try pipeline.addHandler(handler) }
            return
        }
        try pipeline.addHandler(
            ProxyHeaderHandler(logger: services.logger) { context, peer in
                for handler in handlers(services, kind, peer: peer) { try context.pipeline.syncOperations.addHandler(handler) }
            })
    }

    private static func handlers(_ services: ReceptionServices, _ kind: ListenerKind, peer: SessionPeer?) -> [any ChannelHandler] {
        let tlsHandler = kind == .smtps ? services.tls.serverHandler() : nil
        let session = SMTPSession(services: services, kind: kind, tlsHandler: tlsHandler, peer: peer)
        return tlsHandler.map { [$0, session] } ?? [session]
    }

    private func bootstrap(_ wish: Wish) -> ServerBootstrap {
        let services = services
        let kind = wish.kind
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Self.backlog)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.autoRead, value: false)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: SessionLimits.initialReadOctets, initial: SessionLimits.initialReadOctets,
                    maximum: SessionLimits.maximumReadOctets)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Self.fill(channel, services, kind)
                }
            }
        guard !wish.address.address.isIPv4 else { return bootstrap }
        // So that 0.0.0.0 and [::] can be listened on side by side.
        return bootstrap.serverChannelOption(ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 1)
    }
}
