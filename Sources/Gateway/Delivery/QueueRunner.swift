import Logging
import ServiceLifecycle
import Settings
import SharedFolders

/// Delivers the queue: takes due rows while memory has room, hands them to connections, and at a stop or a pause lets running attempts finish
/// and gives everything back. One for each node, run once.
package struct QueueRunner: Service {
    private let queue: DeliveryQueue

    /// Recipients claimed at a time.
    static let claimBatch = 500
    static let tickInterval = Duration.seconds(1)
    /// Ticks between two polls while nothing was due; fresh mail does not wait for them.
    static let idleTicks = 5
    /// How long a stop waits for outcomes to be written.
    private let recordingGrace: Duration
    /// And then for those whose report is given up.
    private static let lastGrace = Duration.seconds(3)
    static let giveBackTries = 3
    /// In a pause: a claim whose answer was lost may still come to its commit.
    private static let restInterval = Duration.seconds(5)

    package init(_ queue: DeliveryQueue, recordingGrace: Duration = .seconds(10)) {
        self.queue = queue
        self.recordingGrace = recordingGrace
    }

    /// Stops as a graceful shutdown does.
    package func beginStop() { queue.gate.beginStop() }

    /// Returns when everything has ended. Attempts that run at a graceful stop get the setting `shutdown-grace` to finish.
    package func run() async throws {
        // Tasks of their own, awaited below: when a service that failed takes this one with it, what has been delivered must still
        // be written, or it is delivered twice.
        let recording = Task { await queue.recorder.run() }
        await withGracefulShutdownHandler {
            repeat {
                await deliver()
                await pause()
            } while !queue.gate.isStopping && !Task.isCancelled
        } onGracefulShutdown: {
            beginStop()
        }
        await Task { await finish() }.value
        recording.cancel()
        await recording.value
    }

    /// Outcomes are written, reports that cannot be stored are given up, and all other rows go back.
    private func finish() async {
        await drained(within: recordingGrace) { queue.recorder.isIdle }
        queue.recorder.endReports()
        await drained(within: Self.lastGrace) { queue.recorder.isIdle }
        await giveBackAll()
    }

    /// Nothing is in this node's hand until the gate opens: outcomes are written however long that takes, then all rows go back, now and
    /// every few seconds. Returns at once at a stop.
    private func pause() async {
        await drained(within: recordingGrace) { queue.recorder.isIdle || isEnding }
        guard !isEnding else { return }
        queue.recorder.endReports()
        while !isEnding, queue.gate.isClosed || !queue.gate.isAtRest {
            if queue.recorder.isIdle { queue.gate.setAtRest(await gaveBack()) }
            await drained(within: queue.gate.isAtRest ? Self.restInterval : Self.tickInterval, looking: .milliseconds(100)) {
                isEnding || queue.gate.isAtRest && !queue.gate.isClosed
            }
        }
        queue.gate.setAtRest(false)
        queue.recorder.beginReports()
    }

    private var isEnding: Bool { queue.gate.isStopping || Task.isCancelled }

    private func gaveBack() async -> Bool {
        do throws(DeliveryQueueError) {
            try await queue.environment.store.giveBackAll()
            return true
        } catch {
            queue.environment.logger.warning("rows could not be given back", metadata: ["cause": "\(error)"])
            return false
        }
    }

    /// Until the gate closes.
    private func deliver() async {
        guard !queue.gate.isClosed else { return }
        queue.dispatcher.begin()
        let wakes = queue.beginWakes()
        await withDiscardingTaskGroup { working in
            working.addTask { await queue.dispatcher.run() }
            working.addTask { await tick() }
            working.addTask { await poll(wakes) }
            queue.setRunning(true)
            queue.wake()
            // Ends when a stop or a pause begins, or this task is cancelled.
            if !queue.gate.isClosed { for await _ in queue.gate.changes where queue.gate.isClosed { break } }
            queue.setRunning(false)
            queue.dispatcher.stop()
            let grace = Duration.seconds(queue.environment.settings.reception.shutdownGraceSeconds)
            await drained(within: grace) { queue.dispatcher.connectionCount == 0 }
            working.cancelAll()
        }
    }

    /// Waits until a condition holds or this task is cancelled. Only at a stop and in a pause, where looking now and then is good enough.
    private func drained(within limit: Duration, looking step: Duration = .milliseconds(20), _ condition: () -> Bool) async {
        let end = ContinuousClock.now + limit
        while !condition() && ContinuousClock.now < end && !Task.isCancelled {
            try? await Task.sleep(for: step)  // cancellation ends the loop
        }
    }

    private func giveBackAll() async {
        for number in 1...Self.giveBackTries {
            do throws(DeliveryQueueError) {
                return try await queue.environment.store.giveBackAll()
            } catch {
                queue.environment.logger.warning("rows could not be given back", metadata: ["cause": "\(error)", "try": "\(number)"])
                guard error != .declaredDead else { return }
            }
            try? await Task.sleep(for: .milliseconds(500))  // a cancelled wait only makes the next try come sooner
        }
    }
}

extension QueueRunner {
    private func tick() async {
        var count = 0
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.tickInterval)  // cancellation ends the loop above
            queue.dispatcher.tick()
            count += 1
            if count % Self.idleTicks == 0 { queue.wake() }
        }
    }

    /// Claims what is due. While there is more than one batch, the next follows at once; while memory is full, a second later.
    private func poll(_ wakes: AsyncStream<Void>) async {
        for await _ in wakes {
            var claim = await claim()
            while claim != .nothing && !Task.isCancelled {
                if claim == .full { try? await Task.sleep(for: Self.tickInterval) }  // cancellation ends the loop
                claim = await self.claim()
            }
        }
    }

    private enum Claim {
        case more, full, nothing
    }

    private func claim() async -> Claim {
        let environment = queue.environment
        let room = environment.settings.delivery.activeRecipients - queue.active.count
        guard room > 0 else { return .full }
        let limit = min(room, Self.claimBatch)
        do throws(DeliveryQueueError) {
            let leases = try await environment.store.claimDue(limit: limit)
            var claimed = 0
            for lease in leases {
                claimed += lease.recipients.count
                queue.active.add(lease.recipients.count)
                let content = MessageContent.file(StoredMessage(identifier: lease.message.identifier))
                // Stopped meanwhile: these rows go back with all others.
                if !queue.dispatcher.accept(lease, content) { queue.active.release(lease.recipients.count) }
            }
            return claimed >= limit ? .more : .nothing
        } catch {
            environment.logger.warning("due mail could not be claimed", metadata: ["cause": "\(error)"])
            return .nothing
        }
    }
}
