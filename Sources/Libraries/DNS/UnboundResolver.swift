import Glibc
import Synchronization

/// A validating, caching resolver over libunbound; one per process, since the cache belongs to it.
///
/// All calls into the library are made by one thread of its own (`UnboundThread`); callers only wait. Equal questions
/// asked at the same time are asked once. Letting go of the resolver stops the thread, as does `shutdown()`.
package final class UnboundResolver: DNSResolver {
    private let mailbox: UnboundMailbox

    /// Starts a resolver. Reads the configured files at once, so that an unreadable one is refused at start.
    ///
    /// - Throws: `.permanent(.unusableConfiguration)`; `.transient(.resolverFailure)` when the system has no memory,
    ///   descriptor or thread left.
    package init(_ configuration: UnboundConfiguration = UnboundConfiguration()) throws(DNSError) {
        let context = try UnboundContext.make(configuration)
        mailbox = try UnboundMailbox(maximumWaitingCallers: configuration.maximumWaitingCallers)
        let thread = UnboundThread(context, mailbox, configuration)
        try thread.start()
    }

    deinit {
        mailbox.post(.stop(nil))
    }

    package func resolve(_ name: String, _ type: DNSRecordType) async throws(DNSError) -> DNSAnswer {
        let question = DNSQuestion(name: try DNSName.normalized(name), type: type)
        let ticket = try mailbox.ticket()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: CheckedContinuation<Result<DNSAnswer, DNSError>, Never>) in
                mailbox.post(.ask(question, ticket, continuation))
                // The handler below may have run before the question was posted.
                if Task.isCancelled { mailbox.post(.cancel(ticket)) }
            }
        } onCancel: {
            mailbox.post(.cancel(ticket))
        }
        return try result.get()
    }

    /// Ends the resolver: waiting callers get `.transient(.stopped)`, and so does everyone who asks later. Returns when
    /// the library's threads are gone. May be called more than once and from several tasks.
    package func shutdown() async {
        await withCheckedContinuation { mailbox.post(.stop($0)) }
    }
}

/// What is asked.
struct DNSQuestion: Hashable, Sendable {
    var name: String
    var type: DNSRecordType
}

/// Callers' messages to the resolver's thread, and the descriptor that wakes it.
final class UnboundMailbox: Sendable {
    enum Message: Sendable {
        case ask(DNSQuestion, UInt64, CheckedContinuation<Result<DNSAnswer, DNSError>, Never>)
        case cancel(UInt64)
        case stop(CheckedContinuation<Void, Never>?)
    }

    private struct State {
        var messages: [Message] = []
        var lastTicket: UInt64 = 0
        var waitingCallers = 0
        var isClosed = false
    }

    /// The reading end of a socket pair that holds an octet while there are messages.
    let descriptor: Int32
    private let writingEnd: Int32
    private let maximumWaitingCallers: Int
    private let state = Mutex(State())

    init(maximumWaitingCallers: Int) throws(DNSError) {
        var ends: [Int32] = [-1, -1]
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        guard socketpair(AF_UNIX, Int32(bitPattern: kind), 0, &ends) == 0 else {
            throw .transient(.resolverFailure(explanation: "no file descriptor left"))
        }
        descriptor = ends[0]
        writingEnd = ends[1]
        self.maximumWaitingCallers = maximumWaitingCallers
    }

    deinit {
        _ = Glibc.close(descriptor)
        _ = Glibc.close(writingEnd)
    }

    /// A number for one more waiting caller; `callersServed` gives the place back.
    func ticket() throws(DNSError) -> UInt64 {
        let ticket: UInt64? = state.withLock { state in
            guard state.waitingCallers < maximumWaitingCallers else { return nil }
            state.waitingCallers += 1
            state.lastTicket += 1
            return state.lastTicket
        }
        guard let ticket else { throw .transient(.tooManyQuestions) }
        return ticket
    }

    func callersServed(_ count: Int) {
        state.withLock { $0.waitingCallers -= count }
    }

    /// Leaves a message; after `close` it is answered here.
    func post(_ message: Message) {
        let (isClosed, wakes) = state.withLock { state in
            if !state.isClosed { state.messages.append(message) }
            return (state.isClosed, state.messages.count == 1)
        }
        if isClosed {
            refuse(message)
        } else if wakes {
            var octet: UInt8 = 1
            // A full socket means that the thread is about to look anyway.
            _ = write(writingEnd, &octet, 1)
        }
    }

    /// Takes all messages and makes the descriptor unreadable.
    func take() -> [Message] {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { octets in
            // Emptied before the messages are taken: one that comes in between wakes the thread once more.
            while read(descriptor, octets.baseAddress, octets.count) == octets.count {}
        }
        return state.withLock { state in
            defer { state.messages.removeAll() }
            return state.messages
        }
    }

    /// Accepts nothing more and answers what is still there.
    func close() {
        let remaining = state.withLock { state in
            state.isClosed = true
            defer { state.messages.removeAll() }
            return state.messages
        }
        for message in remaining { refuse(message) }
    }

    private func refuse(_ message: Message) {
        switch message {
        case .ask(_, _, let continuation):
            callersServed(1)
            continuation.resume(returning: .failure(.transient(.stopped)))
        case .cancel: break
        case .stop(let continuation): continuation?.resume()
        }
    }
}
