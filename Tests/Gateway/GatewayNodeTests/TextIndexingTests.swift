import Logging
import MessageLog
import Settings
import Synchronization
import Testing

@testable import GatewayNode

/// The background task that builds the text index.
@Suite struct TextIndexingTests {
    /// Answers with the turns it was given.
    private final class Script: TextIndexStore {
        struct State {
            var asked: [TextIndexTurn] = []
            var answers: [TextIndexTurn]
            var fails = false
        }

        let state: Mutex<State>

        init(_ answers: [TextIndexTurn]) { state = Mutex(State(answers: answers)) }

        func perform(_ turn: TextIndexTurn, now: UTCTime) async throws(MessageLogError) -> TextIndexTurn {
            let answer: TextIndexTurn? = state.withLock { state in
                state.asked.append(turn)
                return state.fails || state.answers.isEmpty ? nil : state.answers.removeFirst()
            }
            guard let answer else { throw .unavailable(cause: "lost") }
            return answer
        }
    }

    private static let horizon = UTCTime(milliseconds: 1)
    private static let round: [TextIndexTurn] = [
        .settle(horizon: horizon, barrier: 7), .settle(horizon: horizon, barrier: 7), .addLate(horizon: horizon), .build(horizon: horizon),
        .merge(horizon: horizon), .build(horizon: horizon), .remove, .done,
    ]

    private static func task(_ store: Script, isPrimary: @escaping @Sendable () -> Bool = { true }) -> TextIndexing {
        var task = TextIndexing(store: store, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, isPrimary: isPrimary)
        task.pace = TextIndexing.Pace(
            interval: .milliseconds(1), idleInterval: .milliseconds(1), pause: .milliseconds(1), settlingPause: .milliseconds(1))
        return task
    }

    @Test func `a round goes from step to step until it is done`() async {
        let store = Script(Self.round)
        #expect(await Self.task(store).performRound())
        #expect(store.state.withLock(\.asked) == [.begin] + Self.round.dropLast())
    }

    @Test func `a round that fails says so, and the next one begins anew`() async {
        let store = Script(Array(Self.round.prefix(3)))
        let task = Self.task(store)
        #expect(await task.performRound() == false)
        store.state.withLock { $0.answers = [.done] }
        #expect(await task.performRound())
        #expect(store.state.withLock(\.asked).last == .begin)
    }

    @Test func `who loses the role stops between two steps`() async {
        let store = Script(Self.round)
        let task = Self.task(store) { store.state.withLock { $0.asked.count < 3 } }
        #expect(await task.performRound())
        #expect(store.state.withLock(\.asked.count) == 3)
    }
}
