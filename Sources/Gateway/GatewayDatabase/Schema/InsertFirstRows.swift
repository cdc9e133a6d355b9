import Firebird
import Settings

extension FirebirdMigration {
    /// The marker and the one row of the settings' revision.
    static let insertFirstRows = FirebirdMigration("0006 first rows") { transaction in
        let now = UTCTime.now()
        let nobody = FirebirdValue.bytes(QueueRow.nobody)
        try transaction.execute("insert into security_gateway (id, product, created_at) values (1, 'SecurityGateway', \(now))")
        try transaction.execute("insert into settings_revision (id, revision, changed_at, changed_by) values (1, 0, \(now), \(nobody))")
    }
}
