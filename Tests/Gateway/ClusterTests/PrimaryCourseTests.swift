import Settings
import Synchronization
import Testing

@testable import Cluster

/// What a node does about the primary role.
struct PrimaryCourseTests {
    private static let own = Incarnation(node: NodeID(RecordIdentifier(high: 1, low: 1)), number: 3)
    private static let other = Incarnation(node: NodeID(RecordIdentifier(high: 1, low: 2)), number: 1)
    private let start = ContinuousClock.now
    private var course = PrimaryCourse(own: own)

    private static func record(
        _ holder: Incarnation? = other, last: NodeID? = other.node, counter: Int64 = 7, designated: NodeID? = nil, isInService: Bool = true
    ) -> PrimaryRecord {
        PrimaryRecord(
            holder: holder, lastHolder: holder?.node ?? last, epoch: 4, counter: counter, designated: designated,
            isDesignatedInService: isInService)
    }

    private mutating func step(
        _ record: PrimaryRecord, at second: Int, isDesignatedSilent: Bool = false, takesOver: Bool = true
    ) -> PrimaryCourse.Step {
        course.next(record, isDesignatedSilent: isDesignatedSilent, takesOver: takesOver, at: start + .seconds(second))
    }

    /// The last of readings every second.
    private mutating func step(
        _ record: PrimaryRecord, from: Int = 0, until seconds: Int, takesOver: Bool = true
    ) -> PrimaryCourse.Step {
        var last = PrimaryCourse.Step.wait
        for second in from...seconds { last = step(record, at: second, takesOver: takesOver) }
        return last
    }

    @Test mutating func `a free role is taken at once`() {
        let taken = step(Self.record(nil, last: nil), at: 0)
        #expect(taken == .take)
    }

    @Test mutating func `what an earlier start of this node held is taken at once`() {
        let taken = step(Self.record(Incarnation(node: Self.own.node, number: 2)), at: 0)
        #expect(taken == .take)
    }

    @Test mutating func `a held role is taken after a full term of silence and not before`() {
        let before = step(Self.record(), until: 14)
        #expect(before == .wait)
        let after = step(Self.record(), at: 15)
        #expect(after == .take)
    }

    @Test mutating func `a node that leaves gives the role back, and takes no free one`() {
        let given = course.next(
            Self.record(Self.own), isDesignatedSilent: false, takesOver: true, isLeaving: true, at: start)
        #expect(given == .giveBack)
        let free = course.next(Self.record(nil), isDesignatedSilent: false, takesOver: true, isLeaving: true, at: start + .seconds(1))
        #expect(free == .wait)
        let designated = course.next(
            Self.record(nil, designated: Self.own.node), isDesignatedSilent: false, takesOver: true, isLeaving: true,
            at: start + .seconds(2))
        #expect(designated == .wait)
    }

    @Test mutating func `silence is told of a holder that went, and of none that gave the role back`() {
        _ = step(Self.record(), until: 15)
        #expect(course.silence(of: Self.record(), at: start + .seconds(15)) == .seconds(15))
        #expect(course.silence(of: Self.record(nil), at: start + .seconds(15)) == nil)
    }

    @Test mutating func `a sign of life starts the term again`() {
        _ = step(Self.record(), until: 14)
        let before = step(Self.record(counter: 8), from: 15, until: 29)
        #expect(before == .wait)
        let after = step(Self.record(counter: 8), at: 30)
        #expect(after == .take)
    }

    @Test mutating func `silence while nobody looked counts for nothing`() {
        _ = step(Self.record(), until: 10)
        let suspended = step(Self.record(), from: 3_600, until: 3_614)
        #expect(suspended == .wait)
        course.readingFailed()
        let cutOff = step(Self.record(), from: 3_615, until: 3_629)
        #expect(cutOff == .wait)
        let after = step(Self.record(), at: 3_630)
        #expect(after == .take)
    }

    @Test mutating func `the holder raises every five seconds, and at once after a failure`() {
        let steps = (0...6).map { step(Self.record(Self.own), at: $0) }
        #expect(steps == [.raise, .keep, .keep, .keep, .keep, .raise, .keep])
        course.readingFailed()
        let again = step(Self.record(Self.own), at: 7)
        #expect(again == .raise)
    }

    @Test mutating func `the holder yields to the designated node while that is in service`() {
        let designated = Self.record(Self.own, designated: Self.other.node)
        let yielded = step(designated, at: 0)
        #expect(yielded == .giveBack)
        let silent = step(designated, at: 1, isDesignatedSilent: true)
        #expect(silent == .raise)
        let stopped = step(Self.record(Self.own, designated: Self.other.node, isInService: false), at: 7)
        #expect(stopped == .raise)
    }

    @Test mutating func `a free role is left to the designated node while it is in service`() {
        let left = step(Self.record(nil, designated: Self.other.node), until: 100)
        #expect(left == .wait)
        let gone = step(Self.record(nil, designated: Self.other.node, isInService: false), at: 101)
        #expect(gone == .take)
    }

    @Test mutating func `the designated node does not take the role from a holder that lives`() {
        let steps = (0...60).map { step(Self.record(counter: Int64($0 / 5), designated: Self.own.node), at: $0) }
        #expect(!steps.contains(.take))
    }

    @Test mutating func `without automatic takeover a silent or designated node's role is left alone`() {
        let silent = step(Self.record(), until: 100, takesOver: false)
        #expect(silent == .wait)
        let left = Self.record(nil, designated: Self.other.node, isInService: false)
        let stopped = step(left, at: 101, takesOver: false)
        #expect(stopped == .wait)
    }

    @Test(arguments: [
        record(nil, designated: own.node), record(nil, last: nil), record(nil, last: own.node),
        record(Incarnation(node: own.node, number: 2)),
    ]) mutating func `without automatic takeover the designated node takes it, the one that had it last, and a cluster's first`(
        _ record: PrimaryRecord
    ) {
        let taken = step(record, at: 0, takesOver: false)
        #expect(taken == .take)
    }
}

/// The role in a process's hand.
struct PrimaryDutyTests {
    @Test func `a role that could not be confirmed for ten seconds is not acted on any more`() {
        let clock = HandClock()
        let duty = PrimaryDuty(now: { clock.now })
        #expect(!duty.isPrimary)
        duty.confirm(3, begunAt: clock.now)
        clock.advance(by: .milliseconds(9_999))
        #expect(duty.epoch == 3)
        clock.advance(by: .milliseconds(1))
        #expect(duty.epoch == nil)
    }

    @Test func `a role that was lost is not acted on, and one confirmed anew is`() {
        let duty = PrimaryDuty()
        duty.confirm(3, begunAt: .now)
        duty.lose()
        #expect(!duty.isPrimary)
        duty.confirm(4, begunAt: .now)
        #expect(duty.epoch == 4)
    }
}

/// A clock moved by hand.
private final class HandClock: Sendable {
    private let instant = Mutex(ContinuousClock.now)

    var now: ContinuousClock.Instant { instant.withLock { $0 } }

    func advance(by duration: Duration) { instant.withLock { $0 += duration } }
}
