import DNS
package import Metrics
import Settings
import Synchronization

/// Runs the checks of a phase, those that wait all at once, and answers within the time the settings give.
package struct FilterPipeline: Sendable {
    private let checks: [any MessageCheck]
    private let environment: CheckEnvironment
    private let metrics: CheckMetrics

    /// - Parameter factory: counts what the checks find and how long they take.
    package init(
        _ environment: CheckEnvironment, types: [any MessageCheck.Type] = FilterChecks.all,
        metrics factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.environment = environment
        checks = types.map { $0.init(environment) }
        metrics = CheckMetrics(checks: types.map { $0.name }, factory: factory)
    }

    /// Whether some check of the last phase wants to see the message's structure.
    package func needsContent(_ subject: FilterSubject) -> Bool {
        checks.contains { $0.needsContent && isWanted($0, subject, .message) }
    }

    /// Whether there is something to be looked at in mail of users and trusted networks that is left unchecked otherwise.
    package func concernsOwnMail(_ subject: FilterSubject) -> Bool {
        checks.contains { $0.concernsOwnMail && $0.isWanted(subject, at: .message) }
    }

    /// Whether content rules may ask where the message goes.
    package var needsDirection: Bool { !environment.contentRules.rules.isEmpty }

    private func isWanted(_ check: any MessageCheck, _ subject: FilterSubject, _ phase: FilterPhase) -> Bool {
        check.phases.contains(phase) && (check.concernsOwnMail || !subject.isOwnMail) && check.isWanted(subject, at: phase)
    }

    /// Whether an access list names hosts, so that `confirmedHostNames` are worth asking for.
    package var needsHostNames: Bool { environment.accessLists.lists.hasHosts }

    /// The names of an address that lead back to it; `nil` when DNS does not say in time.
    package func confirmedHostNames(of subject: FilterSubject) async -> [String]? {
        let resolver = environment.resolver
        let address = subject.address
        let found = CheckRace<ReverseNames.Finding>(count: 1)
        let task = Task {
            found.finish(0, await ReverseNames(resolver: resolver).look(address))
        }
        let limit = Duration.seconds(subject.settings.filtering.timeLimitSeconds)
        guard let finding = await found.wait(tasks: [task], limit: limit).first ?? nil, !finding.isUndecided else { return nil }
        return finding.confirmed
    }

    /// What all wanted checks of a phase find. Returns at the latest when the longest of their time limits is over; a check that is not
    /// done by its own counts as it says itself, usually as undecided.
    package func run(_ phase: FilterPhase, _ subject: FilterSubject) async -> [CheckResult] {
        await results(checks.filter { !$0.followsOthers && isWanted($0, subject, phase) }, subject, phase)
    }

    /// The same of those checks that want to know what the others found. They are not shown the content: it need not be held for them.
    /// - Parameter subject: with all that was found before.
    package func follow(_ phase: FilterPhase, _ subject: FilterSubject) async -> [CheckResult] {
        await results(checks.filter { $0.followsOthers && isWanted($0, subject, phase) }, subject, phase)
    }

    private func results(
        _ wanted: [any MessageCheck], _ subject: FilterSubject, _ phase: FilterPhase
    ) async -> [CheckResult] {
        guard !wanted.isEmpty else { return [] }
        let runs = await runs(wanted, subject, phase)
        for (check, run) in runs { metrics.ran(check, results: run.results, duration: run.duration) }
        return wanted.flatMap { runs[$0.name]?.results ?? [] }
    }

    /// Those that wait all at once.
    private func runs(_ wanted: [any MessageCheck], _ subject: FilterSubject, _ phase: FilterPhase) async -> [String: Run] {
        // Those with one limit run against one clock; there are as many clocks as limits.
        let groups = Dictionary(grouping: wanted.filter(\.mayWait)) { $0.timeLimit(subject) }
        let waits = groups.map { limit, checks in RunningChecks(checks, subject, phase, limit: limit) }
        var runs: [String: Run] = [:]
        for check in wanted where !check.mayWait { runs[check.name] = await Self.timed(check, subject, phase) }
        // The clocks began to run with the tasks: that of the last group is over when its limit is, whoever was waited for before.
        for wait in waits { runs.merge(await wait.runs(), uniquingKeysWith: { first, _ in first }) }
        return runs
    }

    /// Checks with one time limit, under way.
    private struct RunningChecks {
        private let checks: [any MessageCheck]
        private let subject: FilterSubject
        private let limit: Duration
        private let begun = ContinuousClock.now
        private let race: CheckRace<Run>
        /// Awaited by `runs`, which cancels those that are not done at the deadline.
        private let tasks: [Task<Void, Never>]

        init(_ checks: [any MessageCheck], _ subject: FilterSubject, _ phase: FilterPhase, limit: Duration) {
            let race = CheckRace<Run>(count: checks.count)
            self.checks = checks
            self.subject = subject
            self.limit = limit
            self.race = race
            tasks = checks.enumerated().map { index, check in
                Task { race.finish(index, await FilterPipeline.timed(check, subject, phase)) }
            }
        }

        func runs() async -> [String: Run] {
            let found = await race.wait(tasks: tasks, limit: max(.zero, limit - begun.duration(to: .now)))
            return Dictionary(
                uniqueKeysWithValues: zip(checks, found).map { check, run in
                    (check.name, run ?? Run(results: [overrun(check)], duration: limit))
                })
        }

        private func overrun(_ check: any MessageCheck) -> CheckResult {
            var result = check.overrun(subject)
            result.duration = limit
            return result
        }
    }

    /// One check's run for one message.
    private struct Run: Sendable {
        let results: [CheckResult]
        let duration: Duration
    }

    private static func timed(_ check: any MessageCheck, _ subject: FilterSubject, _ phase: FilterPhase) async -> Run {
        let begun = ContinuousClock.now
        var results = await check.find(subject, at: phase)
        let duration = begun.duration(to: .now)
        for index in results.indices where results[index].duration == .zero { results[index].duration = duration }
        return Run(results: results, duration: duration)
    }
}

