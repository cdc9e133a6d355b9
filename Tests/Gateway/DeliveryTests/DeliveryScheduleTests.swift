import DomainsAndUsers
import Mail
import SMTP
import Settings
import Testing

@testable import Delivery

@Suite struct DeliveryScheduleTests {
    private static let deferral = DeliveryOutcome.deferred(DeliveryReply(.noAnswer, "refused"))

    /// A schedule, its clock, and what it started, resumed and settled.
    private struct Bench {
        var schedule: DeliverySchedule
        var now = ContinuousClock.now
        var running: [(worker: Int, nextHop: NextHop)] = []
        var resumed: [Int] = []
        var retired: [Int] = []
        var settled = 0

        init(maximum: Int = 100, perDestination: Int = 20, idleSeconds: Int = 5, activeRecipients: Int = 20_000) {
            var settings = DeliverySettings()
            settings.maximumConnections = maximum
            settings.connectionsPerDestination = perDestination
            settings.idleConnectionSeconds = idleSeconds
            settings.activeRecipients = activeRecipients
            schedule = DeliverySchedule(limits: DeliverySchedule.Limits(settings))
        }

        mutating func note(_ commands: [DeliverySchedule.Command]) {
            for command in commands {
                switch command {
                case .start(let worker, let nextHop): running.append((worker, nextHop))
                case .resume(let worker, _): resumed.append(worker)
                case .retire(let worker): retired.append(worker)
                case .settle(let jobs, _): settled += jobs.count
                }
            }
        }

        mutating func add(_ nextHop: NextHop, count: Int = 1) throws {
            for _ in 0..<count {
                note(schedule.add(Fixture.job(try Fixture.message(), try Fixture.recipients("a@b.example"), to: nextHop), now: now))
            }
        }

        mutating func take(_ worker: Int, _ nextHop: NextHop, served: Int = 0, canPark: Bool = true) -> String {
            switch schedule.next(worker, of: nextHop, served: served, canPark: canPark, now: now) {
            case .job: "job"
            case .park: "park"
            case .end: "end"
            }
        }

        func count(_ nextHop: NextHop) -> Int { running.count { $0.nextHop == nextHop } }
    }

    private func destination(_ name: String) throws -> NextHop { .mailExchangers(try DomainName(name)) }

