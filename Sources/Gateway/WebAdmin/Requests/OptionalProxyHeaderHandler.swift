import Logging
import NIOCore
import ProxyProtocol
import Settings

/// The first handler of a connection from a trusted proxy to the web interface: takes a PROXY header off its beginning, if there is one.
///
/// Unlike on the SMTP ports a header may be missing: a load balancer that only asks for the health page sends none, and an administrator
/// may use a browser on the proxy's machine. A TLS record can never be mistaken for a header.
final class OptionalProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let client: ProxiedClient
    private let logger: Logger
    private var received = ByteBuffer()
    private var isDone = false

    init(client: ProxiedClient, logger: Logger) {
        self.client = client
        self.logger = logger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDone else { return context.fireChannelRead(data) }
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        switch ProxyHeader.read(Array(received.readableBytesView)) {
        case .incomplete:
            // At most `ProxyHeader.maximumOctets` are waited for; a client that stops here meets the server's idle time-out.
            break
        case .malformed where Self.beginsLikeHeader(received): refuse(context)
        case .malformed: passOn(context, from: 0)
        case .complete(.local, let octets): passOn(context, from: octets)
        case .complete(.client(let address, _), let octets):
            client.address = NetworkAddress(bytes: address)?.description
            passOn(context, from: octets)
        }
    }

    /// What begins like a header and is none was damaged by the proxy: its own address must not be taken for a client's.
    private static func beginsLikeHeader(_ buffer: ByteBuffer) -> Bool {
        // The record type of a TLS handshake (RFC 8446 section 5.1).
        buffer.getInteger(at: buffer.readerIndex, as: UInt8.self) != 0x16
    }

    private func passOn(_ context: ChannelHandlerContext, from octets: Int) {
        isDone = true
        received.moveReaderIndex(forwardBy: octets)
        if received.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(received)) }
        received = ByteBuffer()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func refuse(_ context: ChannelHandlerContext) {
        isDone = true
        logger.warning(
            "a trusted proxy sent no valid PROXY header to the web interface",
            metadata: ["peer": "\(context.remoteAddress?.description ?? "?")"])
        context.close(promise: nil)
    }
}