/// Several tasks against one deadline. Whoever waits goes on at the deadline even if a task does not heed its cancellation.
final class CheckRace<Value: Sendable>: Sendable {
    private struct State {
        var values: [Value?]
        var remaining: Int
        var isOver = false
        var waiter: CheckedContinuation<[Value?], Never>?
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(values: Array(repeating: nil, count: count), remaining: count)) }

    func finish(_ index: Int, _ value: Value) {
        let waiter: (CheckedContinuation<[Value?], Never>, [Value?])? = state.withLock { state in
            state.values[index] = value
            state.remaining -= 1
            guard state.remaining == 0, let waiter = state.waiter else { return nil }
            state.waiter = nil
            return (waiter, state.values)
        }
        waiter?.0.resume(returning: waiter?.1 ?? [])
    }

    /// - Returns: one value for each task, `nil` for those that were not done.
    func wait(tasks: [Task<Void, Never>], limit: Duration) async -> [Value?] {
        let timer = DeadlineClock.shared.add(limit) { self.giveUp() }
        let values = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let done: [Value?]? = state.withLock { state in
                    guard state.remaining > 0, !state.isOver, !Task.isCancelled else { return state.values }
                    state.waiter = continuation
                    return nil
                }
                if let done { continuation.resume(returning: done) }
            }
        } onCancel: {
            giveUp()
        }
        DeadlineClock.shared.remove(timer)
        for task in tasks { task.cancel() }
        return values
    }

    private func giveUp() {
        let waiter: (CheckedContinuation<[Value?], Never>, [Value?])? = state.withLock { state in
            state.isOver = true
            guard let waiter = state.waiter else { return nil }
            state.waiter = nil
            return (waiter, state.values)
        }
        waiter?.0.resume(returning: waiter?.1 ?? [])
    }
}
