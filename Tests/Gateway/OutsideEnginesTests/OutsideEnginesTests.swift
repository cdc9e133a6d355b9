import Logging
import MetricsTestKit
import NIOPosix
import ScannerProtocols
import Settings
import Testing

@testable import OutsideEngines

/// Engines over real connections, honest ones and others.
@Suite struct OutsideEnginesTests {
    private let engines = OutsideEngines(
        group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        metrics: TestMetrics(),
        lookTime: .seconds(100))

    private func settings(_ port: Int, _ change: (inout EngineConnection) -> Void = { _ in }) -> GatewaySettings {
        var settings = GatewaySettings()
        settings.clamAV.connection.isEnabled = true
        settings.clamAV.connection.server = .host(HostAndPort(host: "127.0.0.1", port: port))
        // Long on a busy machine; tests of the limit set their own.
        settings.clamAV.connection.timeLimitSeconds = 120
        change(&settings.clamAV.connection)
        settings.spamAssassin.connection = settings.clamAV.connection
        settings.rspamd.connection = settings.clamAV.connection
        return settings
    }

    private func envelope() throws -> EngineEnvelope {
        EngineEnvelope(
            clientAddress: try #require(NetworkAddress("192.0.2.1")), heloName: "client\r\nX: y", hostName: "", sender: "a@example.net",
            recipients: ["b@example.com"], ownName: "mx1.example.com")
    }

    private func scan(
        _ behaviour: ScriptedEngine.Behaviour, with engine: OutsideEngine = .clamAV, bytes: Int = 1000,
        _ change: (inout EngineConnection) -> Void = { _ in }
    ) async throws -> (report: EngineReport, server: ScriptedEngine) {
        let server = try await ScriptedEngine.start(behaviour)
        let report = await engines.scan(CountedContent(bytes), try envelope(), with: engine, settings(server.port, change))
        try await server.stop()
        return (report, server)
    }

    @Test func `a large message is handed over in small pieces, framed as clamd wants it`() async throws {
        let bytes = 3_000_000
        let server = try await ScriptedEngine.start(.answer("stream: OK\0", after: bytes + 10 + 4 * 47))
        let content = CountedContent(bytes)
        #expect(await engines.scan(content, try envelope(), with: .clamAV, settings(server.port)) == .clean)
        #expect(content.largestPiece == EngineExchange.pieceBytes)
        #expect(server.bytes.starts(with: "zINSTREAM\0".utf8) && server.bytes.suffix(4) == [0, 0, 0, 0])
        #expect(server.bytes.count == bytes + 10 + 4 * 47)
        try await server.stop()
    }

    @Test func `a virus is told`() async throws {
        #expect(try await scan(.answer("stream: Bad.Thing FOUND\0", after: 1000)).report == .virus("Bad.Thing"))
    }

    @Test func `an answer in the middle of the message counts`() async throws {
        let (report, _) = try await scan(.answer("INSTREAM size limit exceeded. ERROR\0", after: 100), bytes: 100_000)
        #expect(report == .tooLarge)
    }

    @Test func `a message above the limit is not handed over`() async throws {
        let (report, server) = try await scan(.silence, bytes: (1 << 20) + 1) { $0.maximumMegabytes = 1 }
        #expect(report == .tooLarge && server.connectionCount == 0)
    }

    @Test(arguments: OutsideEngine.allCases)
    func `an engine that says nothing is given up at its time limit`(engine: OutsideEngine) async throws {
        #expect(try await scan(.silence, with: engine) { $0.timeLimitSeconds = 1 }.report == .failed(.timedOut))
    }

    @Test(arguments: OutsideEngine.allCases)
    func `an engine that hangs up has said nothing of the message`(engine: OutsideEngine) async throws {
        let (report, _) = try await scan(.hangUp, with: engine)
        guard case .failed(let failure) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(failure.isEnginesFault)
    }

