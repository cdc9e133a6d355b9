import DomainsAndUsers
package import OutsideEngines
import Settings

/// Outside engines, as this node sees them.
extension Administration {
    package func engines(_ caller: AdministrationCaller) -> [EngineStanding] { ports.engines.standings(current.snapshot.settings) }

    /// Asks an engine for a sign of life now, by the settings in force, whether it is enabled or not.
    /// - Throws: `.notFound` for a name that is none.
    package func tryEngine(_ name: String, _ caller: AdministrationCaller) async throws(AdministrationError) -> EngineTrial {
        guard let engine = OutsideEngine(rawValue: name) else {
            throw .notFound(LocalizedText("There is no engine “\(name)”.", ja: "エンジン「\(name)」はありません。"))
        }
        do throws(DirectoryError) {
            try await ports.audit.record(entry(caller, "engine.try", engine.name))
        } catch {
            throw AdministrationError(error)
        }
        return await ports.engines.tryConnection(engine, current.snapshot.settings)
    }
}
