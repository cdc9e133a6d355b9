package import HummingbirdCore
package import Logging
package import NIOCore
package import Settings

/// Connections to the web interface that may come through a load balancer: the requests of each know the client that its PROXY header
/// named (`AdminRequestContext.remoteAddress`). Only peers within `reception.proxy-networks` are believed.
package struct ProxiedConnections<Base: ServerChildChannel>: ServerChildChannel {
    package struct Value: ServerChildChannelValue {
        let base: Base.Value
        let client: ProxiedClient

        package var channel: any Channel { base.channel }
    }

    private let base: Base
    private let settings: CurrentSettings

    /// - Parameter base: what the connection is without the header: TLS and HTTP.
    package init(_ base: Base, settings: CurrentSettings) {
        self.base = base
        self.settings = settings
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        let client = ProxiedClient()
        let isProxy = channel.remoteAddress.flatMap { NetworkAddress($0.ipAddress ?? "") }.map(settings.snapshot.settings.reception.isProxy)
        return channel.eventLoop.makeCompletedFuture {
            guard isProxy == true else { return }
            try channel.pipeline.syncOperations.addHandler(OptionalProxyHeaderHandler(client: client, logger: logger))
        }
        .flatMap { base.setup(channel: channel, logger: logger) }
        .map { Value(base: $0, client: client) }
    }

    package func handle(value: Value, logger: Logger) async {
        await ProxiedClient.$current.withValue(value.client) { await base.handle(value: value.base, logger: logger) }
    }
}