    @Test func `a fresh destination gets few connections, more with success, never more than its limit`() throws {
        var bench = Bench(perDestination: 8)
        let hop = try destination("a.example")
        try bench.add(hop, count: 50)
        #expect(bench.count(hop) == DeliverySettings().firstConnectionsPerDestination)
        for number in 1...DeliverySettings().firstConnectionsPerDestination { #expect(bench.take(number, hop) == "job") }
        for _ in 0..<20 { bench.note(bench.schedule.succeeded(hop)) }
        #expect(bench.count(hop) == 8)
    }

    @Test func `one message needs one connection`() throws {
        var bench = Bench()
        let hop = try destination("a.example")
        try bench.add(hop)
        #expect(bench.running.count == 1)
        #expect(bench.take(1, hop) == "job")
        #expect(bench.take(1, hop, served: 1) == "park")
        try bench.add(hop)
        #expect(bench.resumed == [1] && bench.running.count == 1, "the waiting connection takes it")
    }

    @Test func `a failed destination is paused, answers at once, and is probed by one connection`() throws {
        var bench = Bench()
        let hop = try destination("dead.example")
        try bench.add(hop, count: 100)
        #expect(bench.take(1, hop) == "job")
        let job = Fixture.job(try Fixture.message(), try Fixture.recipients("a@b.example"), to: hop)
        bench.note(bench.schedule.connectionFailed(hop, job, Self.deferral, now: bench.now))
        #expect(bench.settled == 100, "the job and all that waited")
        try bench.add(hop)
        #expect(bench.settled == 101)
        for worker in 1...bench.running.count { if worker > 1 { #expect(bench.take(worker, hop, canPark: false) == "end") } }
        for _ in 1...DeliverySettings().firstConnectionsPerDestination { bench.note(bench.schedule.ended(hop)) }
        let before = bench.running.count
        bench.now = bench.now.advanced(by: .seconds(2))
        try bench.add(hop, count: 10)
        #expect(bench.running.count == before + 1)
    }

    @Test func `a pause ends when an administrator wants a try now`() throws {
        var bench = Bench()
        let dead = try destination("dead.example")
        try bench.add(dead)
        _ = bench.take(bench.running[0].worker, dead)
        let job = Fixture.job(try Fixture.message(), try Fixture.recipients("a@b.example"), to: dead)
        bench.note(bench.schedule.connectionFailed(dead, job, Self.deferral, now: bench.now))
        bench.note(bench.schedule.ended(dead))
        bench.schedule.liftPauses()
        try bench.add(dead)
        #expect(bench.settled == 1)
        #expect(bench.count(dead) == 2)
    }

    @Test func `pauses grow and end at a minute`() throws {
        var bench = Bench()
        let hop = try destination("dead.example")
        let job = Fixture.job(try Fixture.message(), try Fixture.recipients("a@b.example"), to: hop)
        var pauses: [Int] = []
        for _ in 0..<9 {
            try bench.add(hop)
            guard let worker = bench.running.last?.worker else { continue }
            _ = bench.take(worker, hop)
            bench.note(bench.schedule.connectionFailed(hop, job, Self.deferral, now: bench.now))
            bench.note(bench.schedule.ended(hop))
            let started = bench.running.count
            var seconds = 0
            while bench.running.count == started && seconds < 100 {
                seconds += 1
                bench.now = bench.now.advanced(by: .seconds(1))
                let settled = bench.settled
                try bench.add(hop)
                if bench.settled == settled { break }
            }
            pauses.append(seconds)
            if let worker = bench.running.last?.worker { _ = bench.take(worker, hop) }
            bench.note(bench.schedule.ended(hop))
        }
        #expect(pauses.first == 1 && pauses.max() == 60)
        #expect(zip(pauses, pauses.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func `a further connection refused while others stand costs no message`() throws {
        var bench = Bench()
        let hop = try destination("busy.example")
        try bench.add(hop, count: 10)
        #expect(bench.take(1, hop) == "job")
        bench.schedule.connected(hop)
        #expect(bench.take(2, hop) == "job")
        let job = Fixture.job(try Fixture.message(), try Fixture.recipients("a@b.example"), to: hop)
        bench.note(bench.schedule.connectionFailed(hop, job, Self.deferral, now: bench.now))
        #expect(bench.settled == 0 && bench.schedule.queued(for: hop) == 9)
    }

    @Test func `connections that break one after the other pause a destination`() throws {
        var bench = Bench()
        let hop = try destination("hanging.example")
        try bench.add(hop, count: 10)
        for _ in 0..<DeliverySchedule.toleratedLosses { bench.note(bench.schedule.connectionLost(hop, Self.deferral, now: bench.now)) }
        #expect(bench.settled == 10)
    }

    @Test func `a permanent failure of a domain is not remembered`() throws {
        var bench = Bench()
        let hop = try destination("nowhere.example")
        try bench.add(hop, count: 2)
        _ = bench.take(1, hop)
        let job = Fixture.job(try Fixture.message(), try Fixture.recipients("a@b.example"), to: hop)
        bench.note(bench.schedule.connectionFailed(hop, job, .failed(DeliveryReply(.noSuchDomain, "no")), now: bench.now))
        for _ in 0..<bench.running.count { bench.note(bench.schedule.ended(hop)) }
        #expect(bench.schedule.destinationCount == 0)
    }

    @Test func `a destination with much mail leaves connections to others`() throws {
        var bench = Bench(maximum: 4)
        let busy = try destination("busy.example")
        let other = try destination("other.example")
        try bench.add(busy, count: 100)
        #expect(bench.count(busy) == 4)
        for worker in 1...4 { #expect(bench.take(worker, busy) == "job") }
        try bench.add(other, count: 3)
        #expect(bench.count(other) == 0)
        #expect(bench.take(1, busy, served: 1) == "end")
        bench.note(bench.schedule.ended(busy))
        #expect(bench.count(other) == 1, "whoever waited longest gets the connection")
        #expect(bench.schedule.connectionCount == 4)
    }

    @Test func `the last connections are for destinations that have none`() throws {
        var bench = Bench(maximum: 16, perDestination: 20)
        let busy = try destination("busy.example")
        try bench.add(busy, count: 100)
        for _ in 0..<20 { bench.note(bench.schedule.succeeded(busy)) }
        bench.note(bench.schedule.tick(now: bench.now))
        #expect(bench.count(busy) == 14)
        for name in ["b.example", "c.example"] {
            try bench.add(try destination(name), count: 10)
            #expect(bench.count(try destination(name)) == 1)
        }
        #expect(bench.schedule.connectionCount == 16)
    }

    @Test func `who does not get on keeps no more memory than its share, and only then`() throws {
        var bench = Bench(activeRecipients: 800)
        let hop = try destination("slow.example")
        try bench.add(hop, count: 305)
        for worker in 1...5 { #expect(bench.take(worker, hop) == "job") }
        bench.now = bench.now.advanced(by: DeliverySchedule.patience - .seconds(1))
        bench.note(bench.schedule.tick(now: bench.now))
        #expect(bench.settled == 0 && bench.schedule.queued(for: hop) == 300, "much mail alone is no fault")
        bench.now = bench.now.advanced(by: .seconds(1))
        bench.note(bench.schedule.tick(now: bench.now))
        #expect(bench.settled == 100 && bench.schedule.queued(for: hop) == 200)
        try bench.add(hop)
        #expect(bench.settled == 101 && bench.schedule.queued(for: hop) == 200)
        for served in 1...200 { #expect(bench.take(1, hop, served: served) == "job") }
        try bench.add(hop, count: 300)
        #expect(bench.settled == 101 && bench.schedule.queued(for: hop) == 300, "it gets on again")
    }

    @Test func `all that do not get on keep half of the memory together`() throws {
        var bench = Bench(activeRecipients: 800)
        let hops = try (1...5).map { try destination("slow\($0).example") }
        for hop in hops {
            try bench.add(hop, count: 155)
            for (worker, nextHop) in bench.running where nextHop == hop { #expect(bench.take(worker, hop) == "job") }
        }
        bench.now = bench.now.advanced(by: DeliverySchedule.patience)
        bench.note(bench.schedule.tick(now: bench.now))
        #expect(hops.map { bench.schedule.queued(for: $0) }.reduce(0, +) == 400)
    }

    @Test func `with one connection for all each destination has its turn`() throws {
        var bench = Bench(maximum: 1)
        let busy = try destination("busy.example")
        let other = try destination("other.example")
        try bench.add(busy, count: 100)
        _ = bench.take(1, busy)
        try bench.add(other, count: 1)
        var served = 1
        while bench.take(1, busy, served: served) == "job" { served += 1 }
        #expect(served == DeliverySchedule.servedWhileOthersNeed)
        bench.note(bench.schedule.ended(busy))
        #expect(bench.running.last?.nextHop == other)
        _ = bench.take(2, other)
        #expect(bench.take(2, other, served: 1, canPark: true) == "end", "it does not wait idle while others starve")
        bench.note(bench.schedule.ended(other))
        #expect(bench.running.last?.nextHop == busy)
    }

    @Test func `an idle connection makes room for another destination`() throws {
        var bench = Bench(maximum: 1)
        let first = try destination("a.example")
        let second = try destination("b.example")
        try bench.add(first)
        _ = bench.take(1, first)
        #expect(bench.take(1, first, served: 1) == "park")
        try bench.add(second)
        #expect(bench.retired == [1])
        bench.note(bench.schedule.ended(first))
        #expect(bench.running.last?.nextHop == second)
    }

    @Test func `idle connections are closed after their time, failed destinations forgotten after theirs`() throws {
        var bench = Bench(idleSeconds: 5)
        let hop = try destination("a.example")
        try bench.add(hop)
        _ = bench.take(1, hop)
        _ = bench.take(1, hop, served: 1)
        bench.now = bench.now.advanced(by: .seconds(4))
        bench.note(bench.schedule.tick(now: bench.now))
        #expect(bench.retired.isEmpty)
        bench.now = bench.now.advanced(by: .seconds(2))
        bench.note(bench.schedule.tick(now: bench.now))
        #expect(bench.retired == [1])
        bench.note(bench.schedule.ended(hop))
        #expect(bench.schedule.destinationCount == 0 && bench.schedule.connectionCount == 0)
    }

    @Test func `nothing is begun after a stop`() throws {
        var bench = Bench()
        let hop = try destination("a.example")
        try bench.add(hop, count: 20)
        #expect(bench.take(1, hop) == "job")
        #expect(bench.schedule.stop().waiting.count == 19)
        #expect(bench.take(2, hop) == "end")
        let count = bench.running.count
        try bench.add(hop)
        #expect(bench.running.count == count)
    }

    @Test func `the queue keeps its order through many jobs`() {
        var queue = JobQueue<Int>()
        var expected: [Int] = []
        var taken: [Int] = []
        for number in 0..<5000 {
            queue.append(number)
            expected.append(number)
            if number % 3 == 0, let first = queue.popFirst() { taken.append(first) }
        }
        queue.prepend(-1)
        #expect(queue.popFirst() == -1 && queue.count == 5000 - taken.count)
        while let first = queue.popFirst() { taken.append(first) }
        #expect(taken == expected && queue.isEmpty)
    }
}
