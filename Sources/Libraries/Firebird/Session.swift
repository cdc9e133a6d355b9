import CFirebird
import Glibc
import Synchronization

/// What another thread may know of a session: its handle and its job, to interrupt the call that runs.
final class SessionWatch: Sendable {
    private struct State {
        var handle: isc_db_handle = 0
        var job: ObjectIdentifier?
    }

    private let state = Mutex(State())

    func begin(_ job: SessionJob) { state.withLock { $0.job = ObjectIdentifier(job) } }

    /// After this no interruption for the job is sent any more.
    func end() { state.withLock { $0.job = nil } }

    func attached(_ handle: isc_db_handle) { state.withLock { $0.handle = handle } }

    /// Interrupts the job's call: asks the engine (`abort` false) or cuts the connection. False when there is nothing
    /// to interrupt, because the session is not attached yet.
    func interrupt(_ job: SessionJob, abort: Bool) -> Bool {
        state.withLock { state in
            guard state.job == ObjectIdentifier(job) else { return true }
            guard state.handle != 0 else { return false }
            let status = StatusVector()
            var handle = state.handle
            // Whatever it answers, the watchdog's next step comes by the clock.
            _ = fb_cancel_operation(status.pointer, &handle, UInt16(abort ? fb_cancel_abort : fb_cancel_raise))
            return true
        }
    }
}

/// One connection on its thread: attaches when needed, replaces a lost connection, runs transactions.
final class Session {
    let configuration: FirebirdConfiguration
    let watch: SessionWatch
    private var current: Attachment?
    private(set) var job: SessionJob?

    init(_ configuration: FirebirdConfiguration, watch: SessionWatch) {
        self.configuration = configuration
        self.watch = watch
    }

    func begin(_ job: SessionJob) {
        self.job = job
        watch.begin(job)
        current?.begin(job)
    }

    /// Ends the job; an attachment that is broken, or may still hold an interruption meant for this job, goes with it.
    func end() {
        watch.end()
        let mayHoldInterruption = job?.isInterrupted == true && current?.hasSeenInterruption == false
        job = nil
        guard let attachment = current else { return }
        attachment.job = nil
        if mayHoldInterruption { attachment.breakOff() }
        if attachment.isBroken { close() }
    }

    /// The attachment if there is one that is whole.
    var present: Attachment? { current?.isBroken == false ? current : nil }

    /// The attachment, made if there is none.
    func attachment() throws(FirebirdError) -> Attachment {
        if let present { return present }
        close()
        let attachment = try attach()
        adopt(attachment)
        return attachment
    }

    private static let attachAttempts = 10
    private static let attachPauseMicroseconds: UInt32 = 50_000

    /// Attaches. The guard on an embedded file can outlive its holder for a moment: a process being started by ours
    /// shares the file's lock until its program is loaded. So `alreadyOpen` counts only after half a second.
    private func attach() throws(FirebirdError) -> Attachment {
        for _ in 1..<Self.attachAttempts {
            if let error = job?.interruptionError { throw error }
            do { return try Attachment(configuration) } catch { guard error.kind == .alreadyOpen else { throw error } }
            usleep(Self.attachPauseMicroseconds)
        }
        return try Attachment(configuration)
    }

    /// Takes over an attachment made elsewhere on this thread.
    func adopt(_ attachment: Attachment) {
        current = attachment
        if let job { attachment.begin(job) }
        watch.attached(attachment.handle)
    }

    /// Ends the attachment, if there is one. A broken one is withdrawn from the watchdog first: in the middle of a job it would else be
    /// interrupted on one thread while the library frees it on the other. One that is whole stays watched, for its farewell can hang.
    func close() {
        guard let attachment = current else { return }
        if attachment.isBroken { watch.attached(0) }
        attachment.detach()
        watch.attached(0)
        current = nil
    }

    /// Runs `body` in a transaction, again while it meets conflicts, `retries` times at most.
    func transaction<Result>(_ isolation: FirebirdIsolation, retries: Int, _ body: (FirebirdTransaction) throws -> Result) throws -> Result
    {
        var attempts = 0
        while true {
            do { return try once(isolation, body) } catch let error as FirebirdError
                where [.conflict, .objectInUse].contains(error.kind) && attempts < retries
            {
                attempts += 1
                pause(attempts)
            }
        }
    }

    /// A random pause, longer each time, so that two in each other's way part. It blocks this thread only.
    private func pause(_ attempt: Int) { usleep(UInt32.random(in: 500...(2_000 * UInt32(clamping: min(10, attempt))))) }

    private func once<Result>(_ isolation: FirebirdIsolation, _ body: (FirebirdTransaction) throws -> Result) throws -> Result {
        let transaction = try begin(isolation)
        do {
            let result = try body(transaction)
            try transaction.commit()
            return result
        } catch {
            transaction.rollback()
            throw explained(error)
        }
    }

    /// Begins a transaction. A connection that ended while it was idle is noticed here, where nothing is lost yet.
    private func begin(_ isolation: FirebirdIsolation) throws -> FirebirdTransaction {
        let wasAttached = current != nil
        do { return try FirebirdTransaction(isolation, on: try attachment()) } catch {
            guard error.kind == .connectionLost, wasAttached, job?.isInterrupted != true else { throw explained(error) }
        }
        return try FirebirdTransaction(isolation, on: try attachment())
    }

    /// What our own interruption caused is told as such, not as the engine's view of it.
    func explained(_ error: any Error) -> any Error {
        guard let failure = error as? FirebirdError, let reason = job?.interruptionError else { return error }
        switch failure.kind {
        case .cancelled, .connectionLost, .cannotConnect: return reason
        default: return error
        }
    }
}
