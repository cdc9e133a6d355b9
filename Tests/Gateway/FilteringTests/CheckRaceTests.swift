import Testing

@testable import Filtering

/// Several tasks against one deadline.
@Suite struct CheckRaceTests {
    @Test func `whoever waits goes on when all are done`() async {
        let race = CheckRace<Int>(count: 2)
        let tasks = [Task { race.finish(0, 1) }, Task { race.finish(1, 2) }]
        #expect(await race.wait(tasks: tasks, limit: .seconds(600)) == [1, 2])
    }

    @Test func `a deadline that is over already does not wait`() async {
        let race = CheckRace<Int>(count: 2)
        race.finish(0, 1)
        #expect(await race.wait(tasks: [], limit: .zero) == [1, nil])
    }

    @Test func `a task that does not heed its cancellation is not waited for`() async {
        let race = CheckRace<Int>(count: 1)
        let task = Task { await withUnsafeContinuation { (_: UnsafeContinuation<Void, Never>) in } }
        #expect(await race.wait(tasks: [task], limit: .milliseconds(1)) == [nil])
    }

    @Test func `many deadlines at once are all met`() async {
        let answers = await withTaskGroup(of: [Int?].self) { group in
            for number in 0..<200 {
                group.addTask { await CheckRace<Int>(count: 1).wait(tasks: [], limit: .milliseconds(number)) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.count == 200 && answers.allSatisfy { $0 == [nil] })
    }

    @Test func `a removed deadline does not come`() async {
        let clock = DeadlineClock()
        await withCheckedContinuation { continuation in
            let removed = clock.add(.zero) { Issue.record("a removed deadline came") }
            clock.remove(removed)
            _ = clock.add(.milliseconds(1)) { continuation.resume() }
        }
    }
}
