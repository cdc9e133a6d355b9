import DomainsAndUsers
import Logging
import Mail
import Settings
import Synchronization

@testable import UserVerification

enum Fixture {
    static func domain(_ name: String = "here.example", port: Int = 25) throws -> ProtectedDomain {
        ProtectedDomain(
            identifier: RecordIdentifier(milliseconds: 1), name: try DomainName(name),
            mailServers: [MailServer(endpoint: HostAndPort(host: "mail.example", port: port))])
    }

    static let accepts = ProbeAnswer(.accepts, text: "250 2.1.5 ok", server: "mail.example[192.0.2.25]:25")
    static let refuses = ProbeAnswer(.refuses, text: "550 5.1.1 nobody", server: "mail.example[192.0.2.25]:25")
    static let undecided = ProbeAnswer(.undecided, text: "450 4.2.0 later", server: "mail.example[192.0.2.25]:25")
    static let away = ProbeAnswer(.serversAway, text: "no connection")
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}

/// A clock that stands until it is moved.
final class ManualClock: Sendable {
    private let start = ContinuousClock.now
    private let passed = Mutex(Duration.zero)

    var now: ContinuousClock.Instant { start + passed.withLock { $0 } }
    func advance(by time: Duration) { passed.withLock { $0 += time } }
}

/// Mail servers that answer as a test says, at once or when the test lets them.
final class TestProbe: RecipientProbe {
    private struct State {
        var answers: [String: ProbeAnswer] = [:]
        var usual = Fixture.accepts
        var asked: [String] = []
        var isHolding = false
        var held: [CheckedContinuation<Void, Never>] = []
        var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }

    private let state = Mutex(State())

    /// - Parameter usual: said of whoever no other answer was given for.
    init(usual: ProbeAnswer = Fixture.accepts, _ answers: [String: ProbeAnswer] = [:]) {
        state.withLock {
            $0.usual = usual
            $0.answers = answers
        }
    }

    func say(_ answer: ProbeAnswer, of address: String) { state.withLock { $0.answers[address] = answer } }

    func sayUsually(_ answer: ProbeAnswer) { state.withLock { $0.usual = answer } }

    var asked: [String] { state.withLock { $0.asked } }

    /// From now on questions wait for `release`.
    func hold() { state.withLock { $0.isHolding = true } }

    func release() {
        let held = state.withLock { state in
            state.isHolding = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    /// Returns when so many questions have come.
    func until(_ count: Int) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.asked.count < count { state.waiters.append((count, continuation)) }
                return state.asked.count >= count
            }
            if isThere { continuation.resume() }
        }
    }

    func ask(about recipient: EmailAddress, of domain: ProtectedDomain, from sender: ReversePath, limit: Duration) async -> ProbeAnswer {
        let ready = state.withLock { state in
            state.asked.append(recipient.description)
            let count = state.asked.count
            let ready = state.waiters.filter { $0.count <= count }.map(\.continuation)
            state.waiters.removeAll { $0.count <= count }
            return ready
        }
        for continuation in ready { continuation.resume() }
        await withCheckedContinuation { continuation in
            let isHeld = state.withLock { state in
                if state.isHolding { state.held.append(continuation) }
                return state.isHolding
            }
            if !isHeld { continuation.resume() }
        }
        return state.withLock { $0.answers[recipient.description] ?? $0.usual }
    }
}
