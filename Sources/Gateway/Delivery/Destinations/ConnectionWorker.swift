import DNS
import Mail
import NIOCore
import SMTP
import Settings

/// One connection to one destination, delivering one job after the other; opened when the first job is there, kept a little when
/// there is none, replaced after so many messages. One task for its whole life.
struct ConnectionWorker: Sendable {
    let identifier: DeliverySchedule.WorkerID
    let nextHop: NextHop
    let dispatcher: DeliveryDispatcher
    let recorder: OutcomeRecorder
    let environment: DeliveryEnvironment
    let metrics: DeliveryMetrics

    func run() async {
        var session: SMTPClientSession?
        var served = 0
        var messages = 0
        while let job = await dispatcher.next(identifier, of: nextHop, served: served, canPark: session?.isActive ?? false) {
            let settings = environment.settings
            if messages >= settings.delivery.messagesPerConnection || session?.isActive == false { leave(&session) }
            if session == nil { messages = 0 }
            guard await deliver(job, &session, settings) else { break }
            served += 1
            messages += 1
        }
        leave(&session)
        dispatcher.ended(identifier, nextHop)
    }

    /// - Returns: whether the worker goes on.
    private func deliver(_ job: DeliveryJob, _ session: inout SMTPClientSession?, _ settings: GatewaySettings) async -> Bool {
        let isReused = session != nil
        guard await open(&session, for: job, settings), let first = session else { return false }
        var attempt = await DeliveryAttempt(job: job, environment: environment).run(over: first)
        if isReused && attempt.isUnanswered {
            // The server had closed the kept connection; that says nothing about the message.
            leave(&session)
            guard await open(&session, for: job, settings), let second = session else { return false }
            attempt = await DeliveryAttempt(job: job, environment: environment).run(over: second)
        }
        if attempt.isUnanswered && Task.isCancelled {
            attempt.report.outcomes = attempt.report.outcomes.map { _ in .givenBack }
        }
        recorder.settle(job, attempt.report)
        if attempt.isConnectionLost {
            leave(&session)
            if let outcome = attempt.report.outcomes.first(where: { if case .deferred = $0 { true } else { false } }) {
                dispatcher.connectionLost(nextHop, outcome)
            }
        } else {
            dispatcher.succeeded(nextHop)
        }
        return true
    }

    private func open(_ session: inout SMTPClientSession?, for job: DeliveryJob, _ settings: GatewaySettings) async -> Bool {
        guard session == nil else { return true }
        do throws(RouteFailure) {
            let opened = try await NextHopConnector(environment: environment).open(nextHop, settings)
            session = opened
            dispatcher.opened(opened, by: identifier, nextHop)
            return true
        } catch {
            if Task.isCancelled {
                recorder.settle(job, AttemptReport(outcome: .givenBack, count: job.recipients.count))
            } else {
                dispatcher.connectionFailed(nextHop, job, error.isPermanent ? .failed(error.reply) : .deferred(error.reply))
            }
            return false
        }
    }

    /// Ends the connection politely, whatever its state.
    private func leave(_ session: inout SMTPClientSession?) {
        guard let old = session else { return }
        old.quit()
        session = nil
        dispatcher.closed(by: identifier, nextHop)
    }
}
