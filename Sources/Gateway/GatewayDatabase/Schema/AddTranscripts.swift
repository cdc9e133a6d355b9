import Firebird

extension FirebirdMigration {
    /// The SMTP dialogue a message came in, and the one of each attempt to deliver it: identifiers from which the place in the folder SMTP
    /// Transcripts is computed. NULL where none is kept.
    static let addTranscripts = FirebirdMigration(
        "0060 transcripts", schema: ["alter table message add transcript d_id", "alter table delivery_event add transcript d_id"])
}
