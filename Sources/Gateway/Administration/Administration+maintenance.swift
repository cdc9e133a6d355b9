import DomainsAndUsers
package import MessageLog
import Settings

extension Administration {
    /// Newest first.
    package func maintenanceRuns(_ caller: AdministrationCaller) async throws(AdministrationError) -> [MaintenanceRun] {
        do throws(MessageLogError) {
            return try await ports.maintenance.maintenanceRuns(limit: Self.shownMaintenanceRuns)
        } catch {
            throw AdministrationError(error)
        }
    }

    /// How far searches for a part of a text have an index.
    package func textIndexReach(_ caller: AdministrationCaller) async throws(AdministrationError) -> TextIndexReach {
        do throws(MessageLogError) {
            return try await ports.maintenance.textIndexReach()
        } catch {
            throw AdministrationError(error)
        }
    }

    /// Asks this node for maintenance now; its run appears in the list within seconds.
    /// - Throws: `.conflict` when another node is the primary, with its name.
    package func runMaintenance(_ caller: AdministrationCaller) async throws(AdministrationError) {
        try await refuseOnSecondary()
        do throws(DirectoryError) {
            try await ports.audit.record(entry(caller, "maintenance.run", nodeID.description))
        } catch {
            throw AdministrationError(error)
        }
        ports.node.startMaintenance()
    }

    /// A quarter of a year.
    private static var shownMaintenanceRuns: Int { 100 }
}
