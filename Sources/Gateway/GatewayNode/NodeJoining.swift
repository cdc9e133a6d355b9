import Cluster
import Foundation
import GatewayDatabase
package import Logging
import Settings
import SharedFolders

/// Makes a further node of a cluster: looks at everything first (the preflight table), then binds its key and writes its home. The other
/// nodes need not be touched. Interrupted, it is simply run again and goes on as the same node.
package struct NodeJoining: Sendable {
    /// Home, names, listeners, database server and Message Data of the node.
    package let setup: NodeSetup
    /// The text of a key that the cluster issued.
    package let registrationKey: String
    /// Only the table: nothing is bound, no node is made.
    package let looksOnly: Bool

    package init(setup: NodeSetup, registrationKey: String, looksOnly: Bool) {
        self.setup = setup
        self.registrationKey = registrationKey
        self.looksOnly = looksOnly
    }

    package func run(logger: Logger) async -> JoinReport {
        var report = JoinReport()
        do throws(NodeStartupError) {
            let lock = try prepareHome()
            defer { withExtendedLifetime(lock) {} }
            report.ok(.home, setup.home.path, ja: setup.home.path)
            await join(&report, logger)
        } catch {
            report.fail(.home, error.description, remedy: JoinAdvice.home)
        }
        return report
    }

    /// The folders are the node's whether it is admitted now or at the next try.
    private func prepareHome() throws(NodeStartupError) -> NodeHomeLock {
        guard !FileManager.default.fileExists(atPath: setup.home.configurationFile.path) else {
            throw .alreadyInitialized(path: setup.home.path)
        }
        // Message Data is linked once it has been probed.
        try setup.makeFolders(withMessageData: false)
        return try NodeHomeLock(home: setup.home)
    }

    private func join(_ report: inout JoinReport, _ logger: Logger) async {
        do throws(NodeStartupError) {
            var configuration = try setup.begunConfiguration()
            guard let database = await openDatabase(&report, configuration, logger) else {
                // Without the database it is not known whether it is the cluster's; whether it can be used is.
                return await JoinFolderProof(setup: setup, node: configuration.nodeID, database: nil).look(&report)
            }
            await JoinFolderProof(setup: setup, node: configuration.nodeID, database: database).look(&report)
            await look(&report, configuration, database)
            if report.isClear, !looksOnly {
                configuration.registrationKey = registrationKey
                await enter(&report, configuration, database)
            }
            await database.close()
        } catch {
            report.fail(.home, error.description, remedy: JoinAdvice.home)
        }
    }

    /// Looked at first, so that a program of another version changes nothing in it.
    private func openDatabase(
        _ report: inout JoinReport, _ configuration: NodeConfigurationFile, _ logger: Logger
    ) async -> NodeDatabase? {
        do throws(GatewayDatabaseError) {
            let trial = try await GatewayDatabase.tryOut(configuration.database, home: setup.home.url, node: configuration.nodeID)
            guard !trial.isEmpty else {
                report.fail(.database, "the database is empty", remedy: JoinAdvice.emptyDatabase)
                return nil
            }
            report.ok(.database, "answers, Firebird \(trial.engineVersion)", ja: "応答しています（Firebird \(trial.engineVersion)）")
            guard trial.pendingMigrations == 0 else {
                report.fail(.version, "this program is newer than the cluster's database", remedy: JoinAdvice.version)
                return nil
            }
        } catch {
            let step: JoinReport.Step = if case .newerSchema = error { .version } else { .database }
            report.fail(step, error.description, remedy: JoinAdvice.remedy(error))
            return nil
        }
        do throws(NodeStartupError) {
            return try await NodeDatabase.open(configuration, home: setup.home, logger: logger)
        } catch {
            report.fail(.database, error.description, remedy: JoinAdvice.database)
            return nil
        }
    }

    private func look(_ report: inout JoinReport, _ configuration: NodeConfigurationFile, _ database: NodeDatabase) async {
        let preflight = JoinPreflight(configuration: configuration, registrationKey: registrationKey, database: database)
        await preflight.lookAtNodes(&report)
        await preflight.lookAtKey(&report)
        await preflight.lookAtClock(&report)
    }

    /// Binding decides: of two nodes with one key at the same moment one is refused here.
    private func enter(_ report: inout JoinReport, _ configuration: NodeConfigurationFile, _ database: NodeDatabase) async {
        do throws(NodeStartupError) {
            let admitted = try await NodeAdmission(configuration: configuration, database: database).admit()
            try setup.makeFolders(withMessageData: true)
            let snapshot = SettingsSnapshot(revision: .none, settings: GatewaySettings())
            try await setup.saveNodeSettings(database, admitted, CurrentSettings(snapshot))
            try setup.finish(admitted)
            report.isJoined = true
        } catch {
            let step: JoinReport.Step = if case .registration = error { .registrationKey } else { .home }
            report.fail(step, error.description, remedy: step == .home ? JoinAdvice.home : JoinAdvice.key)
        }
    }
}
