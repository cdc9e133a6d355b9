import Firebird

/// The schema's whole history, oldest first. Append only: what has been released is never changed.
enum SchemaMigrations {
    static let all: [FirebirdMigration] = [
        .createMarkerAndCluster, .createSettingsAndDomains, .createAdministration, .createMessages, .createQueue, .insertFirstRows,
        .createUsers, .addSignedInUserToLog,
        .createAccessLists, .createMessageJudgements, .createQuarantine,
        .createStatistics, .createAPIKeys, .addLogKeys, .indexMessageLog,
        .addCredentialsOfMailServers,
        .createMaintenance,
        .addQueueTime,
        .indexMessageOrigins,
        .addTranscripts,
        .createUserSessions, .addOwnersOfQuarantine, .fillOwnersOfQuarantine,
        .createRegistrationKeys,
        .createSettingsHistory,
        .createPrimaryRole, .insertPrimaryRole,
        .createSharedFolders, .insertFolderProbeRequest,
        .createTextIndex, .insertTextIndex,
        .addNodeStanding,
        .createSigningKeys,
        .createContentRules,
        .createGreylist,
        .createBans, .insertBanState,
        .createBayesianLearning,
        .createRates,
        .createReturnPathKeys,
        .createTextBlocks, .dropLogIndexes, .dropRecipientTime,
        .createQuarantineDigests,
        .createSieveScripts,
        .createAggregateReports,
        .createStrippedAttachments,
    ]

    /// The table that says the database is ours; made by the first migration.
    static let markerTable = "SECURITY_GATEWAY"
    /// The driver's own tables, there before the marker while a first node is at work.
    static let migrationTables: Set<String> = ["SCHEMA_MIGRATION", "SCHEMA_MIGRATION_LOCK"]
}
