import Foundation
import Logging
import MessageLog
import NIOCore
import NIOPosix
import Settings
import Synchronization
import Testing
import TransportSecurity

@testable import Reception
@testable import SharedFolders

/// A listener on free loopback ports with a real message folder.
final class ReceptionFixture: Sendable {
    let listener: SMTPListener
    let handler: RecordingHandler
    let settings: CurrentSettings
    private let folder: MessageDataFolder
    private let path: String

    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    /// One certificate for all tests; its files are gone once it is read.
    static let tls = Task {
        let path = temporaryPath()
        defer { remove(path) }
        return try await TLSContexts.open(
            NodeCertificates(folder: path, names: ["mx.example.test"], logger: logger), logger: logger)
    }

    static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Settings with one listener of each kind.
    static func settings(_ change: (inout GatewaySettings) -> Void = { _ in }) -> GatewaySettings {
        var settings = GatewaySettings()
        settings.node.heloName = "mx.example.test"
        settings.node.smtpListeners = [loopback]
        change(&settings)
        return settings
    }

    static let loopback = address("127.0.0.1:0")

    static func address(_ text: String) -> ListenAddress {
        guard let address = ListenAddress(text) else { preconditionFailure("\(text) is no address") }
        return address
    }

    init(
        _ settings: GatewaySettings = settings(), handler: RecordingHandler = RecordingHandler(), budget: Int = 64 << 20,
        folder givenFolder: String? = nil, transcripts: TranscriptKeeper? = nil
    ) async throws {
        path = givenFolder ?? Self.temporaryPath()
        if givenFolder == nil { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        folder = MessageDataFolder(path: path, budget: MemoryBudget(limit: budget))
        self.settings = CurrentSettings(SettingsSnapshot(revision: .none, settings: settings))
        self.handler = handler
        listener = SMTPListener(
            settings: self.settings, handler: handler, folder: folder, tls: try await Self.tls.value, group: Self.group,
            transcripts: transcripts, logger: Self.logger)
        do {
            try await listener.start()
        } catch {
            folder.close()
            Self.remove(path)
            throw error
        }
    }

    /// Runs the test and takes everything down; the folder of a failed test stays.
    static func with(
        _ settings: GatewaySettings = settings(), handler: RecordingHandler = RecordingHandler(), budget: Int = 64 << 20,
        _ test: (ReceptionFixture) async throws -> Void
    ) async throws {
        let fixture = try await ReceptionFixture(settings, handler: handler, budget: budget)
        do {
            try await test(fixture)
        } catch {
            await fixture.end()
            throw error
        }
        await fixture.end()
        remove(fixture.path)
    }

    func end() async {
        adopt { $0.reception.shutdownGraceSeconds = 0 }
        await listener.stop()
        folder.close()
    }

    func port(_ kind: ListenerKind = .smtp) -> Int { listener.boundPorts.first { $0.kind == kind }?.port ?? 0 }

    /// Changes the settings in force.
    func adopt(_ change: (inout GatewaySettings) -> Void) {
        var changed = settings.snapshot.settings
        change(&changed)
        settings.adopt(SettingsSnapshot(revision: SettingsRevision(settings.snapshot.revision.number + 1), settings: changed))
    }

    /// Waits for what happens by itself; the suite's time limit ends a vain wait.
    func waitUntil(_ condition: () -> Bool) async throws {
        while !condition() {
            try Task.checkCancellation()
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Sockets beside the listener's own.
    func makeListeners(on group: any EventLoopGroup = ReceptionFixture.group) async throws -> BoundListeners {
        let services = ReceptionServices(
            settings: settings, handler: handler, folder: folder, tls: try await Self.tls.value, logger: Self.logger, systemName: "test")
        return BoundListeners(services: services, group: group)
    }

    /// Some channel, for what only counts channels.
    static func makeChannel() async throws -> any Channel {
        try await DatagramBootstrap(group: group).bind(host: "127.0.0.1", port: 0).get()
    }

    /// Keeps every thread of the message folder busy until the returned closure is called.
    func blockFolder() -> @Sendable () -> Void {
        let semaphore = DispatchSemaphore(value: 0)
        let isReleased = Mutex(false)
        for _ in 0..<FolderThreads.defaultThreadCount { #expect(folder.threads.enqueue { semaphore.wait() }) }
        return {
            guard
                !isReleased.withLock({
                    let was = $0; $0 = true; return was
                })
            else { return }
            for _ in 0..<FolderThreads.defaultThreadCount { semaphore.signal() }
        }
    }

    func removeFolder() throws { try FileManager.default.removeItem(atPath: path) }

    func content(of file: String) throws -> String { try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8) }

    func connect(_ kind: ListenerKind = .smtp, receiveBuffer: Int? = nil) async throws -> DialogClient {
        let client = try await DialogClient.connect(port: port(kind), receiveBuffer: receiveBuffer)
        if kind == .smtps { try await client.startTLS() }
        return client
    }

    /// Files in the message folder, temporary ones too.
    var files: [String] {
        (FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? []).filter {
            $0.hasSuffix(".eml") || $0.hasSuffix(".tmp")
        }
    }

    static func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("reception-\(UUID().uuidString)").path
    }

    private static func remove(_ path: String) {
        // Left-over files of a test harm nobody.
        try? FileManager.default.removeItem(atPath: path)
    }
}
