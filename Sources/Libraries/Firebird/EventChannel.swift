import CFirebird
import Glibc
import Synchronization

/// The event machinery of one attachment: queueing, counting, and queueing again (each request answers once).
///
/// The library calls back on a thread of its own, sometimes late. It is given a number, not an object: the number of
/// a forgotten channel leads nowhere, so nothing has to be kept alive for it.
///
/// After a callback has returned that thread still uses the attachment's memory for a moment, without anything that
/// keeps it: cancelling a request that was just answered, or detaching then, crashes or hangs the process (seen with 3.0.11).
/// So only a request that waits is cancelled, and the attachment is ended by `endRequests` and a rest after the last callback.
final class EventChannel: Sendable {
    private struct State {
        /// Names with the counts last seen, in the form the library wants.
        var known: [UInt8]
        var identifier: ISC_LONG = 0
        /// A request waits for its answer.
        var isArmed = false
        var callbacksUnderWay = 0
        var lastCallback: MonotonicMoment?
        var hasFirstAnswer = false
        var isClosed = false
        var closingError: FirebirdError?
        var waiter: CheckedContinuation<Void, any Error>?
    }

    private let names: [String]
    private let output: AsyncStream<FirebirdEventListener.Notification>.Continuation
    private let state: Mutex<State>
    private let number: UInt
    /// Has `request` done on the attachment's thread: the library's own thread must not call back into the library.
    private let requestAgain: @Sendable (EventChannel) -> Void

    private static let countBytes = 4

    init(
        names: [String], output: AsyncStream<FirebirdEventListener.Notification>.Continuation,
        requestAgain: @escaping @Sendable (EventChannel) -> Void
    ) {
        self.names = names
        self.output = output
        self.requestAgain = requestAgain
        // Version 1; for each event its length, name and four bytes of count.
        var block: [UInt8] = [1]
        for name in names { block += [UInt8(truncatingIfNeeded: name.utf8.count)] + Array(name.utf8) + [0, 0, 0, 0] }
        state = Mutex(State(known: block))
        number = EventChannels.nextNumber()
    }

    var isClosed: Bool { state.withLock(\.isClosed) }

    /// Queues the first request, on the attachment's thread.
    func open(_ attachment: Attachment) throws(FirebirdError) {
        EventChannels.add(self, number)
        attachment.beforeDetach = { [unowned attachment] in self.endRequests(attachment) }
        do { try request(attachment) } catch {
            EventChannels.remove(number)
            throw error.kind == .connectionLost ? error.reclassified(.cannotConnect) : error
        }
    }

    /// Queues a request, on the attachment's thread.
    func request(_ attachment: Attachment) throws(FirebirdError) {
        let block = state.withLock { state in
            state.isArmed = true
            return state.known
        }
        var identifier: ISC_LONG = 0
        let code = isc_que_events(
            attachment.status.pointer, &attachment.handle, &identifier, Int16(block.count), block,
            { argument, length, bytes in
                let content = bytes.map { Array(UnsafeBufferPointer(start: $0, count: Int(length))) } ?? []
                EventChannels.deliver(content, to: UInt(bitPattern: argument))
            }, UnsafeMutableRawPointer(bitPattern: number))
        state.withLock { state in
            state.identifier = identifier
            if code != 0 { state.isArmed = false }
        }
        try attachment.check(code)
    }

