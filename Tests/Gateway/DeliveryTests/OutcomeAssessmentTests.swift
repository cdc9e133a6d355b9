import Mail
import MessageLog
import SMTP
import Settings
import Testing

@testable import Delivery

@Suite struct OutcomeAssessmentTests {
    private let later = DeliveryOutcome.deferred(DeliveryReply(SMTPReply(451, "later")))
    private let never = DeliveryOutcome.failed(DeliveryReply(SMTPReply(550, EnhancedStatusCode(.permanentFailure, 1, 1), "no such user")))
    private let done = DeliveryOutcome.delivered(DeliveryReply(SMTPReply(250, "ok")))

    private func assess(
        _ outcome: DeliveryOutcome, from: String = "sender@example.org", notify: DeliveryNotifyCondition? = nil, attempts: Int = 2,
        age: Duration = .zero, isDelayReported: Bool = false, serverNotifies: Bool = false, queuedAfter: Duration? = nil
    ) throws -> OutcomeAssessment {
        let recipients = try Fixture.recipients(
            "a@b.example", notify: notify, attempts: attempts, isDelayReported: isDelayReported,
            queuedAt: queuedAfter.map { Fixture.start.advanced(by: $0) })
        var report = AttemptReport(outcome: outcome, count: 1)
        report.serverNotifies = serverNotifies
        var generator = Fixture.Smallest()
        return OutcomeAssessment(
            Fixture.job(try Fixture.message(from: from), recipients), report, schedule: RetrySchedule(DeliverySettings()),
            node: Fixture.node,
            now: Fixture.start.advanced(by: age), using: &generator)
    }

    @Test func `delivered ends the row`() throws {
        let assessment = try assess(done)
        #expect(assessment.outcomes.first?.change == .finished(.delivered) && assessment.outcomes.first?.attempts == 2)
        #expect(assessment.outcomes.first?.event.kind == .delivered && assessment.outcomes.first?.event.attempt == 3)
        #expect(assessment.reported.isEmpty)
    }

    @Test func `deferred comes again by the schedule`() throws {
        let next = Fixture.start.advanced(by: .seconds(300))
        #expect(try assess(later).outcomes.first?.change == .deferred(nextAttemptAt: next, isDelayReported: false))
    }

    @Test func `expired fails with its own status and the last reply`() throws {
        let assessment = try assess(later, age: .seconds(5 * 86400))
        #expect(assessment.outcomes.first?.change == .finished(.failed) && assessment.outcomes.first?.event.kind == .expired)
        #expect(assessment.reported.first?.reply.status.description == "5.4.7")
        #expect(assessment.reported.first?.reply.text.contains("451 later") == true)
    }

    @Test func `what was released from quarantine late is tried as long as any other`() throws {
        let released = Duration.seconds(6 * 86400)
        let assessment = try assess(later, notify: .on([.failure, .delay]), age: released + .seconds(60), queuedAfter: released)
        #expect(assessment.outcomes.first?.event.kind == .deferred && assessment.reported.isEmpty)
        let end = try assess(later, age: released + .seconds(5 * 86400), queuedAfter: released)
        #expect(end.outcomes.first?.event.kind == .expired)
    }

    @Test func `given back counts no attempt`() throws {
        let assessment = try assess(.givenBack, age: .seconds(9 * 86400))
        #expect(assessment.outcomes.first?.change == .givenBack && assessment.outcomes.first?.event.attempt == 0)
    }

    @Test(arguments: [
        (DeliveryNotifyCondition?.none, true), (.never, false), (.on(.failure), true), (.on([.success, .delay]), false),
    ])
    func `failures are reported unless the sender does not want it`(notify: DeliveryNotifyCondition?, isReported: Bool) throws {
        #expect(try assess(never, notify: notify).reported.map(\.action) == (isReported ? [.failed] : []))
    }

    @Test func `a report about a report is never made`() throws {
        let assessment = try assess(never, from: "", notify: .on([.failure, .success]))
        #expect(assessment.reported.isEmpty && assessment.outcomes.first?.change == .finished(.failed))
        #expect(try assess(done, from: "", notify: .on(.success)).reported.isEmpty)
        #expect(try assess(later, from: "", notify: .on(.delay), age: .seconds(5 * 3600)).reported.isEmpty)
    }

    @Test(arguments: [(false, ["relayed"]), (true, [])])
    func `success is reported only when the next hop does not`(serverNotifies: Bool, actions: [String]) throws {
        #expect(try assess(done, notify: .on(.success), serverNotifies: serverNotifies).reported.map(\.action.rawValue) == actions)
    }

    @Test func `a delay is reported once, late enough, to who asked for it`() throws {
        let hours = Duration.seconds(5 * 3600)
        let told = try assess(later, notify: .on(.delay), age: hours)
        #expect(
            told.reported.first?.action == .delayed && told.reported.first?.retryUntil == Fixture.start.advanced(by: .seconds(5 * 86400)))
        guard case .deferred(_, isDelayReported: true) = told.outcomes.first?.change else {
            Issue.record("the row does not know that the delay was reported")
            return
        }
        #expect(told.outcomes.first?.event.kind == .delayReported)
        #expect(try assess(later, notify: .on(.delay), age: hours, isDelayReported: true).reported.isEmpty)
        #expect(try assess(later, notify: .on(.delay), age: .seconds(3600)).reported.isEmpty)
        #expect(try assess(later, age: hours).reported.isEmpty)
    }
}
