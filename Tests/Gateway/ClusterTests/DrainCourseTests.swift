import Settings
import Testing

@testable import Cluster

/// How a node leaves service and comes back.
struct DrainCourseTests {
    private static let busy = DrainCourse.Work(sessions: 2, isDelivering: true, isPrimary: true)
    private static let idle = DrainCourse.Work(sessions: 0, isDelivering: false, isPrimary: false)
    private let start = ContinuousClock.now

    private func step(
        _ course: inout DrainCourse, at second: Int, isWanted: Bool = true, _ work: DrainCourse.Work = busy, grace: Int = 10
    ) -> DrainPhase {
        course.next(isWanted: isWanted, grace: .seconds(grace), work: work, at: start + .seconds(second))
    }

    @Test func `load balancers hear it first, clients after the grace`() {
        var course = DrainCourse(isWanted: false)
        let phases = [0, 5, 9, 10].map { step(&course, at: $0) }
        #expect(phases == [.announced, .announced, .announced, .draining])
    }

    @Test func `without a grace clients hear it at once`() {
        var course = DrainCourse(isWanted: false)
        let phase = step(&course, at: 0, grace: 0)
        #expect(phase == .draining)
    }

    @Test(arguments: [
        DrainCourse.Work(sessions: 1, isDelivering: false, isPrimary: false),
        DrainCourse.Work(sessions: 0, isDelivering: true, isPrimary: false),
        DrainCourse.Work(sessions: 0, isDelivering: false, isPrimary: true),
    ]) func `it is done when nothing runs any more and not before`(_ rest: DrainCourse.Work) {
        var course = DrainCourse(isWanted: true)
        let before = step(&course, at: 100, rest)
        #expect(before == .draining)
        let after = step(&course, at: 101, Self.idle)
        #expect(after == .drained)
    }

    @Test func `a node that starts drained tells nobody first`() {
        let course = DrainCourse(isWanted: true)
        #expect(course.phase == .draining)
    }

    @Test func `a withdrawn wish brings it back from everywhere, and the next drain has its full grace`() {
        var course = DrainCourse(isWanted: true)
        _ = step(&course, at: 0, Self.idle)
        let back = step(&course, at: 1, isWanted: false)
        #expect(back == .inService)
        let phases = [2, 11, 12].map { step(&course, at: $0) }
        #expect(phases == [.announced, .announced, .draining])
    }

    private static func node(stopped: Bool = false, asked: Bool, _ phase: DrainPhase?) -> ClusterNode {
        var node = ClusterNode(
            node: NodeID(RecordIdentifier(high: 1, low: 1)), name: "mx1", version: "1", incarnation: 1, counter: 1, isStopped: stopped,
            startedAt: UTCTime(milliseconds: 1), lastSeenAt: UTCTime(milliseconds: 1), settingsRevision: .none)
        node.drainAskedAt = asked ? UTCTime(milliseconds: 2) : nil
        node.figures = phase.map { NodeFigures(phase: $0) }
        return node
    }

    @Test func `only a node that is gone or drained can be removed`() {
        let cases: [(ClusterNode, Bool, RemovalObstacle?)] = [
            (Self.node(asked: false, .inService), false, .inService), (Self.node(asked: true, .inService), false, .draining),
            (Self.node(asked: true, .draining), false, .draining), (Self.node(asked: true, .drained), false, nil),
            // Brought back, and not heard of it yet.
            (Self.node(asked: false, .drained), false, .inService),
            (Self.node(asked: false, .inService), true, .silent), (Self.node(stopped: true, asked: false, .inService), false, nil),
            (Self.node(asked: true, nil), false, .draining),
        ]
        for (node, isSilent, obstacle) in cases { #expect(node.obstacleToRemoval(isSilent: isSilent) == obstacle) }
    }

    @Test func `a clock is warned of over two seconds and alarmed of over five, whichever way`() {
        let verdicts = [0, 2000, -2001, 5000, -5001].map { ClockVerdict(difference: .milliseconds($0)) }
        #expect(verdicts == [.right, .right, .warning, .warning, .alarm])
    }
}
