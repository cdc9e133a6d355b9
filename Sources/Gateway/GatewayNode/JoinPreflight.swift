import Cluster
import Settings

/// The rows of a join that need the opened database: version, name, key, zone, clock, round trip. Nothing is changed by looking.
struct JoinPreflight: Sendable {
    let configuration: NodeConfigurationFile
    let registrationKey: String
    let database: NodeDatabase

    /// A commit takes several round trips, and mail waits for two commits: above it the database is not on this network (R4).
    private static let slowRoundTrip = Duration.milliseconds(10)

    func lookAtNodes(_ report: inout JoinReport) async {
        do throws(NodeRegistryError) {
            let nodes = try await database.stores.nodes.nodes().filter { $0.node != configuration.nodeID && !$0.isStopped }
            let others = Set(nodes.map(\.version)).subtracting([ProductVersion.text])
            if let other = nodes.first(where: { others.contains($0.version) }) {
                report.fail(
                    .version, "the node \(other.name) runs version \(other.version), this one is \(ProductVersion.text)",
                    remedy: JoinAdvice.version)
            } else {
                report.ok(.version, ProductVersion.text, ja: ProductVersion.text)
            }
            if nodes.contains(where: { $0.name == configuration.nodeName }) {
                report.fail(.nodeName, "there is a node \(configuration.nodeName) already", remedy: JoinAdvice.name)
            } else {
                report.ok(.nodeName, configuration.nodeName, ja: configuration.nodeName)
            }
        } catch {
            report.fail(.version, error.description, remedy: JoinAdvice.database)
        }
    }

    func lookAtKey(_ report: inout JoinReport) async {
        do throws(RegistrationKeyError) {
            let identifier = try await database.stores.registrationKeys.clusterIdentity().identifier(of: registrationKey)
            guard let key = try await database.stores.registrationKeys.registrationKeys().first(where: { $0.identifier == identifier })
            else { throw .unknown }
            if key.state == .revoked { throw .revoked }
            if let holder = key.binding, holder.node != configuration.nodeID { throw .heldBy(nodeName: holder.nodeName) }
            report.ok(.registrationKey, "\(identifier), free", ja: "\(identifier)、未使用")
        } catch {
            report.fail(.registrationKey, error.description, remedy: JoinAdvice.key)
        }
    }

    func lookAtClock(_ report: inout JoinReport) async {
        do throws(NodeStartupError) {
            let (comparison, roundTrip) = try await database.compareClocks()
            let detail = ClockText.detail(comparison)
            if comparison.isSameZone {
                report.ok(.timeZone, "as the database server's", ja: "データベースサーバーと同じです")
                addClock(&report, comparison, detail)
            } else {
                report.add(.timeZone, .failed, detail, remedy: JoinAdvice.zone)
            }
            addRoundTrip(&report, roundTrip)
        } catch {
            report.fail(.clock, error.description, remedy: JoinAdvice.database)
        }
    }

    private func addClock(_ report: inout JoinReport, _ comparison: ClockComparison, _ detail: LocalizedText) {
        guard comparison.isWarning else { return report.ok(.clock, detail.english, ja: detail.japanese) }
        report.add(.clock, comparison.isRefused ? .failed : .warning, detail, remedy: JoinAdvice.clock)
    }

    private func addRoundTrip(_ report: inout JoinReport, _ roundTrip: Duration) {
        let microseconds = roundTrip.components.seconds * 1_000_000 + roundTrip.components.attoseconds / 1_000_000_000_000
        let text = "\(microseconds / 1000).\(microseconds % 1000 / 100) ms"
        guard roundTrip > Self.slowRoundTrip else { return report.ok(.roundTrip, text, ja: text) }
        report.add(.roundTrip, .warning, LocalizedText(text, ja: text), remedy: JoinAdvice.roundTrip)
    }
}