    /// The first answer comes at once and brings the present counts only. If it does not come (a firewall swallows what goes to
    /// `RemoteAuxPort`, say), the deadline or the task's cancellation closes the channel.
    /// - Throws: `deadlineExceeded`, `cancelled`, `connectionLost`.
    func waitUntilFirstAnswer(deadline: Duration) async throws {
        // Ends at the deadline, or when the waiting is over.
        let watch = Task {
            try await Task.sleep(for: deadline)
            close(FirebirdError(.deadlineExceeded, "the event channel gave no answer in time"))
        }
        defer { watch.cancel() }
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let result: Result<Void, any Error>? = state.withLock { state in
                    if state.isClosed { return .failure(state.closingError ?? Self.closedByOtherEnd) }
                    if state.hasFirstAnswer { return .success(()) }
                    state.waiter = continuation
                    return nil
                }
                if let result { continuation.resume(with: result) }
            }
        } onCancel: {
            close(FirebirdError(.cancelled, "the task was cancelled"))
        }
    }

    private static var closedByOtherEnd: FirebirdError { FirebirdError(.connectionLost, "the event channel was closed") }

    /// The library calls back, from its own thread.
    func called(with content: [UInt8]) {
        state.withLock { state in
            state.isArmed = false
            state.callbacksUnderWay += 1
        }
        if received(content) { requestAgain(self) } else { close() }
        state.withLock { state in
            state.callbacksUnderWay -= 1
            state.lastCallback = .now
        }
    }

    /// What the library called back with; anything but a block of the known size is the channel's end.
    private func received(_ content: [UInt8]) -> Bool {
        let answer: (posted: [String: Int], isFirst: Bool, waiter: CheckedContinuation<Void, any Error>?)? = state.withLock { state in
            guard !state.isClosed, content.count == state.known.count else { return nil }
            let posted = Self.difference(names, from: state.known, to: content)
            state.known = content
            let isFirst = !state.hasFirstAnswer
            state.hasFirstAnswer = true
            defer { state.waiter = nil }
            return (posted, isFirst, state.waiter)
        }
        guard let answer else { return false }
        if !answer.isFirst, !answer.posted.isEmpty { output.yield(.posted(answer.posted)) }
        answer.waiter?.resume()
        return true
    }

    private static func difference(_ names: [String], from old: [UInt8], to new: [UInt8]) -> [String: Int] {
        var posted: [String: Int] = [:]
        var offset = 1
        for name in names {
            offset += 1 + name.utf8.count
            let count = Int(count(new, offset) &- count(old, offset))
            if count > 0 { posted[name] = count }
            offset += countBytes
        }
        return posted
    }

    private static func count(_ block: [UInt8], _ offset: Int) -> UInt32 {
        (0..<countBytes).reduce(0) { $0 | UInt32(block[offset + $1]) << (8 * UInt32($1)) }
    }

    /// From the end of a callback until the library's thread is surely done with it. It needs microseconds, unless the machine
    /// lets it wait for its turn.
    private static let rest = Duration.milliseconds(200)
    private static let restCheckMicroseconds: UInt32 = 10_000
    /// A callback of ours does not block; two seconds are more than it can take.
    private static let maximumRestChecks = 200

    /// Takes the waiting request back and lets the library's thread finish, on the attachment's thread: afterwards the attachment may end.
    /// On a lost connection the request ends with the callback that tells so, which is waited for.
    func endRequests(_ attachment: Attachment) {
        let waiting: ISC_LONG? = state.withLock { state in
            state.isClosed = true
            return state.isArmed ? state.identifier : nil
        }
        if var waiting {
            if !attachment.isBroken { attachment.notice(isc_cancel_events(attachment.status.pointer, &attachment.handle, &waiting)) }
            if attachment.isBroken { attachment.abort() } else { disarm() }
        }
        for _ in 0..<Self.maximumRestChecks {
            if isAtRest { return }
            usleep(Self.restCheckMicroseconds)
        }
        disarm()
    }

    private func disarm() { state.withLock { $0.isArmed = false } }

    private var isAtRest: Bool {
        state.withLock { state in
            guard state.callbacksUnderWay == 0, !state.isArmed else { return false }
            guard let last = state.lastCallback else { return true }
            return last.advanced(by: Self.rest) <= .now
        }
    }

    /// No callback can come any more: the attachment has ended.
    func forget() { EventChannels.remove(number) }

    /// Ends the stream. More than once is once; the first reason stays.
    /// - Parameter error: for whoever waits for the first answer.
    func close(_ error: FirebirdError? = nil) {
        let reason = error ?? Self.closedByOtherEnd
        let waiter = state.withLock { state in
            if state.closingError == nil { state.closingError = reason }
            state.isClosed = true
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(throwing: reason)
        output.yield(.channelClosed)
        output.finish()
    }
}

/// The channels that are open, by number.
///
/// The one table of this process in this module: the C callback carries a word and can come after its listener has
/// gone, and only a number can then be looked up in safety.
private enum EventChannels {
    private static let next = Atomic<UInt>(1)
    private static let open = Mutex<[UInt: EventChannel]>([:])

    static func nextNumber() -> UInt { next.add(1, ordering: .relaxed).oldValue }

    static func add(_ channel: EventChannel, _ number: UInt) { open.withLock { $0[number] = channel } }

    static func remove(_ number: UInt) { _ = open.withLock { $0.removeValue(forKey: number) } }

    static func deliver(_ content: [UInt8], to number: UInt) {
        open.withLock { $0[number] }?.called(with: content)
    }
}
