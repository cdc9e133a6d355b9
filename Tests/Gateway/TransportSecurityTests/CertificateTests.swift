import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import Settings
import Synchronization
import Testing

@testable import TransportSecurity

/// A certificate folder of its own for each test, and a clock that the test sets.
private final class Node: Sendable {
    let path: String
    let time = Mutex(UTCTime.now())

    init() throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID().uuidString)").path
    }

    func open(names: [String] = ["mx.example.test", "node-a"], authoritiesFile: String? = nil) async throws -> TLSContexts {
        try await TLSContexts.open(
            NodeCertificates(folder: path, names: names, logger: quiet), authoritiesFile: authoritiesFile, logger: quiet,
            now: { [self] in time.withLock { $0 } })
    }

    func pass(days: Int) { time.withLock { $0 = $0.advanced(by: .seconds(days * 86_400)) } }

    func write(_ text: String, to name: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try text.write(toFile: "\(path)/\(name)", atomically: true, encoding: .utf8)
    }

    func read(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }

    deinit {
        // Left-over files of a test harm nobody.
        try? FileManager.default.removeItem(atPath: path)
    }
}

private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

@Suite(.timeLimit(.minutes(3)))
struct CertificateTests {
    @Test func `the first start makes a certificate for the node's names`() async throws {
        let node = try Node()
        let summary = try await node.open(names: ["MX.example.test", "node a", "192.0.2.1", "mx.example.test"]).summary
        #expect(summary.names == ["mx.example.test", "192.0.2.1", "localhost", "127.0.0.1", "::1"])
        #expect(summary.subject.contains("mx.example.test"))
        #expect(summary.isSelfSigned && summary.isMadeByThisNode)
        #expect(summary.chainCount == 1)
        #expect(summary.notBefore < node.time.withLock { $0 })
        #expect(!summary.expires(within: .seconds(800 * 86_400), at: node.time.withLock { $0 }))
        #expect(summary.expires(within: .seconds(830 * 86_400), at: node.time.withLock { $0 }))
        #expect(summary.fingerprint.count == 95)
    }

