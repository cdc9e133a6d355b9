import Foundation
import Logging
import MessageLog
import ServiceLifecycle
import Settings
import Synchronization

/// Removes what is older than the settings keep it: once for each local date, from midnight on, and when an administrator asks. What a
/// crash or a lost database breaks off is gone on with.
struct MaintenanceRunner: Service {
    let store: any MaintenanceStore
    let settings: CurrentSettings
    let requests: MaintenanceRequests
    var transcripts: TranscriptRetention?
    let logger: Logger
    /// Only the primary does it (R7); the database's fence holds even against one that only believes to be it.
    var isPrimary: @Sendable () -> Bool = { true }

    /// How soon after midnight, after a failure, and while another node has it in hand, it is looked at.
    private static let interval = Duration.seconds(30)
    private static let idleInterval = Duration.seconds(2)
    /// Between two batches, so that mail has the database in between.
    private static let pause = Duration.milliseconds(20)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var agenda = MaintenanceAgenda()
            while !Task.isCancelled {
                await work(on: &agenda, now: .now())
                await rest()
            }
        }
    }

    /// One that is not the primary looks often: the role may come at any moment.
    private func rest() async {
        guard !isPrimary() else { return await requests.wait(atMost: Self.interval) }
        try? await Task.sleep(for: Self.idleInterval)  // cancellation ends the loop of `run`
    }

    /// One look at what is due. What is not done then is due at the next look too.
    func work(on agenda: inout MaintenanceAgenda, now: UTCTime) async {
        guard isPrimary() else { return }
        if requests.take() { agenda.ask(at: now) }
        let today = Self.localDate(now)
        // Unreadable, they are found at the next look.
        if let unfinished = try? await store.unfinishedMaintenance() { agenda.find(unfinished) }
        for key in agenda.due(on: today) {
            if await perform(key, now: now) { agenda.finish(key, on: today) }
        }
    }

    /// - Returns: whether nothing is left to do for this key.
    private func perform(_ key: String, now: UTCTime) async -> Bool {
        do throws(MessageLogError) {
            switch try await store.beginMaintenance(key) {
            case .done: return true
            case .taken: return false
            case .begun: return try await complete(key, now: now)
            }
        } catch {
            logger.warning("maintenance stopped and is gone on with", metadata: ["run": "\(key)", "cause": "\(error)"])
            // The cause is in the log already; the row is for those who look at the page.
            try? await store.endMaintenance(key, cause: "\(error)")
            return false
        }
    }

    private func complete(_ key: String, now: UTCTime) async throws(MessageLogError) -> Bool {
        await transcripts?.removeOld(now: now)
        let removed = try await removeAll(key, now: now)
        guard !Task.isCancelled else { return false }
        try await store.endMaintenance(key, cause: nil)
        logger.notice("maintenance done", metadata: ["run": "\(key)", "rows": "\(removed)"])
        return true
    }

    private func removeAll(_ key: String, now: UTCTime) async throws(MessageLogError) -> Int {
        let retention = settings.snapshot.settings.retention
        var removed = 0
        for step in MaintenanceStep.allCases {
            var position: RecordIdentifier?
            repeat {
                let batch = try await store.removeBatch(step, before: step.cutoff(retention, now: now), after: position, in: key)
                removed += batch.removed
                position = batch.next
                try? await Task.sleep(for: Self.pause)  // cancellation ends the loop
            } while position != nil && !Task.isCancelled
        }
        return removed
    }

    /// `2026-11-27` in the machine's zone.
    static func localDate(_ time: UTCTime) -> String {
        var seconds = time_t(time.milliseconds / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
    }
}

/// An administrator's wish for maintenance now.
final class MaintenanceRequests: Sendable {
    private let isWanted = Mutex(false)

    private static let step = Duration.seconds(1)

    func ask() { isWanted.withLock { $0 = true } }

    func take() -> Bool {
        isWanted.withLock { wanted in
            defer { wanted = false }
            return wanted
        }
    }

    /// Returns soon after somebody asks, or after `duration`.
    func wait(atMost duration: Duration) async {
        let end = ContinuousClock.now.advanced(by: duration)
        while ContinuousClock.now < end, !isWanted.withLock({ $0 }), !Task.isCancelled {
            try? await Task.sleep(for: Self.step)  // cancellation ends the wait
        }
    }
}
