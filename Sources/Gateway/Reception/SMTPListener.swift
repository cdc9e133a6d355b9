package import Logging
package import MessageLog
package import NIOCore
import ServiceLifecycle
package import Settings
package import SharedFolders
import Synchronization
package import TransportSecurity

/// Takes connections on all listeners of the node's settings and follows their changes; each connection becomes an `SMTPSession`. Ends
/// on graceful shutdown: no new connections, idle sessions are closed with 421, running transactions may finish within
/// `shutdown-grace`.
package final class SMTPListener: Service {
    /// One open socket.
    package struct BoundPort: Sendable, Hashable {
        package let kind: ListenerKind
        /// As in the settings.
        package let configured: ListenAddress
        /// The port in use; differs from the configured one when that is 0.
        package let port: Int
    }

    private let services: ReceptionServices
    private let group: any EventLoopGroup
    private let bound: Mutex<BoundListeners?>

    /// - Parameters:
    ///   - handler: decides on each step; its quick answers run on event loops and must not block.
    ///   - folder: takes the content of messages.
    ///   - group: its event loops carry all sessions.
    ///   - transcripts: takes the dialogues; `nil` keeps none.
    package init(
        settings: CurrentSettings, handler: any MailTransactionHandler, folder: MessageDataFolder, tls: TLSContexts,
        group: any EventLoopGroup, transcripts: TranscriptKeeper? = nil, logger: Logger
    ) {
        services = ReceptionServices(
            settings: settings, handler: handler, folder: folder, tls: tls, logger: logger, transcripts: transcripts,
            systemName: SystemName.read())
        self.group = group
        bound = Mutex(nil)
    }

    /// The sockets that are open, in no order.
    package var boundPorts: [BoundPort] {
        guard let channels = bound.withLock({ $0?.channels }) else { return [] }
        return channels.map { BoundPort(kind: $0.key.kind, configured: $0.key.address, port: $0.value.localAddress?.port ?? 0) }
    }

    /// Sessions that are open now.
    package var presentSessions: Int { services.register.count }

    /// Opens every listener of the settings. Connections are served from then on.
    /// - Throws: `.cannotListen` for the first that cannot be opened, and then none is open.
    package func start() async throws(ReceptionError) {
        guard bound.withLock({ $0 == nil }) else { throw .startedTwice }
        var listeners = BoundListeners(services: services, group: group)
        do throws(ReceptionError) {
            try await listeners.open(BoundListeners.wishes(of: services.settings.snapshot.settings.node))
        } catch {
            await listeners.close(listeners.channels.keys)
            throw error
        }
        bound.withLock { $0 = listeners }
    }

    /// Starts unless `start()` was called, serves until graceful shutdown or cancellation, and returns when the last session has ended.
    package func run() async throws {
        if bound.withLock({ $0 == nil }) { try await start() }
        for await snapshot in services.settings.updates().cancelOnGracefulShutdown() {
            await adopt(BoundListeners.wishes(of: snapshot.settings.node))
        }
        await stop()
    }

    /// The listeners stay open. New sessions are answered 421 and the present ones end after their transaction; or all is as before.
    package func setDraining(_ isDraining: Bool) { services.register.setDraining(isDraining) }

    /// Ends as graceful shutdown does, for a listener that was only started.
    package func stop() async {
        await adopt([])
        services.register.stop(.finish)
        let grace = services.settings.snapshot.settings.reception.shutdownGraceSeconds
        await finishSessions(within: .seconds(grace), then: .now)
        // They have their 421; who does not take it has had his time.
        await finishSessions(within: Duration(SessionLimits.lingerTime), then: nil)
    }

    private func adopt(_ wishes: [BoundListeners.Wish]) async {
        guard var listeners = bound.withLock({ $0 }) else { return }
        await listeners.adopt(wishes)
        let result = listeners
        bound.withLock { $0 = result }
    }

    private func finishSessions(within time: Duration, then event: SessionShutdown?) async {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                await self.services.register.waitUntilEmpty()
                return true
            }
            group.addTask {
                // Cancelled when the sessions end first; when the node must stop at once, this is over too.
                try? await Task.sleep(for: time)
                return false
            }
            if await group.next() == false {
                if let event { self.services.register.stop(event) } else { self.services.register.closeAll() }
            }
            group.cancelAll()
        }
    }
}

extension Duration {
    fileprivate init(_ amount: TimeAmount) { self = .nanoseconds(amount.nanoseconds) }
}
