import Firebird

extension FirebirdMigration {
    /// When a row came into the queue, where that is not when its message was received: released from quarantine. NULL otherwise.
    static let addQueueTime = FirebirdMigration("0050 queue time", schema: ["alter table queue add queued_at d_time"])
}
