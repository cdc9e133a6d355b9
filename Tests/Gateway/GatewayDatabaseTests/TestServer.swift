import Foundation
import Glibc
import Settings
import Synchronization

/// A Firebird server of this run's own: own folder, security database, ports and password.
///
/// It runs under a shell that waits on a pipe from this process, so that it ends with it even after a crash.
final class TestServer: Sendable {
    private struct Running {
        let guardian: Process
        let input: Pipe
        let identifier: pid_t
    }

    struct SetupFailure: Error, CustomStringConvertible {
        let description: String
    }

    let folder: String
    let port: Int
    let password = UUID().uuidString
    private let running = Mutex<Running?>(nil)
    private let counter = Atomic<Int>(0)

    private static let sharedTask = Task { try await TestServer.started(called: "shared") }

    /// The server that all tests share that do not harm it.
    static func shared() async throws -> TestServer { try await sharedTask.value }

    /// Makes and starts a server.
    static func started(called name: String) async throws -> TestServer {
        try TestHome.prepare()
        let server = try TestServer(folder: TestHome.folder + "/server-\(name)")
        try await server.prepare()
        try await server.start()
        TestHome.atProcessEnd { server.kill() }
        return server
    }

    private init(folder: String) throws {
        self.folder = folder
        port = try Self.freePort()
    }

    /// A database on this server that does not exist yet.
    func freshConnection(password: String? = nil) -> NodeConfigurationFile.DatabaseConnection {
        connection(database: folder + "/data/test-\(counter.add(1, ordering: .relaxed).newValue).fdb", password: password)
    }

    func connection(database: String, password: String? = nil) -> NodeConfigurationFile.DatabaseConnection {
        .server(host: "127.0.0.1", port: port, database: database, user: "SYSDBA", password: password ?? self.password)
    }

    private func prepare() async throws {
        for name in ["root", "lock", "temporary", "data"] {
            try FileManager.default.createDirectory(atPath: folder + "/" + name, withIntermediateDirectories: true)
        }
        try FileManager.default.copyItem(atPath: TestHome.folder + "/firebird/intl", toPath: folder + "/root/intl")
        try Data(settings(auxiliaryPort: try Self.freePort()).utf8).write(to: URL(fileURLWithPath: folder + "/root/firebird.conf"))
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
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/isql-fb")
        process.arguments = ["-q"] + arguments
        process.environment = environment
        let pipe = Pipe()
        process.standardInput = pipe
        let output = folder + "/isql.out"
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        let outputHandle = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
        process.standardOutput = outputHandle
        process.standardError = outputHandle
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do {
                try process.run()
                pipe.fileHandleForWriting.write(Data(input.utf8))
                try pipe.fileHandleForWriting.close()
            } catch { continuation.resume(throwing: error) }
        }
        guard status == 0 else {
            let text = FileManager.default.contents(atPath: output).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw SetupFailure(description: "isql-fb ended with \(status): \(text)")
        }
    }

    /// Starts the server's process and waits until it listens.
    func start() async throws {
        // A server started on a taken port tries for more than a minute, so the one before must have gone.
        guard try await Self.becomesTrue({ !Self.isListening(self.port) }) else { throw SetupFailure(description: "the port is taken") }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c", "/usr/sbin/firebird > \(folder)/server.out 2>&1 & server=$!; echo $server; read -r line; kill -9 $server; wait",
        ]
        process.environment = environment
        let input = Pipe()
        let output = Pipe()
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
        guard let identifier = pid_t(line.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw SetupFailure(description: "the server did not start")
        }
        running.withLock { $0 = Running(guardian: process, input: input, identifier: identifier) }
        guard try await Self.becomesTrue({ Self.isListening(self.port) }) else { throw SetupFailure(description: "it does not listen") }
    }

    /// Looks every 10 ms, for 10 seconds at most: another process tells nobody when it is ready.
    private static func becomesTrue(_ condition: () -> Bool) async throws -> Bool {
        for _ in 0..<1_000 {
            if condition() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    /// Ends it without a word, as a crash does.
    func kill() {
        let last = running.withLock { running in
            defer { running = nil }
            return running
        }
        guard let last else { return }
        // No waiting here: this runs at the process's end too, where Foundation's waiting never ends.
        Glibc.kill(last.identifier, SIGKILL)
        Glibc.kill(last.guardian.processIdentifier, SIGKILL)
    }

    func send(_ signal: Int32) { running.withLock { if let running = $0 { _ = Glibc.kill(running.identifier, signal) } } }

    static func freePort() throws -> Int {
        try withSocket { socket, address, length in
            guard bind(socket, address, length) == 0 else { throw SetupFailure(description: "no free port") }
            var bound = sockaddr_in()
            var size = length
            let code = withUnsafeMutablePointer(to: &bound) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(socket, $0, &size) }
            }
            guard code == 0 else { throw SetupFailure(description: "no free port") }
            return Int(UInt16(bigEndian: bound.sin_port))
        }
    }

    private static func isListening(_ port: Int) -> Bool {
        (try? withSocket(port: port) { socket, address, length in connect(socket, address, length) == 0 }) ?? false
    }

    private static func withSocket<Result>(
        port: Int = 0, _ body: (Int32, UnsafePointer<sockaddr>, socklen_t) throws -> Result
    ) throws -> Result {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw SetupFailure(description: "no socket") }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return try withUnsafePointer(to: &address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { try body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
