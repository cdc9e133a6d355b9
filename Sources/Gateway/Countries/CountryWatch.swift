import Dispatch
import Foundation
import Geolocation
package import Logging
import ServiceLifecycle
package import Settings
import Synchronization

/// Opens the database that the settings name, and again when its file has changed; a file that cannot be read leaves the one that is
/// open. Reads on a thread of its own.
package final class CountryWatch: Service {
    /// What tells one version of a file from another.
    private struct Version: Equatable {
        let path: String
        let states: [State]

        struct State: Equatable {
            let inode: UInt64
            let bytes: Int64
            let changedAt: Date?
        }
    }

    private let countries: CurrentCountries
    private let settings: CurrentSettings
    private let logger: Logger
    private let queue = DispatchQueue(label: "securitygateway.countries")
    private let seen = Mutex<Version?>(nil)

    /// A change of settings is seen so soon, and one of the file, too.
    private static let interval = Duration.seconds(1)

    package init(countries: CurrentCountries, settings: CurrentSettings, logger: Logger) {
        self.countries = countries
        self.settings = settings
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.look()
                // Cancelled: the loop ends.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Once: opens, changes or closes what has to be.
    package func look() async {
        let settings = settings.snapshot.settings.countries
        guard settings.isEnabled else {
            if seen.withLock({ $0 != nil }) { forget() }
            return
        }
        await withCheckedContinuation { continuation in
            queue.async {
                self.look(settings.databasePath)
                continuation.resume()
            }
        }
    }

    private func forget() {
        seen.withLock { $0 = nil }
        countries.close()
    }

    private func look(_ path: String) {
        let version = Self.version(path)
        guard seen.withLock({ $0 != version }) else { return }
        seen.withLock { $0 = version }
        do throws(CountryDatabaseError) {
            let database = try CountryDatabases.open(path)
            countries.adopt(database)
            logger.info("the database of countries is open", metadata: ["database": "\(database.title)"])
        } catch {
            countries.fail("\(error)")
            logger.warning("the database of countries cannot be used; what was open stays", metadata: ["cause": "\(error)"])
        }
    }

    private static func version(_ path: String) -> Version {
        let states = CountryDatabases.paths(path).map { path in
            // One that is not there has no attributes, and opening it says so.
            let attributes = (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
            return Version.State(
                inode: (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0,
                bytes: (attributes[.size] as? NSNumber)?.int64Value ?? -1, changedAt: attributes[.modificationDate] as? Date)
        }
        return Version(path: path, states: states)
    }
}
