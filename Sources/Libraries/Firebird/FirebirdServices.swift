import CFirebird

/// Maintenance through the service manager: backup, restore, statistics, sweep, validation, embedded and on a server.
///
/// Paths of backups are paths where the engine runs. Each call takes a thread for its time. When its deadline passes
/// or its task is cancelled the caller gets the error at once; the engine is left by detaching and may still finish
/// what it does.
package struct FirebirdServices: Sendable {
    /// What it was made with; its location is the database the services work on.
    package let configuration: FirebirdConfiguration

    private static let defaultDeadline = Duration.seconds(3_600)

    package init(_ configuration: FirebirdConfiguration) { self.configuration = configuration }

    /// Writes a logical backup (the format of gbak) while the database is in use; its state at the begin.
    /// - Parameter path: an absolute path. An existing file there is overwritten.
    /// - Returns: the engine's report.
    @discardableResult
    package func backup(to path: String, deadline: Duration? = nil) async throws -> String {
        var action = ParameterBlock(version: [isc_action_svc_backup])
        try action.append(isc_spb_dbname, longText: configuration.databaseName, called: "the database's name")
        try action.append(isc_spb_bkp_file, longText: path, called: "the backup's path")
        action.append(tag: isc_spb_verbose)
        return try await run(action, deadline)
    }

    /// Makes the database of this configuration from a backup. It must not exist.
    /// - Throws: `databaseExists` and the like; a database half restored may be left behind.
    @discardableResult
    package func restore(from path: String, deadline: Duration? = nil) async throws -> String {
        var action = ParameterBlock(version: [isc_action_svc_restore])
        try action.append(isc_spb_bkp_file, longText: path, called: "the backup's path")
        try action.append(isc_spb_dbname, longText: configuration.databaseName, called: "the database's name")
        action.append(isc_spb_res_page_size, number: Int32(FirebirdDatabase.pageSize))
        action.append(isc_spb_options, number: isc_spb_res_create)
        action.append(tag: isc_spb_verbose)
        return try await run(action, deadline)
    }

    /// What gstat says of header, tables and indexes.
    package func statistics(deadline: Duration? = nil) async throws -> String {
        var action = ParameterBlock(version: [isc_action_svc_db_stats])
        try action.append(isc_spb_dbname, longText: configuration.databaseName, called: "the database's name")
        action.append(isc_spb_options, number: isc_spb_sts_data_pages | isc_spb_sts_idx_pages)
        return try await run(action, deadline)
    }

    /// Removes row versions nobody needs any more. The database stays in use.
    package func sweep(deadline: Duration? = nil) async throws {
        var action = ParameterBlock(version: [isc_action_svc_repair])
        try action.append(isc_spb_dbname, longText: configuration.databaseName, called: "the database's name")
        action.append(isc_spb_options, number: isc_spb_rpr_sweep_db)
        _ = try await run(action, deadline)
    }

    /// Checks all tables and indexes page by page while the database is in use.
    package func validate(deadline: Duration? = nil) async throws -> FirebirdValidation {
        var action = ParameterBlock(version: [isc_action_svc_validate])
        try action.append(isc_spb_dbname, longText: configuration.databaseName, called: "the database's name")
        return FirebirdValidation(report: try await run(action, deadline))
    }

    /// Starts the action on a thread and collects what it says.
    private func run(_ action: ParameterBlock, _ deadline: Duration?) async throws -> String {
        let queue = SessionQueue(configuration, size: 1, maximumWaiting: 1)
        do {
            let report = try await queue.run(deadline: deadline ?? Self.defaultDeadline) { session in
                try ServiceAttachment(session).run(action.characters)
            }
            await queue.close()
            return report
        } catch {
            queue.beginClosing()
            throw error
        }
    }
}

/// What a validation found.
package struct FirebirdValidation: Sendable {
    /// The engine's lines.
    package let report: String

    /// Lines that speak of errors or warnings.
    package var problems: [String] {
        report.split(separator: "\n").map(String.init).filter { line in
            let lower = line.lowercased()
            return lower.contains("error") || lower.contains("warning") || lower.contains("corrupt") || lower.contains("could not")
        }
    }

    /// True when the check ran to its end and found nothing.
    package var isClean: Bool { report.contains("Validation finished") && problems.isEmpty }
}
