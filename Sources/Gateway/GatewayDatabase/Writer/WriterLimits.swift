/// The writer's bounds.
package struct WriterLimits: Sendable, Hashable {
    /// Pieces of work in one batch: a commit costs a few milliseconds whatever its size, and everybody in it waits for all of it.
    package var itemsPerBatch = 300
    /// Rows in one batch, unless a single message has more.
    package var rowsPerBatch = 3_000
    /// Pieces of work that may wait for the next batch; more are refused at once. At 2,000 messages a second this is five seconds.
    package var waiting = 10_000
    /// Log rows of messages that were not accepted; beyond, the oldest waiting ones are dropped.
    package var waitingRefusals = 5_000
    /// How long outcomes and heartbeats wait. Submissions bring their own deadline.
    package var recordDeadline = Duration.seconds(30)
    /// After this a batch is broken off and tried again.
    package var batchDeadline = Duration.seconds(10)
    /// Pauses between attempts while the database is away; the first is the shortest.
    package var shortestPause = Duration.milliseconds(20)
    package var longestPause = Duration.milliseconds(500)
    /// How long a stop waits for the database.
    package var closingDeadline = Duration.seconds(10)

    package init() {}
}
