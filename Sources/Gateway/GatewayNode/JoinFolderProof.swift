import Cluster
import Settings
import SharedFolders

/// The row of a join that proves Message Data to be the cluster's own folder: its marker has the identity in the database, and what a living
/// node wrote there can be read back. A share of the same form that is another one is refused.
struct JoinFolderProof: Sendable {
    let setup: NodeSetup
    let node: NodeID
    /// `nil`: it could not be opened.
    let database: NodeDatabase?

    func look(_ report: inout JoinReport) async {
        do {
            let configured = try await configuredPath()
            guard let place = configured ?? setup.messageData else {
                return report.fail(.messageData, "no folder is named", remedy: JoinAdvice.messageData)
            }
            let probe = try await probe(place, configured)
            guard let problem = probe.problem, let remedy = probe.remedy else { return tell(&report, place, probe) }
            let advice = JoinAdvice.messageData
            report.fail(
                .messageData, "\(place): \(problem.missing.rawValue) (\(problem.cause))",
                remedy: configured == nil
                    ? LocalizedText("\(remedy.english) \(advice.english)", ja: remedy.japanese + advice.japanese) : remedy)
        } catch {
            report.fail(.messageData, "\(error)", remedy: JoinAdvice.database)
        }
    }

    /// Where the cluster has set one, every node uses that path.
    private func configuredPath() async throws -> String? {
        guard let database else { return nil }
        let (snapshot, _) = try await SettingsWatcher.load(from: database.stores.settings, for: node)
        let path = snapshot.settings.directories.messageData
        return path.isEmpty ? nil : path
    }

    private func probe(_ place: String, _ configured: String?) async throws -> FolderProbe {
        let inspector = FolderInspector()
        defer { inspector.close() }
        var expected: RecordIdentifier?
        var others: [FolderProbe] = []
        if let database {
            expected = try await database.folders.identity(of: .messageData, owner: nil, path: configured ?? "")
            let living = Set(try await database.stores.nodes.nodes().filter { !$0.isStopped }.map(\.node))
            others = try await database.folders.probes().filter { probe in
                probe.folder == .messageData && probe.node != node && living.contains(probe.node) && probe.identity == expected
            }
        }
        // A folder that no node has used yet has no marker; then only what can be done there is looked at.
        let subject = FolderProbing.Subject(kind: .messageData, path: place, identity: expected, others: others)
        return await FolderProbing(inspector: inspector, node: node).probe(subject, leavesToken: false, mustBeMarked: expected != nil)
    }

    private func tell(_ report: inout JoinReport, _ place: String, _ probe: FolderProbe) {
        guard probe.readFrom != nil else {
            return report.ok(
                .messageData, "\(place): create, sync, rename, read and delete work",
                ja: "\(place): 作成・同期・名前変更・読み取り・削除ができます")
        }
        report.ok(
            .messageData, "\(place): the cluster's own; create, sync, rename, read, delete and reading what another node wrote work",
            ja: "\(place): クラスターのフォルダーです。作成・同期・名前変更・読み取り・削除と、ほかのノードのファイルの読み取りができます")
    }
}
