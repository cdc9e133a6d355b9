import Cluster
import DomainsAndUsers
import Foundation
package import Logging
import Settings
import SharedFolders
import TransportSecurity

/// The list of a start, walked without starting: file, home, database, settings, certificate, folders. Each step has its own message; a
/// step that needs a failed one before it is not tried.
package struct NodeCheck: Sendable {
    package struct Row: Sendable, Codable {
        package let name: String
        package let isWorking: Bool
        package let detail: String

        package init(name: String, isWorking: Bool, detail: String) {
            self.name = name
            self.isWorking = isWorking
            self.detail = detail
        }
    }

    private let home: NodeHome
    private let logger: Logger

    package init(home: NodeHome, logger: Logger) {
        self.home = home
        self.logger = logger
    }

    /// Whether a process works on this home.
    package static func isRunning(_ home: NodeHome) -> Bool {
        guard FileManager.default.fileExists(atPath: home.lockFile.path) else { return false }
        do throws(NodeStartupError) {
            _ = try NodeHomeLock(home: home)
            return false
        } catch {
            if case .inUse = error { return true }
            return false
        }
    }

    package func run() async -> [Row] {
        var rows: [Row] = []
        do {
            let configuration = try RunningNode.configuration(of: home)
            rows.append(Row(name: "node.conf", isWorking: true, detail: "node \(configuration.nodeName), \(configuration.nodeID)"))
            let lock = try NodeHomeLock(home: home)
            defer { withExtendedLifetime(lock) {} }
            let database = try await NodeDatabase.open(configuration, home: home, logger: logger)
            rows.append(Row(name: "database", isWorking: true, detail: "answers, its schema is current"))
            rows.append(await Self.clock(database))
            rows += await checkParts(configuration, database)
            await database.close()
        } catch {
            rows.append(Row(name: Self.name(of: error), isWorking: false, detail: "\(error)"))
        }
        return rows
    }

    /// Against the database server's clock (R5).
    private static func clock(_ database: NodeDatabase) async -> Row {
        do throws(NodeStartupError) {
            let comparison = try await database.compareClocks().comparison
            return Row(
                name: "clock", isWorking: comparison.isSameZone && !comparison.isRefused,
                detail: ClockText.detail(comparison).english)
        } catch {
            return Row(name: "clock", isWorking: false, detail: "\(error)")
        }
    }

    private func checkParts(_ configuration: NodeConfigurationFile, _ database: NodeDatabase) async -> [Row] {
        var rows: [Row] = []
        do {
            let (snapshot, problems) = try await SettingsWatcher.load(from: database.stores.settings, for: configuration.nodeID)
            let detail = problems.map { "\($0.section).\($0.field ?? "*"): \($0.message.english)" }.joined(separator: "; ")
            rows.append(
                Row(name: "settings", isWorking: problems.isEmpty, detail: problems.isEmpty ? "revision \(snapshot.revision)" : detail))
            let base = NodeBase(
                configuration: configuration, home: home, settings: CurrentSettings(snapshot), domains: .init(.empty), logger: logger)
            let tls = try await base.openTLS()
            let isExpired = tls.summary.isExpired(at: .now())
            rows.append(
                Row(
                    name: "certificate", isWorking: !isExpired,
                    detail: "\(tls.summary.subject), \(isExpired ? "ended" : "until") \(tls.summary.notAfter)"))
            rows += try await checkFolders(base, database)
        } catch {
            rows.append(Row(name: Self.name(of: error), isWorking: false, detail: "\(error)"))
        }
        return rows
    }

    private func checkFolders(_ base: NodeBase, _ database: NodeDatabase) async throws(NodeStartupError) -> [Row] {
        let folders = NodeFolders(
            home: home, configuration: base.configuration, settings: base.settings, register: database.folders)
        defer { folders.close() }
        try await folders.prepareForStart(logger: logger)
        let folder = MessageDataFolder(path: folders.path(of: .messageData), budget: MemoryBudget(limit: 0))
        defer { folder.close() }
        try await base.probe(folder)
        let transcripts = base.transcripts(folders)
        defer { transcripts.close() }
        var problem: SharedFolderError?
        do throws(SharedFolderError) { try await transcripts.probe(deadline: .seconds(4)) } catch { problem = error }
        return [
            Row(name: "message-data", isWorking: true, detail: folder.path),
            Row(name: "transcripts", isWorking: problem == nil, detail: problem?.description ?? transcripts.path),
        ]
    }

    private static func name(of error: any Error) -> String {
        guard let error = error as? NodeStartupError else { return "settings" }
        return switch error {
        case .configuration, .alreadyInitialized: "node.conf"
        case .inUse: "home"
        case .folder: "message-data"
        case .database: "database"
        case .certificate: "certificate"
        case .listener: "listeners"
        case .administrator: "administrator"
        case .settings: "settings"
        case .registration, .twin, .outOfService, .removed: "registration-key"
        case .version: "version"
        }
    }
}
