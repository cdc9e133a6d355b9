package import Firebird
import Foundation
import Glibc
import Synchronization

/// A Firebird server of this run's own: own folder, security database, ports and password.
///
/// It runs under a shell that waits on a pipe from this process, so that it ends with it even after a crash.
package final class TestServer: Sendable {
    private struct Running {
        let guardian: TestProcess
        let identifier: pid_t
    }

    /// The folder of the server's files; databases may lie in `data` below it only.
    package let folder: String
    /// Where it listens on 127.0.0.1.
    package let port: Int
    /// Of SYSDBA.
    package let password = UUID().uuidString
    private let running = Mutex<Running?>(nil)

    private static let sharedTask = Task { try await TestServer.started(called: "shared") }

    /// The server that all tests share that do not harm it; started by the first call.
    /// - Throws: `TestSetupFailure` when it does not start.
    package static func shared() async throws -> TestServer { try await sharedTask.value }

    /// Makes and starts a server; it ends with the process if nobody kills it before.
    /// - Parameter name: part of its folder's name, for whoever looks at a failed test.
    /// - Throws: `TestSetupFailure` when it does not start.
    package static func started(called name: String) async throws -> TestServer {
        // The engine's first database is made before other programs are started.
        try await TestEnvironment.warmEngine()
        let server = try TestServer(folder: TestEnvironment.folder + "/server-\(TestEnvironment.nextNumber())-\(name)")
        try await server.prepare()
        try await server.start()
        TestEnvironment.atProcessEnd { server.kill() }
        return server
    }

    private init(folder: String) throws {
        self.folder = folder
        port = try TestPort.free()
    }

    /// A database on this server that does not exist yet.
    /// - Parameter password: of SYSDBA; the right one when `nil`.
    package func freshConfiguration(password: String? = nil) -> FirebirdConfiguration {
        TestEnvironment.endBeforeLibrary()
        let database = folder + "/data/test-\(TestEnvironment.nextNumber()).fdb"
        return FirebirdConfiguration(
            location: .server(host: "127.0.0.1", port: port, database: database), password: password ?? self.password,
            connectTimeout: .seconds(5), defaultDeadline: TestEnvironment.patience)
    }

    private func prepare() async throws {
        for name in ["root", "lock", "temporary", "data"] {
            try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
        }
        let engine = try TestEnvironment.engine.get()
        try FileManager.default.copyItem(atPath: engine.root + "/intl", toPath: folder + "/root/intl")
        try Data(settings(auxiliaryPort: try TestPort.free()).utf8).write(to: URL(fileURLWithPath: folder + "/root/firebird.conf"))
        try Data().write(to: URL(fileURLWithPath: folder + "/root/databases.conf"))
        let security = folder + "/data/security3.fdb"
        try await interactiveSQL([], input: "create database '\(security)';")
        try await interactiveSQL(["-user", "SYSDBA", "-i", "/usr/share/firebird/3.0/security.sql", security], input: "")
        try await interactiveSQL(["-user", "SYSDBA", security], input: "create user SYSDBA password '\(password)' using plugin Srp;")
    }

    private func settings(auxiliaryPort: Int) -> String {
        """
        RemoteServicePort = \(port)
        RemoteAuxPort = \(auxiliaryPort)
        RemoteBindAddress = 127.0.0.1
        ServerMode = Super
        SecurityDatabase = \(folder)/data/security3.fdb
        DatabaseAccess = Restrict \(folder)/data
        TempDirectories = \(folder)/temporary
        AuthServer = Srp256
        AuthClient = Srp256
        UserManager = Srp
        WireCrypt = Required
        UdfAccess = None
        DeadlockTimeout = 1

        """
    }

    private var environment: [String: String] {
        var environment = ProcessInfo.processInfo.environment
        environment["FIREBIRD"] = folder + "/root"
        environment["FIREBIRD_LOCK"] = folder + "/lock"
        environment["FIREBIRD_TMP"] = folder + "/temporary"
        return environment
    }

    private func interactiveSQL(_ arguments: [String], input: String) async throws {
        let output = folder + "/isql.out"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        let outputHandle = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        let process = try TestProcess(
            script: "exec /usr/bin/isql-fb -q \"$@\"", arguments, environment: environment, output: outputHandle, mergingErrors: true)
        process.input.fileHandleForWriting.write(Data(input.utf8))
        try process.input.fileHandleForWriting.close()
        let status = await process.status()
        guard status == 0 else {
            let text = FileManager.default.contents(atPath: output).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw TestSetupFailure(description: "isql-fb ended with \(status): \(text)")
        }
    }

    /// Starts the server's process and waits until it listens, 10 seconds at most; also after `kill`, with the databases there were.
    /// - Throws: `TestSetupFailure` when it does not start.
    package func start() async throws {
        // A server started on a taken port tries for more than a minute, so the one before must have gone.
        guard try await Self.becomesTrue({ !TestPort.isListening(self.port) }) else {
            throw TestSetupFailure(description: "the port is taken")
        }
        let output = Pipe()
        let process = try TestProcess(
            script: "/usr/sbin/firebird > \(folder)/server.out 2>&1 & server=$!; echo $server; read -r line; kill -9 $server",
            environment: environment, output: output)
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let identifier = pid_t(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw TestSetupFailure(description: "the server did not start")
        }
        running.withLock { $0 = Running(guardian: process, identifier: identifier) }
        guard try await Self.becomesTrue({ TestPort.isListening(self.port) }) else {
            throw TestSetupFailure(description: "it does not listen")
        }
    }

    /// Looks every 10 ms, for 10 seconds at most: another process tells nobody when it is ready.
    private static func becomesTrue(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<1_000 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Ends it without a word, as a crash does. Harmless when it has ended.
    package func kill() {
        let last = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let last else { return }
        // No waiting here: this runs at the process's end too, where Foundation's waiting never ends.
        Glibc.kill(last.identifier, SIGKILL)
        Glibc.kill(last.guardian.identifier, SIGKILL)
    }

    /// Sends a signal to the server's process, such as `SIGSTOP`.
    package func send(_ signal: Int32) { running.withLock { if let running = $0 { _ = Glibc.kill(running.identifier, signal) } } }
}
