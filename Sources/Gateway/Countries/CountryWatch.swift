import Dispatch
import Geolocation
import Glibc
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
            /// Of content, rights and names alike: a file that may be read now is tried again.
            let changedAt: [Int]
        }
    }

    private let countries: CurrentCountries
    private let settings: CurrentSettings
    private let logger: Logger
    private let queue = DispatchQueue(label: "securitygateway.countries")
    private let seen = Mutex<Version?>(nil)
    private let isLooking = Atomic(false)

    /// A change of settings is seen so soon, and one of the file, too.
    private static let interval = Duration.seconds(1)
    /// A folder that hangs holds up neither a start nor an end.
    private static let patience = Duration.seconds(5)

    package init(countries: CurrentCountries, settings: CurrentSettings, logger: Logger) {
        self.countries = countries
        self.settings = settings
        self.logger = logger
    }

    package func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await self.look(within: Self.patience)
                // Cancelled: the loop ends.
                try? await Task.sleep(for: Self.interval)
            }
        }
    }

    /// Once: opens, changes or closes what has to be. Waits so long at most; a look that takes longer goes on by itself, and no other
    /// begins meanwhile.
    package func look(within limit: Duration = patience) async {
        let settings = settings.snapshot.settings.countries
        guard settings.isEnabled else {
            if seen.withLock({ $0 != nil }) { forget() }
            return
        }
        guard !isLooking.exchange(true, ordering: .relaxed) else { return }
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        queue.async {
            self.look(settings.databasePath)
            self.isLooking.store(false, ordering: .relaxed)
            end.finish()
        }
        let timer = Task {
            try? await Task.sleep(for: limit)  // cancelled when the look is over
            end.finish()
        }
        for await _ in ends {}
        timer.cancel()
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
            var found = stat()
            // One that is not there has no state, and opening it says so.
            guard stat(path, &found) == 0 else { return Version.State(inode: 0, bytes: -1, changedAt: []) }
            return Version.State(
                inode: UInt64(found.st_ino), bytes: Int64(found.st_size), changedAt: [found.st_ctim.tv_sec, found.st_ctim.tv_nsec])
        }
        return Version(path: path, states: states)
    }
}