    @Test(arguments: OutsideEngine.allCases, ["\u{1}rubbish\r\n\r\n\0", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno"])
    func `rubbish is no answer`(engine: OutsideEngine, text: String) async throws {
        let (report, _) = try await scan(.answer(text, after: 1000), with: engine)
        guard case .failed(let failure) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(failure.isEnginesFault)
    }

    @Test(arguments: [
        (OutsideEngine.clamAV, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"), (.spamAssassin, "SPAMD/1.1 0 EX_OK\r\nX: AAAAAAAAAAAAAAAA"),
        (.rspamd, "HTTP/1.1 200 OK\r\n\r\n{\"a\":\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\""),
    ])
    func `a flood is given up at its bound`(engine: OutsideEngine, text: String) async throws {
        let (report, _) = try await scan(.flood(text), with: engine)
        guard case .failed(.unusable) = report else {
            Issue.record("\(report)")
            return
        }
    }

    @Test func `an HTTP error is told by its status`() async throws {
        let (report, _) = try await scan(.answer("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", after: 1000), with: .rspamd)
        #expect(report == .failed(.status(503)))
    }

    @Test func `Rspamd is told the envelope, and what a client said adds no field`() async throws {
        let answer = #"{"score":1.5,"required_score":15,"action":"no action","symbols":{}}"#
        let (report, server) = try await scan(
            .answer("HTTP/1.1 200 OK\r\nContent-Length: \(answer.utf8.count)\r\n\r\n\(answer)", after: 1120), with: .rspamd)
        guard case .opinion(let opinion) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(opinion.score == 1.5)
        let head = String(decoding: server.bytes.prefix(600), as: UTF8.self)
        #expect(head.hasPrefix("POST /checkv2 HTTP/1.1\r\n") && head.contains("\r\nIP: 192.0.2.1\r\n"))
        #expect(head.contains("\r\nHelo: clientX: y\r\n") && head.contains("\r\nRcpt: b@example.com\r\n"))
        #expect(head.contains("\r\nContent-Length: 1000\r\n") && server.bytes.suffix(1000).allSatisfy { $0 == UInt8(ascii: "x") })
    }

    @Test func `SpamAssassin is told the envelope in front of the message, and how long all of it is`() async throws {
        let reply = "SPAMD/1.1 0 EX_OK\r\nContent-length: 1\r\nSpam: False ; 0.4 / 5.0\r\n\r\nA"
        let (report, server) = try await scan(.answer(reply, after: 1150), with: .spamAssassin)
        guard case .opinion(let opinion) = report else {
            Issue.record("\(report)")
            return
        }
        #expect(opinion.symbols.map(\.name) == ["A"])
        let text = String(decoding: server.bytes, as: UTF8.self)
        let parts = text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let length = try #require(
            parts[0].split(separator: "\r\n").first { $0.hasPrefix("Content-length: ") }.flatMap { Int($0.dropFirst(16)) })
        #expect(parts[1].utf8.count == length && length > 1000)
        #expect(
            parts[1].hasPrefix("Return-Path: <a@example.net>\r\nReceived: from clientX: y (unknown [192.0.2.1])\r\n\tby mx1.example.com"))
    }

    @Test func `a message that cannot be read is not the engine's fault`() async throws {
        let server = try await ScriptedEngine.start(.silence)
        let settings = settings(server.port)
        for _ in 0..<5 {
            let report = await engines.scan(CountedContent(500_000, failsAt: 100_000), try envelope(), with: .clamAV, settings)
            #expect(report == .failed(.contentUnavailable("the share is gone")))
        }
        #expect(engines.standings(settings)[0].health == .unknown)
        try await server.stop()
    }

    @Test func `an engine that is away is asked three times, then no more until a look finds it back`() async throws {
        let gone = try await ScriptedEngine.start(.silence)
        let port = gone.port
        try await gone.stop()
        // A look is due at once.
        var settings = settings(port) { $0.pauseSeconds = 0 }
        settings.spamAssassin.connection.isEnabled = false
        settings.rspamd.connection.isEnabled = false
        for _ in 0..<3 {
            guard case .failed(.unreachable) = await engines.scan(CountedContent(10), try envelope(), with: .clamAV, settings) else {
                Issue.record("it is not away")
                return
            }
        }
        guard case .failed(.paused) = await engines.scan(CountedContent(10), try envelope(), with: .clamAV, settings) else {
            Issue.record("mail still waits for it")
            return
        }
        #expect(engines.standings(settings)[0].health.isPaused && engines.standings(settings)[0].failed == 4)
        // It is back under the same address, and mail does not wait for it before it has been looked at.
        let same = try await ScriptedEngine.start(.answer("ClamAV 1.4.6/1/x\0", after: 9), port: port)
        guard case .failed(.paused) = await engines.scan(CountedContent(10), try envelope(), with: .clamAV, settings) else {
            Issue.record("mail looks for itself")
            return
        }
        await engines.lookAround(settings)
        #expect(!engines.standings(settings)[0].health.isPaused && engines.standings(settings)[0].version == "ClamAV 1.4.6/1/x")
        try await same.stop()
        // Another server of the same kind is a new beginning.
        let back = try await ScriptedEngine.start(.answer("stream: OK\0", after: 28))
        settings.clamAV.connection.server = .host(HostAndPort(host: "127.0.0.1", port: back.port))
        #expect(await engines.scan(CountedContent(10), try envelope(), with: .clamAV, settings) == .clean)
        guard case .working = engines.standings(settings)[0].health else {
            Issue.record("it is not known to work")
            return
        }
        try await back.stop()
    }

    @Test(.timeLimit(.minutes(5)))
    func `slow messages do not turn an engine off that gives a sign of life`() async throws {
        let server = try await ScriptedEngine.start(.answerCommand("zVERSION\0", "ClamAV 1.4.6/1/x\0"))
        let settings = settings(server.port) { $0.timeLimitSeconds = 1 }
        for _ in 0..<5 {
            #expect(await engines.scan(CountedContent(10), try envelope(), with: .clamAV, settings) == .failed(.timedOut))
        }
        while engines.standings(settings)[0].version.isEmpty { await Task.yield() }
        #expect(!engines.standings(settings)[0].health.isPaused)
        try await server.stop()
    }

    @Test(.timeLimit(.minutes(5)))
    func `an engine that lets messages wait and gives no sign of life is left alone`() async throws {
        let engines = OutsideEngines(
            group: MultiThreadedEventLoopGroup.singleton, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            metrics: TestMetrics(), lookTime: .milliseconds(100))
        let server = try await ScriptedEngine.start(.silence)
        let settings = settings(server.port) { $0.timeLimitSeconds = 1 }
        for _ in 0..<3 { _ = await engines.scan(CountedContent(10), try envelope(), with: .clamAV, settings) }
        while !engines.standings(settings)[0].health.isPaused { await Task.yield() }
        guard case .failed(.paused) = await engines.scan(CountedContent(10), try envelope(), with: .clamAV, settings) else {
            Issue.record("mail still waits for it")
            return
        }
        try await server.stop()
    }

    @Test func `trying the connection says the version, and mail waits again`() async throws {
        let gone = try await ScriptedEngine.start(.silence)
        let port = gone.port
        try await gone.stop()
        var settings = settings(port)
        for _ in 0..<3 { _ = await engines.scan(CountedContent(10), try envelope(), with: .clamAV, settings) }
        #expect(engines.standings(settings)[0].health.isPaused)
        let server = try await ScriptedEngine.start(.answer("ClamAV 1.4.6/1/x\0", after: 9), port: port)
        let trial = await engines.tryConnection(.clamAV, settings)
        #expect(!engines.standings(settings)[0].health.isPaused, "mail waits again")
        #expect(trial.result == .success("ClamAV 1.4.6/1/x"))
        #expect(engines.standings(settings)[0].version == "ClamAV 1.4.6/1/x")
        settings.clamAV.connection.isEnabled = false
        #expect(engines.standings(settings)[0].health == .unknown, "one that is off has no health")
        try await server.stop()
    }

    @Test func `when all connections are in use, a message waits no longer than its time`() async throws {
        let server = try await ScriptedEngine.start(.silence)
        let settings = settings(server.port) {
            $0.maximumConnections = 1
            $0.timeLimitSeconds = 1
        }
        let envelope = try envelope()
        async let first = engines.scan(CountedContent(10), envelope, with: .clamAV, settings)
        async let second = engines.scan(CountedContent(10), envelope, with: .clamAV, settings)
        let reports = await [first, second]
        #expect(reports.contains(.failed(.timedOut)))
        // The other one's time may be over while it waits, connects or asks.
        for report in reports {
            guard case .failed = report else {
                Issue.record("an engine that says nothing is taken to have answered: \(report)")
                continue
            }
        }
        try await server.stop()
    }
}
