package import OutsideEngines
package import Settings
import Synchronization

/// Engines that are as a test wants them.
package final class ScriptedEngines: EngineOverseer {
    private let state = Mutex<[OutsideEngine: (health: EngineStanding.Health, trial: Result<String, EngineFailure>)]>([:])

    package init() {}

    /// From here on one engine is so.
    package func set(_ engine: OutsideEngine, _ health: EngineStanding.Health, trial: Result<String, EngineFailure>) {
        state.withLock { $0[engine] = (health, trial) }
    }

    package func standings(_ settings: GatewaySettings) -> [EngineStanding] {
        let known = state.withLock { $0 }
        return OutsideEngine.allCases.map { engine in
            EngineStanding(
                engine: engine, isEnabled: known[engine] != nil, server: engine.connection(settings).server,
                health: known[engine]?.health ?? .unknown, answered: 12, failed: 3, version: "")
        }
    }

    package func tryConnection(_ engine: OutsideEngine, _ settings: GatewaySettings) async -> EngineTrial {
        let trial = state.withLock { $0[engine]?.trial } ?? .failure(.unreachable("Connection refused"))
        return EngineTrial(engine: engine, server: engine.connection(settings).server, result: trial, duration: .milliseconds(7))
    }
}