    @Test func `the key is readable by its owner only`() async throws {
        let node = try Node()
        _ = try await node.open()
        func mode(_ name: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: "\(node.path)\(name)")[.posixPermissions] as? Int)
        }
        #expect(try mode("/private-key.pem") == 0o600)
        #expect(try mode("") == 0o700)
    }

    @Test func `a second start takes the same certificate`() async throws {
        let node = try Node()
        let first = try await node.open().summary
        #expect(try await node.open().summary == first)
    }

    @Test func `a key left by a start that did not finish gets its certificate`() async throws {
        let node = try Node()
        _ = try await node.open()
        let key = try node.read("private-key.pem")
        try FileManager.default.removeItem(atPath: "\(node.path)/certificate.pem")
        _ = try await node.open()
        #expect(try node.read("private-key.pem") == key)
    }

    @Test func `a certificate without its key is refused and kept`() async throws {
        let node = try Node()
        _ = try await node.open()
        try FileManager.default.removeItem(atPath: "\(node.path)/private-key.pem")
        await #expect(throws: TransportSecurityError.keyMissing(path: "\(node.path)/private-key.pem")) { try await node.open() }
        #expect(FileManager.default.fileExists(atPath: "\(node.path)/certificate.pem"))
    }

    @Test func `a key of another certificate is refused`() async throws {
        let node = try Node()
        let other = try Node()
        _ = try await node.open()
        _ = try await other.open()
        try node.write(try other.read("private-key.pem"), to: "private-key.pem")
        await #expect(
            throws: TransportSecurityError.keyDoesNotMatch(
                certificate: "\(node.path)/certificate.pem", key: "\(node.path)/private-key.pem")
        ) { try await node.open() }
    }

    @Test(arguments: [
        "", "rubbish", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n!!!\n",
    ])
    func `a file that is no certificate is refused with its path`(_ text: String) async throws {
        let node = try Node()
        _ = try await node.open()
        try node.write(text, to: "certificate.pem")
        let error = await #expect(throws: TransportSecurityError.self) { try await node.open() }
        guard case .certificateInvalid(let path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path.hasSuffix("/certificate.pem"))
    }

    @Test(arguments: ["", "rubbish", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"])
    func `a file that is no key is refused with its path`(_ text: String) async throws {
        let node = try Node()
        _ = try await node.open()
        try node.write(text, to: "private-key.pem")
        let error = await #expect(throws: TransportSecurityError.self) { try await node.open() }
        guard case .keyInvalid(let path, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(path.hasSuffix("/private-key.pem"))
    }

    @Test func `a key with a passphrase is refused with advice`() async throws {
        let node = try Node()
        _ = try await node.open()
        try node.write("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", to: "private-key.pem")
        await #expect(throws: TransportSecurityError.keyEncrypted(path: "\(node.path)/private-key.pem")) { try await node.open() }
    }

    @Test func `a file longer than any certificate is refused`() async throws {
        let node = try Node()
        _ = try await node.open()
        try node.write(String(repeating: "x", count: CertificateFolder.maximumBytes + 1), to: "certificate.pem")
        await #expect(throws: TransportSecurityError.tooLong(path: "\(node.path)/certificate.pem")) { try await node.open() }
    }

    @Test func `a folder that cannot be made is told`() async throws {
        let missing = "/nonexistent-\(UUID().uuidString)/certificates"
        await #expect(throws: TransportSecurityError.self) {
            try await TLSContexts.open(NodeCertificates(folder: missing, names: [], logger: quiet), logger: quiet)
        }
    }

    @Test func `the node's own certificate is renewed before it ends, with the same key`() async throws {
        let node = try Node()
        let contexts = try await node.open()
        let (first, key) = (contexts.summary, try node.read("private-key.pem"))
        node.pass(days: 700)
        #expect(try await contexts.reload() == false)
        node.pass(days: 100)
        #expect(try await contexts.reload() == true)
        #expect(contexts.summary.notAfter > first.notAfter)
        #expect(contexts.summary.fingerprint != first.fingerprint)
        #expect(try node.read("private-key.pem") == key)
    }

    @Test func `changed files are taken over and broken ones are not`() async throws {
        let node = try Node()
        let other = try Node()
        let contexts = try await node.open()
        let second = try await other.open(names: ["other.example.test"]).summary
        #expect(try await contexts.reload() == false)
        try node.write(try other.read("private-key.pem"), to: "private-key.pem")
        await #expect(throws: TransportSecurityError.self) { try await contexts.reload() }
        #expect(contexts.summary.names.contains("mx.example.test"))
        try node.write(try other.read("certificate.pem"), to: "certificate.pem")
        #expect(try await contexts.reload() == true)
        #expect(contexts.summary == second)
    }

    @Test func `watching takes changed files over and passes over broken ones`() async throws {
        let node = try Node()
        let other = try Node()
        let contexts = try await node.open()
        let second = try await other.open(names: ["other.example.test"]).summary
        try node.write("rubbish", to: "certificate.pem")
        await contexts.watch(clock: SleeplessClock(rounds: 1))
        #expect(contexts.summary.names.contains("mx.example.test"))
        for name in ["private-key.pem", "certificate.pem"] { try node.write(try other.read(name), to: name) }
        await contexts.watch(clock: SleeplessClock(rounds: 1))
        #expect(contexts.summary == second)
    }

    @Test func `an authorities file that cannot be read refuses verified connections only`() async throws {
        let node = try Node()
        let contexts = try await node.open(authoritiesFile: "\(node.path)/absent.pem")
        _ = try contexts.clientHandler(.unverified, serverName: "mx.example.test")
        let error = #expect(throws: TransportSecurityError.self) {
            try contexts.clientHandler(.fullChainAndName, serverName: "mx.example.test")
        }
        guard case .trustStore = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `a name that TLS cannot carry is refused`() async throws {
        let contexts = try await Node().open()
        #expect(throws: TransportSecurityError.self) { try contexts.clientHandler(.unverified, serverName: "a\0b") }
        _ = try contexts.clientHandler(.unverified, serverName: "192.0.2.1")
    }

    @Test(arguments: [
        ("mx.example.test", "MX.example.test", true), ("mx.example.test", "mx.example.test.", true),
        ("*.example.test", "mx.example.test", true),
        ("*.example.test", "a.mx.example.test", false), ("*.example.test", "example.test", false),
        ("m*.example.test", "mx.example.test", false),
        ("*.test", "example.test", false), ("*", "test", false), ("example.test", "mx.example.test", false),
        ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false), ("*.0.2.1", "192.0.2.1", false),
        ("2001:db8::1", "2001:0db8:0::1", true), ("mx.example.test", "192.0.2.1", false),
    ])
    func `a name in a certificate is good for`(_ pattern: String, _ name: String, _ isGood: Bool) {
        #expect(ServerNameCheck.matches(pattern, name) == isGood)
    }

    @Test func `a configuration that follows the files gives each handshake the certificate in use`() async throws {
        let node = try Node()
        let contexts = try await node.open()
        let configuration = contexts.followingServerConfiguration(applicationProtocols: ["http/1.1"])
        #expect(configuration.applicationProtocols == ["http/1.1"])
        #expect(configuration.minimumTLSVersion == .tlsv12)
        let callback = try #require(configuration.sslContextCallback)
        let first = try await Self.chain(callback)
        node.pass(days: 800)
        try await contexts.reload()
        #expect(try await Self.chain(callback) != first)
    }

    private static func chain(_ callback: @escaping NIOSSLContextCallback) async throws -> [NIOSSLCertificateSource]? {
        let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: NIOSSLContextConfigurationOverride.self)
        callback(NIOSSLClientExtensionValues(serverHostname: nil), promise)
        return try await promise.futureResult.get().certificateChain
    }

    struct Handshake: Sendable {
        let trusts: Bool
        let verification: TLSContexts.ClientVerification
        let name: String
        let succeeds: Bool
    }

    @Test(arguments: [
        Handshake(trusts: false, verification: .unverified, name: "anything.example", succeeds: true),
        Handshake(trusts: false, verification: .fullChainAndName, name: "mx.example.test", succeeds: false),
        Handshake(trusts: true, verification: .fullChainAndName, name: "mx.example.test", succeeds: true),
        Handshake(trusts: true, verification: .fullChainAndName, name: "other.example.test", succeeds: false),
        Handshake(trusts: true, verification: .fullChainAndName, name: "127.0.0.1", succeeds: true),
        Handshake(trusts: true, verification: .fullChainAndName, name: "127.0.0.2", succeeds: false),
    ])
    func `a client takes what its verification allows`(_ handshake: Handshake) async throws {
        let node = try Node()
        _ = try await node.open()
        let contexts = try await node.open(authoritiesFile: handshake.trusts ? "\(node.path)/certificate.pem" : nil)
        let answer = try await Self.echo(server: contexts, client: contexts, handshake)
        #expect(answer == (handshake.succeeds ? "TLSv1.3" : nil))
    }

    /// Says one word to a server on the loopback interface; the TLS version when it came back.
    private static func echo(server: TLSContexts, client: TLSContexts, _ handshake: Handshake) async throws -> String? {
        let group = MultiThreadedEventLoopGroup.singleton
        let listener = try await ServerBootstrap(group: group)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandlers([server.serverHandler(), Echo()])
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let promise = group.next().makePromise(of: String?.self)
        let connection = try await ClientBootstrap(group: group)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try client.clientHandler(handshake.verification, serverName: handshake.name)
                    try channel.pipeline.syncOperations.addHandlers([handler, FirstWord(handler, promise)])
                }
            }
            .connect(to: try #require(listener.localAddress)).get()
        connection.writeAndFlush(ByteBuffer(string: "x"), promise: nil)
        let answer = try await promise.futureResult.get()
        connection.close(promise: nil)
        try await listener.close()
        return answer
    }
}

/// Sleeps no time at all for some rounds, then is cancelled.
private final class SleeplessClock: Clock {
    typealias Instant = ContinuousClock.Instant
    private let rounds: Mutex<Int>

    init(rounds: Int) { self.rounds = Mutex(rounds) }

    var now: Instant { ContinuousClock.now }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let isOver = rounds.withLock { rounds in
            rounds -= 1
            return rounds < 0
        }
        if isOver { throw CancellationError() }
    }
}

private final class Echo: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    func channelRead(context: ChannelHandlerContext, data: NIOAny) { context.writeAndFlush(data, promise: nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

private final class FirstWord: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let tls: NIOSSLHandler
    private var promise: EventLoopPromise<String?>?

    init(_ tls: NIOSSLHandler, _ promise: EventLoopPromise<String?>) {
        self.tls = tls
        self.promise = promise
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) { finish(tls.negotiatedDescription) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { finish(nil) }
    func channelInactive(context: ChannelHandlerContext) { finish(nil) }

    private func finish(_ answer: String?) {
        promise?.succeed(answer)
        promise = nil
    }
}
