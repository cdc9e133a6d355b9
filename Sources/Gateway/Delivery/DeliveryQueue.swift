import Logging
package import MessageLog
import Settings
package import SharedFolders
import Synchronization

/// The entry of accepted mail into the queue, and what a node holds of it in memory. `MailFlow` submits; `QueueRunner` delivers.
package final class DeliveryQueue: Sendable {
    let environment: DeliveryEnvironment
    let active = ActiveRecipients()
    let recorder: OutcomeRecorder
    let dispatcher: DeliveryDispatcher
    let gate = DeliveryGate()
    /// Says that rows may be due; several in a row count once.
    private let waker: Mutex<(stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation)>
    private let isRunning = Mutex(false)

    package init(_ environment: DeliveryEnvironment) {
        self.environment = environment
        let metrics = DeliveryMetrics()
        let recorder = OutcomeRecorder(environment, active: active, metrics: metrics)
        let dispatcher = DeliveryDispatcher(environment, recorder: recorder, metrics: metrics)
        recorder.setHandOver { [weak dispatcher] lease, content in dispatcher?.accept(lease, content) ?? false }
        self.recorder = recorder
        self.dispatcher = dispatcher
        waker = Mutex(AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1)))
    }

    /// For one run of deliveries: a stream ends for good with the task that reads it.
    func beginWakes() -> AsyncStream<Void> {
        let fresh = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        waker.withLock { $0 = fresh }
        return fresh.stream
    }

    /// Makes a message durable and sees to its delivery. When it returns, the rows are committed: 250 may be answered.
    ///
    /// With room in memory the rows are held by this node from the start and delivered at once from `content`; otherwise they are free
    /// for any node.
    /// - Parameters:
    ///   - recipients: at least one.
    ///   - refused: recipients of the same transaction that were refused; logged only.
    ///   - content: already durable, under the message's identifier.
    ///   - deadline: how long the commit may take.
    /// - Throws: `.unavailable` when it is not known to be written in time; should rows held by this node have been written after all,
    ///   they are withdrawn as soon as the database answers, so that the sender may come again. `.refused` and `.declaredDead`:
    ///   nothing was written. The content is the caller's to remove in each case.
    package func submit(
        _ message: QueuedMessage, recipients: [QueuedRecipient], log: MessageLogEntry, refused: [RecipientLogEntry],
        content: MessageContent, deadline: Duration
    ) async throws(DeliveryQueueError) {
        let limit = environment.settings.delivery.activeRecipients
        let isHeld = isRunning.withLock { $0 } && active.reserve(recipients.count, limit: limit)
        let submission = QueueSubmission(message: message, recipients: recipients, log: log, refused: refused, isHeld: isHeld)
        do throws(DeliveryQueueError) {
            try await environment.store.enqueue(submission, deadline: deadline)
        } catch {
            if isHeld { forgetFailed(submission, error) }
            throw error
        }
        guard isHeld else { return wake() }
        let lease = DeliveryLease(message: message, recipients: recipients, isWhole: true)
        if !dispatcher.accept(lease, content) { await giveBack(lease) }
    }

    /// Rows may have become due: look now.
    package func wake() { _ = waker.withLock(\.continuation).yield() }

    /// An administrator pressed retry or release: rows are due, and destinations that failed a moment ago are tried all the same.
    package func retryNow() {
        dispatcher.liftPauses()
        wake()
    }

    /// From now on nothing is delivered, what runs is let finish, and what is in this node's hand is the others'; or it goes on.
    package func setPaused(_ pause: DeliveryPause, _ isPaused: Bool) { gate.set(pause, isPaused) }

    /// Paused: nothing runs, and every row was given back.
    package var isAtRest: Bool { gate.isAtRest }

    /// Recipients this node holds in memory.
    package var activeRecipientCount: Int { active.count }

    /// Outbound connections open or being opened.
    package var connectionCount: Int { dispatcher.connectionCount }

    /// From now on fresh mail is kept for delivery from memory, or no more.
    func setRunning(_ isRunning: Bool) { self.isRunning.withLock { $0 = isRunning } }

    /// The reservation passes to the withdrawal, or ends.
    private func forgetFailed(_ submission: QueueSubmission, _ error: DeliveryQueueError) {
        switch error {
        case .unavailable: recorder.withdraw(submission, cause: "the sender was told to come again (\(error))")
        case .declaredDead, .refused: active.release(submission.recipients.count)
        }
    }

    /// The runner has stopped between the commit and here. Should this fail too, the rows are free once this incarnation has ended.
    private func giveBack(_ lease: DeliveryLease) async {
        active.release(lease.recipients.count)
        do throws(DeliveryQueueError) {
            _ = try await environment.store.record(
                OutcomeAssessment.giveBack(lease, node: environment.node.identifier, now: environment.now()))
        } catch {
            environment.logger.warning(
                "rows could not be given back", metadata: ["message": "\(lease.message.identifier)", "cause": "\(error)"])
        }
    }
}
