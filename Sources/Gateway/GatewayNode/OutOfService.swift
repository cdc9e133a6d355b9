import Glibc
import Logging
import Synchronization

/// Whether this node was put out of service by others: another process has begun a newer incarnation of it, it was declared dead for its
/// silence, or its registration key was revoked. Everything it writes is refused from then on, so it ends at once and leaves its mail to
/// the others; whoever supervises it starts it again, and the start decides.
final class OutOfService: Sendable {
    private let declared = Mutex(false)

    var isDeclared: Bool { declared.withLock { $0 } }

    /// Harmless to repeat: the heartbeat notices it again until the process has ended.
    func declare(_ logger: Logger) {
        let isNew = declared.withLock { declared in
            defer { declared = true }
            return !declared
        }
        guard isNew else { return }
        logger.critical("this node was put out of service by others: a newer start of it, its silence, or its revoked key; it ends")
        kill(getpid(), SIGTERM)
    }
}
