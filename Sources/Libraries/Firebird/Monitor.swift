import Glibc

/// A lock with two conditions, for threads that block (never for Swift's own): one that there is work, one that the
/// watchdog has to look again.
///
/// `@unchecked Sendable`: its memory is made in `init`, freed in `deinit`, and used by pthread functions only, which
/// are made for use from any thread.
final class Monitor: @unchecked Sendable {
    enum Condition {
        case work
        case watch
    }

    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let work = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    private let watch = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // The wall clock may jump; deadlines must not.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(work, &attributes)
        pthread_cond_init(watch, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    deinit {
        pthread_cond_destroy(work)
        pthread_cond_destroy(watch)
        pthread_mutex_destroy(mutex)
        work.deallocate()
        watch.deallocate()
        mutex.deallocate()
    }

    func withLock<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    /// Waits, with the lock held, for a wake-up or until `moment`.
    func wait(for condition: Condition, until moment: MonotonicMoment = .never) {
        let variable = pointer(condition)
        guard moment != .never else {
            pthread_cond_wait(variable, mutex)
            return
        }
        var time = moment.timespec
        pthread_cond_timedwait(variable, mutex, &time)
    }

    func wake(_ condition: Condition) { pthread_cond_signal(pointer(condition)) }

    func wakeAll(_ condition: Condition) { pthread_cond_broadcast(pointer(condition)) }

    private func pointer(_ condition: Condition) -> UnsafeMutablePointer<pthread_cond_t> {
        switch condition {
        case .work: work
        case .watch: watch
        }
    }
}

/// A moment of the monotonic clock in nanoseconds.
struct MonotonicMoment: Comparable {
    let nanoseconds: UInt64

    static let never = MonotonicMoment(nanoseconds: .max)

    static var now: MonotonicMoment {
        var time = Glibc.timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicMoment(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    static func < (left: MonotonicMoment, right: MonotonicMoment) -> Bool { left.nanoseconds < right.nanoseconds }

    /// This moment later by `duration`; `never` when that is beyond the clock.
    func advanced(by duration: Duration) -> MonotonicMoment {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return self }
        let (whole, tooLong) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, overflow) = nanoseconds.addingReportingOverflow(whole)
        let (moment, carry) = sum.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        return tooLong || overflow || carry ? .never : MonotonicMoment(nanoseconds: moment)
    }

    var timespec: Glibc.timespec {
        Glibc.timespec(tv_sec: Int(clamping: nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }
}
