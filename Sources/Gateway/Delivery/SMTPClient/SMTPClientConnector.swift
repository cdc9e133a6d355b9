import Cluster
import DNS
import Mail
import MessageLog
import NIOCore
import NIOPosix
import NIOSSL
import SMTP
import Settings
import SharedFolders
import Synchronization
import TransportSecurity

/// Opens connections to next hops, up to the point where a transaction may begin.
struct SMTPClientConnector: Sendable {
    let group: any EventLoopGroup
    let contexts: TLSContexts
    let heartbeat: ConfirmedHeartbeat
    /// Takes the dialogues; `nil` keeps none.
    var transcripts: TranscriptKeeper?

    /// What one connection is made with.
    struct Options: Sendable {
        let heloName: String
        let connectTimeout: TimeAmount
        let replyTimeout: TimeAmount
        /// Where this node listens itself.
        let ownListeners: [ListenAddress]
        /// Which dialogues are kept.
        var transcripts = TranscriptSettings()
        /// Hears the dialogue whatever is kept.
        var listener: DialogueListener?
    }

    /// Connects to one address. When opportunistic TLS fails, it is tried once more in plain text over a fresh connection.
    func open(_ host: NextHopHost, at address: HostAddress, _ options: Options) async throws(SessionFailure) -> SMTPClientSession {
        do throws(SessionFailure) {
            return try await connect(host, at: address, security: host.security, options)
        } catch {
            guard error.kind == .security, host.security == .opportunistic, !Task.isCancelled else { throw error }
            return try await connect(host, at: address, security: .none, options)
        }
    }

    private func connect(
        _ host: NextHopHost, at address: HostAddress, security: ConnectionSecurity, _ options: Options
    ) async throws(SessionFailure) -> SMTPClientSession {
        let loop = group.next()
        let opened = loop.makePromise(of: SessionDescription.self)
        let started = StartedChannel()
        let peer = "\(host.name)[\(address)]:\(host.port)"
        do {
            let target = try SocketAddress(ipAddress: "\(address)", port: host.port)
            let bootstrap = bootstrap(
                loop, host, security, options, opened: opened, started: started,
                transcript: beginTranscript(peer, at: address, options))
            let (channel, description, handler) = try await withTaskCancellationHandler {
                let channel = try await bootstrap.connect(to: target).get()
                let description = try await opened.futureResult.get()
                return (channel, description, try await Self.handler(of: channel))
            } onCancel: {
                started.close()
            }
            let session = SMTPClientSession(channel: channel, handler: handler, description: description, peer: peer, hostName: host.name)
            try refuseOwn(session, options)
            return session
        } catch let failure as SessionFailure {
            throw failure
        } catch {
            opened.fail(error)  // without effect when it was told before
            guard !Task.isCancelled else {
                throw SessionFailure(kind: .aborted, reply: DeliveryReply(.badConnection, "this node is stopping"))
            }
            let reply = DeliveryReply(.noAnswer, "no connection to \(peer): \(ConnectionErrorText.text(error))")
            throw SessionFailure(kind: .unreachable, reply: reply.said(in: keepFailure(reply, peer, at: address, options)))
        }
    }

    /// Of a connection that never was. - Returns: the transcript that says so.
    private func keepFailure(
        _ reply: DeliveryReply, _ peer: String, at address: HostAddress, _ options: Options
    ) -> RecordIdentifier? {
        guard var transcript = beginTranscript(peer, at: address, options) else { return nil }
        transcript.failure(reply.text)
        let finished = transcript.finish()
        options.listener?.take(finished)
        transcripts?.keep(finished, options.transcripts)
        return transcript.identifier
    }

    private func beginTranscript(_ peer: String, at address: HostAddress, _ options: Options) -> SMTPTranscript? {
        if options.listener != nil {
            return SMTPTranscript(
                .outbound, address: NetworkAddress("\(address)"), heading: "to \(peer)", limits: DialogueListener.limits, at: .now())
        }
        return transcripts?.begin(.outbound, address: NetworkAddress("\(address)"), heading: "to \(peer)", options.transcripts)
    }

    private func bootstrap(
        _ loop: any EventLoop, _ host: NextHopHost, _ security: ConnectionSecurity, _ options: Options,
        opened: EventLoopPromise<SessionDescription>, started: StartedChannel, transcript: SMTPTranscript?
    ) -> ClientBootstrap {
        let transcripts = transcripts
        let contexts = contexts
        let heartbeat = heartbeat
        return ClientBootstrap(group: loop)
            .connectTimeout(options.connectTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    started.take(channel)
                    let verification = security.isVerified ? TLSContexts.ClientVerification.fullChainAndName : .unverified
                    let implicit = security.isImplicit ? try contexts.clientHandler(verification, serverName: host.name) : nil
                    if let implicit { try channel.pipeline.syncOperations.addHandler(implicit) }
                    let handler = SMTPClientHandler(
                        machine: SMTPClientStateMachine(
                            heloName: options.heloName, security: security, credential: host.credential),
                        timeouts: SMTPClientHandler.Timeouts(reply: options.replyTimeout), heartbeat: heartbeat, tlsHandler: implicit,
                        makeTLSHandler: { () throws(TransportSecurityError) in
                            try contexts.clientHandler(verification, serverName: host.name)
                        }, opened: opened)
                    handler.transcript = transcript
                    handler.keepTranscript = {
                        options.listener?.take($0)
                        transcripts?.keep($0, options.transcripts)
                    }
                    try channel.pipeline.syncOperations.addHandler(handler)
                }
            }
    }

    private static func handler(of channel: any Channel) async throws -> NIOLoopBound<SMTPClientHandler> {
        try await channel.eventLoop.submit {
            NIOLoopBound(try channel.pipeline.syncOperations.handler(type: SMTPClientHandler.self), eventLoop: channel.eventLoop)
        }.get()
    }

    /// Mail sent to ourselves would go round until its header is full of trace fields.
    private func refuseOwn(_ session: SMTPClientSession, _ options: Options) throws(SessionFailure) {
        guard session.description.serverName == options.heloName.lowercased(),
            Self.isOwn(session.channel.remoteAddress, local: session.channel.localAddress, options.ownListeners)
        else { return }
        session.quit()
        throw SessionFailure(
            kind: .loop, reply: DeliveryReply(.routingLoop, "\(session.peer) is this gateway itself: mail loops back"))
    }

    /// Whether a connection ends at one of our listeners. A connection to an address of this machine comes from that same address.
    static func isOwn(_ remote: SocketAddress?, local: SocketAddress?, _ listeners: [ListenAddress]) -> Bool {
        guard let remote, let remoteIP = remote.ipAddress, let port = remote.port else { return false }
        return listeners.contains { listener in
            guard listener.port == port else { return false }
            return listener.address.description == remoteIP || (listener.address.isWildcard && local?.ipAddress == remoteIP)
        }
    }
}

/// A channel that is being connected, so that a stop can close it.
private final class StartedChannel: Sendable {
    private let state = Mutex<(channel: (any Channel)?, isClosed: Bool)>((nil, false))

    func take(_ channel: any Channel) {
        let mustClose = state.withLock { state in
            state.channel = channel
            return state.isClosed
        }
        if mustClose { channel.close(promise: nil) }
    }

    func close() {
        let channel = state.withLock { state in
            state.isClosed = true
            return state.channel
        }
        channel?.close(promise: nil)
    }
}

extension NetworkAddress {
    /// 0.0.0.0 or ::, all addresses of this machine.
    fileprivate var isWildcard: Bool { bytes.allSatisfy { $0 == 0 } }
}
