import Synchronization

/// The client of one connection as a load balancer names it; empty until its PROXY header was read, and for ever without one.
///
/// It is filled on the connection's event loop before the first request can be parsed, and read by the requests.
final class ProxiedClient: Sendable {
    /// Of the connection whose requests run in this task.
    @TaskLocal static var current: ProxiedClient?

    private let stored = Mutex<String?>(nil)

    /// The client's address without port.
    var address: String? {
        get { stored.withLock { $0 } }
        set { stored.withLock { $0 = newValue } }
    }
}
