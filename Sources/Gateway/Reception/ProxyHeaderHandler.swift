import Logging
import NIOCore
import ProxyProtocol
import Settings

/// The first handler of a connection from a trusted proxy: reads its PROXY header, then makes room for the session, which knows the real
/// client from its beginning. Who sends no header, a damaged one, or none in time is closed without a word: he is a proxy that is set up
/// wrongly, and his own address must not be taken for a client's.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let logger: Logger
    /// Adds the handlers of the session behind this one.
    private let addSession: (ChannelHandlerContext, SessionPeer?) throws -> Void
    private var received = ByteBuffer()
    private var deadline: Scheduled<Void>?
    private var isDone = false

    init(logger: Logger, addSession: @escaping (ChannelHandlerContext, SessionPeer?) throws -> Void) {
        self.logger = logger
        self.addSession = addSession
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        begin(context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return context.fireChannelRead(data) }
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        switch ProxyHeader.read(Array(received.readableBytesView)) {
        case .incomplete: break
        case .malformed: refuse(context, "a trusted proxy sent no valid PROXY header")
        case .complete(let header, let octets): finish(context, header, octets)
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if isDone { context.fireChannelReadComplete() } else { context.read() }
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard deadline == nil else { return }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: SessionLimits.proxyHeaderTime) {
            bound.value.0.refuse(bound.value.1, "a trusted proxy sent no PROXY header in time")
        }
        context.read()
    }

    private func finish(_ context: ChannelHandlerContext, _ header: ProxyHeader, _ octets: Int) {
        isDone = true
        deadline?.cancel()
        received.moveReaderIndex(forwardBy: octets)
        do {
            try addSession(context, SessionPeer(header))
        } catch {
            return refuse(context, "\(error)")
        }
        // The client's first octets may have come together with the header.
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(_ context: ChannelHandlerContext, _ cause: String) {
        isDone = true
        deadline?.cancel()
        logger.warning("connection closed", metadata: ["peer": "\(context.remoteAddress?.description ?? "?")", "cause": "\(cause)"])
        context.close(promise: nil)
    }
}

/// The client as a proxy names it.
struct SessionPeer: Sendable, Hashable {
    let address: NetworkAddress
    let port: Int

    /// `nil` when the peer speaks for itself.
    init?(_ header: ProxyHeader) {
        guard case .client(let octets, let port) = header, let address = NetworkAddress(bytes: octets) else { return nil }
        self.address = address
        self.port = Int(port)
    }
}
