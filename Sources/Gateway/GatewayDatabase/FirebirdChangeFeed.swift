import Firebird
import Logging
import Settings
import Synchronization

/// Tells this node that settings or directory may have changed: Firebird's event, with a poll as safety net.
///
/// Events work when the server's event port can be reached; without them the poll is faster. Either way a hint is only a hint: who
/// gets it compares the revision. One connection serves all subscribers; it is made with the first and ends with `close`.
package final class FirebirdChangeFeed: SettingsChangeFeed {
    /// When to look without having heard anything.
    package struct Pace: Sendable {
        /// While events work.
        package var safetyNet = Duration.seconds(1)
        /// While they do not.
        package var withoutEvents = Duration.milliseconds(250)
        /// Between attempts to listen; doubled up to a minute.
        package var firstReconnection = Duration.milliseconds(500)
        /// How often the listening connection is asked for a sign of life.
        package var signOfLife = Duration.seconds(10)

        package init() {}
    }

    private struct State {
        var subscribers: [Int: AsyncStream<Void>.Continuation] = [:]
        var nextSubscriber = 0
        var isHearing = false
        var isClosed = false
        var task: Task<Void, Never>?
    }

    private let configuration: FirebirdConfiguration
    private let usesEvents: Bool
    private let pace: Pace
    private let logger: Logger
    private let state = Mutex(State())

    private static let longestReconnection = Duration.seconds(60)
    private static let listenDeadline = Duration.seconds(10)

    /// - Parameter usesEvents: false polls only.
    init(_ configuration: FirebirdConfiguration, usesEvents: Bool = true, pace: Pace = Pace(), logger: Logger) {
        self.configuration = configuration
        self.usesEvents = usesEvents
        self.pace = pace
        self.logger = logger
    }

    /// Whether events are heard at present; else the poll alone tells of changes.
    package var isHearing: Bool { state.withLock(\.isHearing) }

    package func changes() -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = state.withLock { state in
            guard !state.isClosed else { return nil }
            state.nextSubscriber += 1
            state.subscribers[state.nextSubscriber] = continuation
            // Ends with `close`, which awaits it.
            if state.task == nil { state.task = Task { await self.watch() } }
            return state.nextSubscriber
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { state in _ = state.subscribers.removeValue(forKey: number) }
        }
        // What changed before the subscription has been missed, perhaps.
        continuation.yield()
        return stream
    }

    /// Ends all streams and the listening connection.
    package func close() async {
        let (task, subscribers) = state.withLock { state in
            state.isClosed = true
            defer { state.subscribers = [:] }
            return (state.task, Array(state.subscribers.values))
        }
        for subscriber in subscribers { subscriber.finish() }
        task?.cancel()
        await task?.value
    }

    private func tell() {
        let subscribers = state.withLock { Array($0.subscribers.values) }
        for subscriber in subscribers { subscriber.yield() }
    }

    private func watch() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.poll() }
            if usesEvents { group.addTask { await self.listen() } }
        }
    }

    private func poll() async {
        while !Task.isCancelled {
            // Cancellation ends the loop.
            try? await Task.sleep(for: isHearing ? pace.safetyNet : pace.withoutEvents)
            tell()
        }
    }

    private func listen() async {
        var pause = pace.firstReconnection
        var isSilent = false
        while !Task.isCancelled {
            do {
                let listener = try await FirebirdEventListener(
                    configuration, names: [SettingsTable.changeEvent], deadline: Self.listenDeadline)
                if isSilent { logger.notice("database events are heard again") }
                (pause, isSilent) = (pace.firstReconnection, false)
                setHearing(true)
                await hear(listener)
                setHearing(false)
                await listener.close()
            } catch {
                if !isSilent { logger.warning("database events cannot be heard; changes are polled for", metadata: ["cause": "\(error)"]) }
                isSilent = true
            }
            try? await Task.sleep(for: pause)  // cancellation ends the loop
            pause = min(pause * 2, Self.longestReconnection)
        }
    }

    private func setHearing(_ isHearing: Bool) { state.withLock { $0.isHearing = isHearing } }

    /// Passes events on until the channel ends or the other end gives no sign of life.
    private func hear(_ listener: FirebirdEventListener) async {
        // What was posted while nobody listened is gone.
        tell()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await notification in listener.notifications {
                    guard case .posted = notification else { return }
                    self.tell()
                }
            }
            group.addTask {
                while !Task.isCancelled {
                    try? await Task.sleep(for: self.pace.signOfLife)  // cancellation ends the loop
                    guard !Task.isCancelled, (try? await listener.ping()) != nil else { return }
                }
            }
            await group.next()
            group.cancelAll()
        }
    }
}
