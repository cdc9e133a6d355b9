import CArchive
import Foundation
import Synchronization

/// The threads on which archives are looked into: few, so that hostile archives take no more than these, and with a bounded number of
/// files waiting. They end when this goes away.
package final class ArchiveThreads: Sendable {
    private typealias Job = @Sendable () -> Void

    /// Shared with the threads, which keep it alive and not its owner.
    private final class Queue: Sendable {
        private struct State {
            var jobs: [Job] = []
            var isClosed = false
        }

        private let state = Mutex(State())
        private let signal = DispatchSemaphore(value: 0)

        func add(_ job: @escaping Job, limit: Int) -> Bool {
            let isAdded = state.withLock { state in
                guard state.jobs.count < limit, !state.isClosed else { return false }
                state.jobs.append(job)
                return true
            }
            if isAdded { signal.signal() }
            return isAdded
        }

        func close(_ count: Int) {
            state.withLock { $0.isClosed = true }
            for _ in 0..<count { signal.signal() }
        }

        /// Blocks; `nil` when closed.
        func next() -> Job? {
            signal.wait()
            return state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
        }
    }

    private let queue = Queue()
    private let count: Int
    private let waitingLimit: Int

    /// - Parameter waiting: files that may wait; beyond them `examine` answers `nil` at once.
    package init(threads count: Int = 2, waiting: Int = 64) {
        self.count = count
        waitingLimit = waiting
        for _ in 0..<count {
            let queue = queue
            let thread = Thread {
                // Names in archives are converted to the thread's charset; in the C locale all but ASCII would be lost.
                if let locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nil) { uselocale(locale) }
                _ = pthread_setname_np(pthread_self(), "archives")
                while let job = queue.next() { job() }
            }
            // libarchive keeps buffers of some kilobytes on the stack.
            thread.stackSize = 1 << 20
            thread.start()
        }
    }

    deinit { queue.close(count) }

    /// Looks into files one after another; they share the limits' time, which begins with the call.
    /// - Returns: one report a file; `nil` when too many are waiting, or no thread was free in that time.
    package func examine(_ files: [[UInt8]], limits: ArchiveLimits) async -> [FileReport]? {
        await withCheckedContinuation { continuation in
            let end = ContinuousClock.now + limits.duration
            let job: Job = {
                guard limits.duration <= .zero || ContinuousClock.now < end else { return continuation.resume(returning: nil) }
                let reports = files.map { bytes in
                    var left = limits
                    left.duration = ContinuousClock.now.duration(to: end)
                    return FileExamination.examine(bytes, limits: left)
                }
                continuation.resume(returning: reports)
            }
            if !queue.add(job, limit: waitingLimit) { continuation.resume(returning: nil) }
        }
    }
}
