import Logging
import MessageLog
import ServiceLifecycle
import Settings

/// Builds the text index of the log, every ten seconds as far as messages have settled, step by step with pauses for mail. A stop or a
/// failure loses nothing: the next round goes on from what is committed. Only the primary does it.
struct TextIndexing: Service {
    let store: any TextIndexStore
    let logger: Logger
    /// The database's fence holds even against one that only believes to be it.
    var isPrimary: @Sendable () -> Bool = { true }
    var pace = Pace()

    struct Pace: Sendable {
        var interval = Duration.seconds(10)
        /// One that is not the primary looks often: the role may come at any moment.
        var idleInterval = Duration.seconds(2)
        /// Between two steps, so that mail has the database in between: some thousand messages a second are indexed at most.
        var pause = Duration.milliseconds(50)
        /// Between the first two looks whether all writers have heard of the round; doubled each time, up to `interval`.
        var settlingPause = Duration.milliseconds(500)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isAway = false
            while !Task.isCancelled {
                let wasPrimary = isPrimary()
                if wasPrimary { isAway = await !performRound(isKnownAway: isAway) }
                try? await Task.sleep(for: wasPrimary ? pace.interval : pace.idleInterval)  // cancellation ends the loop
            }
        }
    }

    /// From the beginning to what can be done now.
    /// - Returns: whether the database took it.
    func performRound(isKnownAway: Bool = false) async -> Bool {
        var turn = TextIndexTurn.begin
        var settlingPause = pace.settlingPause
        do throws(MessageLogError) {
            while turn != .done, isPrimary(), !Task.isCancelled {
                let next = try await store.perform(turn, now: .now())
                var pause = pace.pause
                if next == turn, case .settle = next {
                    pause = settlingPause
                    settlingPause = min(settlingPause * 2, pace.interval)
                }
                turn = next
                try? await Task.sleep(for: pause)  // cancellation ends the loop
            }
            return true
        } catch {
            if !isKnownAway, !Task.isCancelled {
                logger.warning("the text index could not be built on and is tried again", metadata: ["cause": "\(error)"])
            }
            return false
        }
    }
}
