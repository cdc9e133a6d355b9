package import Firebird
package import Foundation
import Glibc
import Synchronization

/// The folder and the embedded engine that all tests of this process share; removed at the process's end.
///
/// All test targets run in one process, and a process has one engine: whoever tests with Firebird does it in this folder.
package enum TestEnvironment {
    /// How long a call may take that no test limits: a machine that builds something else besides is slow.
    static let patience = Duration.seconds(300)
    fileprivate static let cleanups = Mutex<[@Sendable () -> Void]>([])
    private static let counter = Atomic<Int>(0)

    /// The folder of all databases of this run, without a slash at its end; also the home that tests of `GatewayDatabase` name. Exists
    /// once `engine` was read.
    package static let folder: String = {
        // Short: a service's command line holds the database's path and has at most 255 bytes.
        let folder = FileManager.default.temporaryDirectory.path + "/firebird-\(UUID().uuidString.prefix(8))"
        atProcessEnd {
            // What is left over in the folder for temporary files harms nobody.
            try? FileManager.default.removeItem(atPath: folder)
        }
        return folder
    }()

    /// `folder` as a URL.
    package static var url: URL { URL(fileURLWithPath: folder) }

    /// The embedded engine's environment; the first call of the library must come after it. Its root and its cache are those that
    /// `GatewayDatabase` asks for, so that both agree.
    package static let engine: Result<EmbeddedFirebirdEnvironment, any Error> = Result {
        let engine = try EmbeddedFirebirdEnvironment.prepare(root: folder + "/firebird")
        try FirebirdLibrary.refuseSignals()
        return engine
    }

    private static let firstDatabase = Task {
        try await FirebirdDatabase.create(FirebirdConfiguration(location: .embedded(path: try freshPath())))
    }

    /// Returns when the engine has had a first database alone: several first ones at the same moment find some of its parts not loaded yet.
    package static func warmEngine() async throws { try await firstDatabase.value }

    /// Runs `body` when the process ends, the latest first; after a crash nothing runs.
    package static func atProcessEnd(_ body: @escaping @Sendable () -> Void) { cleanups.withLock { $0.append(body) } }

    /// What is registered last at an exit runs first. The library's own exit handlers wait, without an end, for calls that still run, such as
    /// that of a connection a test gave up; so the process ends before them.
    static func endBeforeLibrary() {
        on_exit(
            { status, _ in
                for body in TestEnvironment.cleanups.withLock({ $0 }).reversed() { body() }
                fflush(nil)
                _exit(status)
            }, nil)
    }

    /// A number that this process has not had yet.
    static func nextNumber() -> Int { counter.add(1, ordering: .relaxed).newValue }

    /// A path in the folder for a database that does not exist yet.
    /// - Throws: what preparing the engine threw.
    package static func freshPath() throws -> String {
        _ = try engine.get()
        // Each time, since the library registers handlers of its own as it loads its parts.
        endBeforeLibrary()
        return folder + "/test-\(nextNumber()).fdb"
    }
}

/// Why a test's surroundings could not be made.
package struct TestSetupFailure: Error, CustomStringConvertible {
    /// What happened, for the test's report.
    package let description: String
}
