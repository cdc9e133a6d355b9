import Metrics

/// What the writer counts, under names beginning with `securitygateway_database_`.
struct WriterMetrics: Sendable {
    let batchItems = Recorder(label: "securitygateway_database_batch_items", aggregate: true)
    /// About: see `WriterWork.weight`.
    let batchRows = Recorder(label: "securitygateway_database_batch_rows", aggregate: true)
    let batchSeconds = Timer(label: "securitygateway_database_commit_seconds")
    let waiting = Gauge(label: "securitygateway_database_waiting")
    let refused = Counter(label: "securitygateway_database_refused_total")
    let expired = Counter(label: "securitygateway_database_expired_total")
    let retriedBatches = Counter(label: "securitygateway_database_retried_batches_total")
    let failedBatches = Counter(label: "securitygateway_database_failed_batches_total")
    let withdrawn = Counter(label: "securitygateway_database_withdrawn_total")
    let uncountedBatches = Counter(label: "securitygateway_database_uncounted_batches_total")
    let droppedRefusals = Counter(label: "securitygateway_database_dropped_log_rows_total")
}
