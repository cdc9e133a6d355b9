import Synchronization

@testable import Firebird

/// Named gates between tasks and closures on database threads.
final class Gate: Sendable {
    private struct State {
        var opened: Set<String> = []
        var waiting: [String: [CheckedContinuation<Void, Never>]] = [:]
    }

    private let monitor = Monitor()
    private let state = Mutex(State())

    func open(_ name: String) {
        let waiting = monitor.withLock {
            monitor.wakeAll(.work)
            return state.withLock { state in
                state.opened.insert(name)
                return state.waiting.removeValue(forKey: name) ?? []
            }
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Blocks the thread: for database threads only.
    func wait(_ name: String) {
        monitor.withLock { while !state.withLock({ $0.opened.contains(name) }) { monitor.wait(for: .work) } }
    }

    /// Suspends the task.
    func pass(_ name: String) async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                let isOpen = state.opened.contains(name)
                if !isOpen { state.waiting[name, default: []].append(continuation) }
                return isOpen
            }
            if isOpen { continuation.resume() }
        }
    }
}
