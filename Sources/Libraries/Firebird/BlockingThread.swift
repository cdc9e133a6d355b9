import CFirebird
import Glibc

/// A thread for calls that block.
struct BlockingThread: Sendable {
    private let identifier: pthread_t

    /// The engine runs procedures on the caller's stack.
    private static let stackBytes = 4 * 1_024 * 1_024

    /// What Linux keeps of a thread's name (pthread_setname_np(3)).
    private static let maximumNameBytes = 15

    /// Starts `body`, or returns nil when the system gives no thread.
    /// - Parameter name: what `top -H` shows, cut to 15 bytes.
    init?(named name: String, _ body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        let start = Unmanaged.passRetained(
            Start(name: String(decoding: name.utf8.prefix(Self.maximumNameBytes), as: UTF8.self), body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                pthread_setname_np(pthread_self(), start.name)
                start.body()
                return nil
            }, start.toOpaque())
        guard code == 0 else {
            start.release()
            return nil
        }
        identifier = thread
    }

    /// Waits for its end. Once at most, and not together with `detach`.
    func join() { pthread_join(identifier, nil) }

    /// Gives up waiting for its end.
    func detach() { pthread_detach(identifier) }

    private final class Start {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
