/// Starts child tasks from anywhere on behalf of one task group: work is handed in without waiting, and `run` is its parent.
struct TaskSpawner: Sendable {
    typealias Work = @Sendable () async -> Void

    private let stream: AsyncStream<Work>
    private let continuation: AsyncStream<Work>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream(of: Work.self)
    }

    /// Whoever calls bounds how much he starts. Nothing is started after `run` was cancelled.
    func start(_ work: @escaping Work) { continuation.yield(work) }

    /// Runs what is started until cancelled, which cancels all of it; returns when it has ended.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await work in stream { group.addTask { await work() } }
        }
    }
}
