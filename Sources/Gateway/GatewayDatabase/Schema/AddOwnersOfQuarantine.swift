import Firebird

extension FirebirdMigration {
    /// Whose a quarantined copy is (`EmailAddress.lookupKey`) and since when, with an index: a user's list reads his own rows only.
    static let addOwnersOfQuarantine = FirebirdMigration(
        "owners of quarantined mail",
        schema: [
            "alter table quarantine_recipient add address_key d_text_320, add quarantined_at d_time",
            "create descending index quarantine_recipient_owner on quarantine_recipient (address_key, quarantined_at, message_id)",
        ])

    /// Rows that are there already.
    static let fillOwnersOfQuarantine = FirebirdMigration("owners of mail quarantined before") { transaction in
        try transaction.execute(
            """
            update quarantine_recipient k set
                address_key = (select lower(r.address) from recipient r where r.message_id = k.message_id and r.ordinal = k.ordinal),
                quarantined_at = (select q.quarantined_at from quarantine q where q.message_id = k.message_id)
            """)
    }
}
