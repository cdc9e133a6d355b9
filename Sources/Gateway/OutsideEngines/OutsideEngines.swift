package import Logging
package import Metrics
package import NIOCore
import ScannerProtocols
package import Settings
import Synchronization

/// Gives messages to engines. `Filtering`'s checks ask by this; its implementation is `OutsideEngines`.
package protocol EngineScanner: Sendable {
    /// Answers within the engine's time limit, whatever the engine does; the content is not read afterwards.
    func scan(
        _ content: any EngineContent, _ envelope: EngineEnvelope, with engine: OutsideEngine, _ settings: GatewaySettings
    ) async -> EngineReport
}

/// The engines of this node: connections within their limits, health, and a breaker each, so that one that is away costs mail no time.
package final class OutsideEngines: EngineScanner, EngineOverseer {
    private struct Course {
        var server: EngineAddress?
        var breaker = EngineBreaker()
        var health = EngineStanding.Health.unknown
        var answered = 0
        var failed = 0
        var version = ""
        var lastLook: ContinuousClock.Instant?
    }

    private final class Entry: Sendable {
        let slots = EngineSlots()
        let course = Mutex(Course())
        let metrics: EngineMetrics

        init(_ metrics: EngineMetrics) { self.metrics = metrics }
    }

    private let entries: [OutsideEngine: Entry]
    private let group: any EventLoopGroup
    private let logger: Logger

    private let lookTime: Duration

    /// How often an engine is looked at that works.
    private static let lookInterval = Duration.seconds(30)

    /// - Parameter lookTime: how long a look may take; it must not hold up the next.
    package init(
        group: any EventLoopGroup, logger: Logger, metrics factory: any MetricsFactory = MetricsSystem.factory,
        lookTime: Duration = .seconds(5)
    ) {
        self.lookTime = lookTime
        self.group = group
        self.logger = logger
        entries = Dictionary(uniqueKeysWithValues: OutsideEngine.allCases.map { ($0, Entry(EngineMetrics($0, factory: factory))) })
    }

    package func scan(
        _ content: any EngineContent, _ envelope: EngineEnvelope, with engine: OutsideEngine, _ settings: GatewaySettings
    ) async -> EngineReport {
        let connection = engine.connection(settings)
        guard content.byteCount <= connection.maximumBytes else { return .tooLarge }
        guard let entry = entries[engine] else { return .failed(.busy) }
        if let failure = admit(entry, connection) {
            entry.metrics.failed(failure)
            entry.course.withLock { $0.failed += 1 }
            return .failed(failure)
        }
        let begun = ContinuousClock.now
        guard await entry.slots.take(limit: connection.maximumConnections, within: connection.timeLimit) else {
            entry.metrics.failed(.busy)
            entry.course.withLock { $0.failed += 1 }
            return .failed(.busy)
        }
        defer { entry.slots.release() }
        let waited = begun.duration(to: .now)
        let exchange = EngineExchange(server: connection.server, group: group, limit: max(.milliseconds(1), connection.timeLimit - waited))
        do throws(EngineFailure) {
            let report = try await ask(engine, content, envelope, exchange, settings)
            succeeded(engine, entry, connection, in: begun.duration(to: .now))
            return report
        } catch {
            // Whoever gave up the message early says nothing of the engine; after its time, in which its name's address was not found
            // perhaps, he does.
            let isLate = begun.duration(to: .now) >= connection.timeLimit
            if isLate || !Task.isCancelled { failed(engine, entry, settings, Task.isCancelled ? .timedOut : error) }
            return .failed(error)
        }
    }

    /// Asks an engine for a sign of life now, enabled or not, and lets mail wait for it again when it answers.
    package func tryConnection(_ engine: OutsideEngine, _ settings: GatewaySettings) async -> EngineTrial {
        let connection = engine.connection(settings)
        let begun = ContinuousClock.now
        let result: Result<String, EngineFailure>
        do throws(EngineFailure) {
            result = .success(try await greet(engine, EngineExchange(server: connection.server, group: group, limit: lookTime)))
        } catch {
            result = .failure(error)
        }
        if connection.isEnabled { looked(engine, connection, result) }
        return EngineTrial(engine: engine, server: connection.server, result: result, duration: begun.duration(to: .now))
    }

    /// What is known of each, in their order.
    package func standings(_ settings: GatewaySettings) -> [EngineStanding] {
        OutsideEngine.allCases.map { engine in
            let connection = engine.connection(settings)
            let course = entries[engine]?.course.withLock { $0 } ?? Course()
            let isSame = connection.isEnabled && course.server == connection.server
            return EngineStanding(
                engine: engine, isEnabled: connection.isEnabled, server: connection.server, health: isSame ? course.health : .unknown,
                answered: course.answered, failed: course.failed, version: isSame ? course.version : "")
        }
    }

    /// Looks at the engines that are enabled and due for it: the paused ones when their pause is over, the others now and then.
    package func lookAround(_ settings: GatewaySettings) async {
        await withTaskGroup(of: Void.self) { group in
            for engine in OutsideEngine.allCases {
                let connection = engine.connection(settings)
                guard let entry = entries[engine], isDue(entry, connection) else { continue }
                group.addTask { _ = await self.tryConnection(engine, settings) }
            }
        }
    }

    private func isDue(_ entry: Entry, _ connection: EngineConnection) -> Bool {
        guard connection.isEnabled else {
            entry.metrics.isAway(false)
            return false
        }
        let now = ContinuousClock.now
        return entry.course.withLock { course in
            follow(&course, connection)
            guard course.breaker.admits else { return course.breaker.isDueForLook(now) }
            guard let last = course.lastLook else { return true }
            // One that has just failed is looked at sooner, so that mail need not find out whether it is away.
            let isFailing = if case .failing = course.health { true } else { false }
            return last.duration(to: now) >= (isFailing ? min(Self.lookInterval, .seconds(connection.pauseSeconds)) : Self.lookInterval)
        }
    }

    /// What is known of another server is worth nothing.
    private func follow(_ course: inout Course, _ connection: EngineConnection) {
        guard course.server != connection.server else { return }
        course = Course(server: connection.server, answered: course.answered, failed: course.failed)
    }

    /// - Returns: why the engine is not asked.
    private func admit(_ entry: Entry, _ connection: EngineConnection) -> EngineFailure? {
        entry.course.withLock { course in
            follow(&course, connection)
            guard !course.breaker.admits, case .paused(_, let failure) = course.health else { return nil }
            return .paused(failure.text)
        }
    }

    private func ask(
        _ engine: OutsideEngine, _ content: any EngineContent, _ envelope: EngineEnvelope, _ exchange: EngineExchange,
        _ settings: GatewaySettings
    ) async throws(EngineFailure) -> EngineReport {
        switch engine {
        case .clamAV: try await ClamdClient(exchange: exchange).scan(content)
        case .spamAssassin: .opinion(try await SpamdClient(exchange: exchange).scan(content, envelope, user: settings.spamAssassin.user))
        case .rspamd: .opinion(try await RspamdClient(exchange: exchange).scan(content, envelope))
        }
    }

    /// - Returns: what it calls itself.
    private func greet(_ engine: OutsideEngine, _ exchange: EngineExchange) async throws(EngineFailure) -> String {
        switch engine {
        case .clamAV: try await ClamdClient(exchange: exchange).version()
        case .spamAssassin: try await SpamdClient(exchange: exchange).ping()
        case .rspamd: try await RspamdClient(exchange: exchange).ping()
        }
    }

    private func succeeded(_ engine: OutsideEngine, _ entry: Entry, _ connection: EngineConnection, in duration: Duration) {
        entry.metrics.answered(in: duration)
        update(engine, entry, connection) { course in
            course.answered += 1
            course.breaker.succeeded()
        } failure: {
            nil
        }
    }

    private func failed(_ engine: OutsideEngine, _ entry: Entry, _ settings: GatewaySettings, _ failure: EngineFailure) {
        let connection = engine.connection(settings)
        entry.metrics.failed(failure)
        guard failure.isEnginesFault else { return entry.course.withLock { $0.failed += 1 } }
        var isDoubted = false
        update(engine, entry, connection) { course in
            course.failed += 1
            if failure == .timedOut {
                isDoubted = course.breaker.timedOut()
            } else {
                course.breaker.failed(at: .now, pause: .seconds(connection.pauseSeconds))
            }
        } failure: {
            failure
        }
        // Some messages are slow to look through; only an engine that gives no sign of life either is away. Awaited by nobody: one at a
        // time, and over within `lookTime`.
        if isDoubted { Task { _ = await self.tryConnection(engine, settings) } }
    }

    private func looked(_ engine: OutsideEngine, _ connection: EngineConnection, _ result: Result<String, EngineFailure>) {
        guard let entry = entries[engine] else { return }
        switch result {
        case .success(let version):
            update(engine, entry, connection) { course in
                course.lastLook = .now
                course.version = version
                course.breaker.answeredLook()
            } failure: {
                nil
            }
        case .failure(let failure):
            update(engine, entry, connection) { course in
                course.lastLook = .now
                course.breaker.failedLook(at: .now, pause: .seconds(connection.pauseSeconds))
            } failure: {
                failure
            }
        }
    }

    /// Changes what is known, and says in log and metrics when mail does not wait for the engine any more, or again.
    private func update(
        _ engine: OutsideEngine, _ entry: Entry, _ connection: EngineConnection, _ change: (inout Course) -> Void,
        failure: () -> EngineFailure?
    ) {
        let failure = failure()
        let (before, after): (EngineStanding.Health, EngineStanding.Health) = entry.course.withLock { course in
            follow(&course, connection)
            let before = course.health
            change(&course)
            course.health = Self.health(after: before, failure, isPaused: !course.breaker.admits)
            return (before, course.health)
        }
        entry.metrics.isAway(after.isPaused)
        guard before.isPaused != after.isPaused else { return }
        let facts: Logger.Metadata = ["engine": "\(engine.name)", "server": "\(connection.server)"]
        if let failure {
            logger.warning("no mail waits for an engine that is away", metadata: facts.merging(["cause": "\(failure.text.english)"]) { $1 })
        } else {
            logger.notice("an engine is back", metadata: facts)
        }
    }

    private static func health(
        after before: EngineStanding.Health, _ failure: EngineFailure?, isPaused: Bool
    ) -> EngineStanding.Health {
        guard let failure else {
            if case .working = before { return before }
            return .working(since: .now())
        }
        let since: UTCTime =
            switch before {
            case .failing(let since, _), .paused(let since, _): since
            case .unknown, .working: .now()
            }
        return isPaused ? .paused(since: since, failure) : .failing(since: since, failure)
    }
}

extension EngineStanding.Health {
    package var isPaused: Bool {
        switch self {
        case .paused: true
        case .unknown, .working, .failing: false
        }
    }
}

/// For where there are none: everything is clean.
package struct NoEngines: EngineScanner, EngineOverseer {
    package init() {}

    package func scan(
        _ content: any EngineContent, _ envelope: EngineEnvelope, with engine: OutsideEngine, _ settings: GatewaySettings
    ) async -> EngineReport { .failed(.unreachable("there are no engines")) }

    package func standings(_ settings: GatewaySettings) -> [EngineStanding] {
        OutsideEngine.allCases.map { engine in
            let connection = engine.connection(settings)
            return EngineStanding(
                engine: engine, isEnabled: connection.isEnabled, server: connection.server, health: .unknown, answered: 0, failed: 0,
                version: "")
        }
    }

    package func tryConnection(_ engine: OutsideEngine, _ settings: GatewaySettings) async -> EngineTrial {
        EngineTrial(
            engine: engine, server: engine.connection(settings).server, result: .failure(.unreachable("there are no engines")),
            duration: .zero)
    }
}
