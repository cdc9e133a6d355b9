import ServiceLifecycle
package import Settings

/// Looks at the engines beside the mail, so that no message waits to find out that one is away or back.
package struct EngineWatch: Service {
    private let engines: OutsideEngines
    private let settings: CurrentSettings

    /// A paused engine is found back at most so much after its pause.
    private static let interval = Duration.seconds(1)

    package init(engines: OutsideEngines, settings: CurrentSettings) {
        self.engines = engines
        self.settings = settings
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await engines.lookAround(settings.snapshot.settings)
                // Cancelled: the loop ends.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}
