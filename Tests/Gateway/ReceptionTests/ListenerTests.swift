import Foundation
import NIOCore
import NIOPosix
import SMTP
import Settings
import Testing

@testable import Reception

@Suite(.timeLimit(.minutes(3)))
struct ListenerTests {
    // MARK: Sockets

    @Test func `every kind of listener is opened on its port`() async throws {
        let settings = ReceptionFixture.settings {
            $0.node.smtpsListeners = [ReceptionFixture.loopback]
            $0.node.submissionListeners = [ReceptionFixture.loopback]
        }
        try await ReceptionFixture.with(settings) { fixture in
            #expect(Set(fixture.listener.boundPorts.map(\.kind)) == [.smtp, .smtps, .submission])
            #expect(fixture.listener.boundPorts.allSatisfy { $0.port > 0 && $0.configured.port == 0 })
        }
    }

    @Test func `IPv4 and IPv6 are listened on side by side`() async throws {
        let settings = ReceptionFixture.settings { $0.node.smtpListeners = [ReceptionFixture.address("0.0.0.0:0")] }
        try await ReceptionFixture.with(settings) { fixture in
            let port = fixture.port()
            fixture.adopt { $0.node.smtpListeners.append(ReceptionFixture.address("[::]:\(port)")) }
            let task = Task { try await fixture.listener.run() }
            try await fixture.waitUntil { fixture.listener.boundPorts.count == 2 }
            #expect(fixture.listener.boundPorts.allSatisfy { $0.port == port })
            task.cancel()
            try await task.value
        }
    }

    @Test func `a port in use stops the start with its name`() async throws {
        try await ReceptionFixture.with { fixture in
            let taken = ReceptionFixture.address("127.0.0.1:\(fixture.port())")
            let settings = ReceptionFixture.settings { $0.node.smtpListeners = [ReceptionFixture.loopback, taken] }
            let error = await #expect(throws: ReceptionError.self) { _ = try await ReceptionFixture(settings) }
            #expect(error == .cannotListen(taken, .smtp, reason: "Address already in use"))
        }
    }

    @Test func `starting twice is refused`() async throws {
        try await ReceptionFixture.with { fixture in
            await #expect(throws: ReceptionError.startedTwice) { try await fixture.listener.start() }
        }
    }

    @Test func `changed listeners are followed and present sessions go on`() async throws {
        try await ReceptionFixture.with { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            let task = Task { try await fixture.listener.run() }
            fixture.adopt {
                $0.node.smtpListeners = []
                $0.node.submissionListeners = [ReceptionFixture.loopback]
            }
            try await fixture.waitUntil { fixture.listener.boundPorts.map(\.kind) == [.submission] }
            #expect(try await client.command("NOOP").hasPrefix("250"))
            let second = try await fixture.connect(.submission)
            #expect(try await second.reply().last?.hasPrefix("220") == true)
            task.cancel()
            try await task.value
        }
    }

    @Test func `the present listeners stay when a new one cannot be opened`() async throws {
        try await ReceptionFixture.with { fixture in
            var listeners = try await fixture.makeListeners()
            let old = BoundListeners.Wish(kind: .smtp, address: ReceptionFixture.loopback)
            let taken = BoundListeners.Wish(kind: .submission, address: ReceptionFixture.address("127.0.0.1:\(fixture.port())"))
            try await listeners.open([old])
            await listeners.adopt([taken])
            #expect(Set(listeners.channels.keys) == [old])
            #expect(listeners.channels[old]?.isActive == true)
            await listeners.adopt([])
            #expect(listeners.channels.isEmpty)
        }
    }

    @Test func `a listener that made room comes back when the new one cannot be opened`() async throws {
        try await ReceptionFixture.with { fixture in
            var listeners = try await fixture.makeListeners()
            let free = try await listeners.portOfNewListener()
            let old = BoundListeners.Wish(kind: .smtp, address: ReceptionFixture.address("127.0.0.1:\(free)"))
            // 192.0.2.1 is no address of this machine.
            let impossible = BoundListeners.Wish(kind: .smtp, address: ReceptionFixture.address("192.0.2.1:\(free)"))
            try await listeners.open([old])
            await listeners.adopt([impossible])
            #expect(Set(listeners.channels.keys) == [old])
            #expect(listeners.channels[old]?.isActive == true)
            await listeners.adopt([])
        }
    }

    @Test func `a wildcard address can be exchanged for a single one on the same port`() async throws {
        let settings = ReceptionFixture.settings { $0.node.smtpListeners = [ReceptionFixture.address("0.0.0.0:0")] }
        try await ReceptionFixture.with(settings) { fixture in
            let port = fixture.port()
            fixture.adopt { $0.node.smtpListeners = [ReceptionFixture.address("0.0.0.0:\(port)")] }
            let task = Task { try await fixture.listener.run() }
            let single = ReceptionFixture.address("127.0.0.1:\(port)")
            fixture.adopt { $0.node.smtpListeners = [single] }
            try await fixture.waitUntil { fixture.listener.boundPorts.map(\.configured) == [single] }
            let client = try await fixture.connect()
            #expect(try await client.reply().last?.hasPrefix("220") == true)
            task.cancel()
            try await task.value
        }
    }

    // MARK: Limits

    @Test func `one session too many is turned away`() async throws {
        let settings = ReceptionFixture.settings { $0.reception.maximumSessions = 2 }
        try await ReceptionFixture.with(settings) { fixture in
            let first = try await fixture.connect()
            _ = try await first.reply()
            _ = try await fixture.connect().reply()
            #expect(fixture.listener.presentSessions == 2)
            let third = try await fixture.connect()
            #expect(try await third.reply().last?.hasPrefix("421 4.3.2") == true)
            #expect(await third.isClosedByServer())
            _ = try await first.command("QUIT")
            await first.close()
            try await fixture.waitUntil { fixture.listener.presentSessions == 1 }
            #expect(try await fixture.connect().reply().last?.hasPrefix("220") == true)
        }
    }

    @Test func `a TLS session too many is closed without a word`() async throws {
        let settings = ReceptionFixture.settings {
            $0.reception.maximumSessions = 1
            $0.node.smtpsListeners = [ReceptionFixture.loopback]
        }
        try await ReceptionFixture.with(settings) { fixture in
            _ = try await fixture.connect().reply()
            // Without a handshake of its own: the server may close before a hello could be written, and one who is let in is waited for.
            let second = try await DialogClient.connect(port: fixture.port(.smtps))
            #expect(await second.isClosedByServer())
            #expect(fixture.listener.presentSessions == 1)
        }
    }

    @Test func `addresses have a limit of their own, unless they are exempt`() async throws {
        let register = SessionRegister()
        var settings = GatewaySettings()
        settings.reception.maximumSessionsPerAddress = 1
        settings.relay.trustedNetworks = [try #require(NetworkRange("198.51.100.0/24"))]
        func admission(_ address: String) async throws -> SessionRegister.Admission {
            register.admit(try await ReceptionFixture.makeChannel(), from: try #require(NetworkAddress(address)), settings)
        }
        #expect(try await admission("192.0.2.1") == .admitted)
        #expect(try await admission("192.0.2.1") == .tooManyOfAddress)
        #expect(try await admission("192.0.2.2") == .admitted)
        for _ in 0..<3 {
            #expect(try await admission("127.0.0.1") == .admitted)
            #expect(try await admission("198.51.100.7") == .admitted)
        }
        #expect(register.count == 8)
    }

    @Test func `IPv6 addresses of one network of 64 bits share a limit`() async throws {
        let register = SessionRegister()
        var settings = GatewaySettings()
        settings.reception.maximumSessionsPerAddress = 2
        let channel = try await ReceptionFixture.makeChannel()
        let first = try #require(NetworkAddress("2001:db8:0:1::1"))
        #expect(register.admit(channel, from: first, settings) == .admitted)
        func admission(_ address: String) async throws -> SessionRegister.Admission {
            register.admit(try await ReceptionFixture.makeChannel(), from: try #require(NetworkAddress(address)), settings)
        }
        #expect(try await admission("2001:db8:0:1:ffff:ffff:ffff:ffff") == .admitted)
        #expect(try await admission("2001:db8:0:1:8000::") == .tooManyOfAddress)
        #expect(try await admission("2001:db8:0:2::1") == .admitted)
        register.leave(channel, from: first)
        #expect(try await admission("2001:db8:0:1:8000::") == .admitted)
    }

    @Test func `who leaves makes room for his address`() async throws {
        let register = SessionRegister()
        let limits = ReceptionSettings()
        let address = try #require(NetworkAddress("192.0.2.1"))
        var small = limits
        small.maximumSessionsPerAddress = 1
        let channel = try await ReceptionFixture.makeChannel()
        #expect(register.admit(channel, from: address, small, isExempt: false) == .admitted)
        register.leave(channel, from: address)
        register.leave(channel, from: address)
        #expect(try await register.admit(ReceptionFixture.makeChannel(), from: address, small, isExempt: false) == .admitted)
        #expect(register.count == 1)
    }

    // MARK: The connection phase

    @Test func `a refused client reads the handler's reply`() async throws {
        let handler = RecordingHandler(connected: .refuse(SMTPReply(554, .notAuthorized, "Not you")))
        try await ReceptionFixture.with(handler: handler) { fixture in
            let client = try await fixture.connect()
            #expect(try await client.reply() == ["554 5.7.1 Not you"])
            #expect(await client.isClosedByServer())
        }
    }

    @Test func `who speaks before the greeting is refused`() async throws {
        let gate = Gate()
        try await ReceptionFixture.with(handler: RecordingHandler(connectionGate: gate)) { fixture in
            let client = try await fixture.connect()
            await gate.waitForVisitor()
            try await client.line("EHLO client.example")
            #expect(try await client.reply().last?.hasPrefix("554 5.5.0") == true)
            #expect(await client.isClosedByServer())
            gate.open()
        }
    }

    @Test func `the handler learns who is connected and how`() async throws {
        let settings = ReceptionFixture.settings { $0.node.smtpsListeners = [ReceptionFixture.loopback] }
        try await ReceptionFixture.with(settings) { fixture in
            let plain = try await fixture.connect()
            _ = try await plain.reply()
            let secured = try await fixture.connect(.smtps)
            _ = try await secured.reply()
            let connections = fixture.handler.seen.connections
            #expect(connections.map(\.address.description) == ["127.0.0.1", "127.0.0.1"])
            #expect(connections.map(\.listener) == [.smtp, .smtps])
            #expect(connections.map(\.tls) == [nil, "TLSv1.3"])
            #expect(connections.allSatisfy { $0.port > 0 })
        }
    }

    @Test func `the handler learns of TLS after STARTTLS`() async throws {
        try await ReceptionFixture.with { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            _ = try await client.command("STARTTLS")
            try await client.startTLS()
            try await client.sendMessage("x\r\n")
            #expect(fixture.handler.seen.messages.first?.connection.tls == "TLSv1.3")
            #expect(fixture.handler.seen.messages.first?.connection.heloName == "client.example")
        }
    }

    // MARK: Time

    @Test func `a silent client is told and closed`() async throws {
        let settings = ReceptionFixture.settings { $0.reception.commandTimeoutSeconds = 1 }
        try await ReceptionFixture.with(settings) { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            #expect(try await client.reply().last == "421 4.4.2 Timeout")
            #expect(await client.isClosedByServer())
        }
    }

    @Test func `an unfinished line does not lengthen the time for a command`() async throws {
        let settings = ReceptionFixture.settings { $0.reception.commandTimeoutSeconds = 1 }
        try await ReceptionFixture.with(settings) { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            let drip = Task {
                while !Task.isCancelled {
                    try await client.send("N")
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            #expect(try await client.reply().last == "421 4.4.2 Timeout")
            drip.cancel()
        }
    }

    @Test func `message text that stops is told and closed`() async throws {
        let settings = ReceptionFixture.settings { $0.reception.dataTimeoutSeconds = 1 }
        try await ReceptionFixture.with(settings) { fixture in
            let client = try await fixture.connect()
            try await client.beginMessage()
            // Not waited for: the server may have closed before this client has its turn.
            client.queue(bytes: Array("Subject: x\r\n".utf8))
            #expect(try await client.reply().last == "421 4.4.2 Timeout")
            #expect(await client.isClosedByServer())
            #expect(fixture.handler.seen.ended == ["timeout"])
        }
    }

    @Test func `a client that sends slowly for ever ends with its transaction`() async throws {
        let settings = ReceptionFixture.settings { $0.reception.transactionTimeoutSeconds = 1 }
        try await ReceptionFixture.with(settings) { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            _ = try await client.command("EHLO client.example")
            // Nothing is waited for but replies: the time runs from MAIL on, and may be over before this client has its turn.
            client.queue(bytes: Array("MAIL FROM:<sender@example.org>\r\nRCPT TO:<user@example.com>\r\nDATA\r\n".utf8))
            var last = ""
            var drip: Task<Void, any Error>?
            while !last.hasPrefix("421") {
                last = try await client.reply().last ?? ""
                guard last.hasPrefix("354") else { continue }
                drip = Task {
                    while !Task.isCancelled {
                        client.queue(bytes: Array("x\r\n".utf8))
                        try await Task.sleep(for: .milliseconds(100))
                    }
                }
            }
            drip?.cancel()
            #expect(last == "421 4.4.2 Timeout")
            #expect(fixture.handler.seen.ended == ["timeout"])
        }
    }

    @Test func `a refused chunk that comes slowly has the time of one wait`() async throws {
        let settings = ReceptionFixture.settings { $0.reception.dataTimeoutSeconds = 1 }
        try await ReceptionFixture.with(settings) { fixture in
            let client = try await fixture.connect()
            _ = try await client.reply()
            _ = try await client.command("EHLO client.example")
            try await client.line("BDAT 40")
            let drip = Task {
                for _ in 0..<40 {
                    try await client.send("x")
                    try await Task.sleep(for: .milliseconds(100))
                }
            }
            #expect(try await client.reply().last == "421 4.4.2 Timeout")
            drip.cancel()
        }
    }

    @Test func `a TLS handshake that does not come is given up`() async throws {
        let settings = ReceptionFixture.settings {
            $0.reception.commandTimeoutSeconds = 1
            $0.node.smtpsListeners = [ReceptionFixture.loopback]
        }
        try await ReceptionFixture.with(settings) { fixture in
            let client = try await DialogClient.connect(port: fixture.port(.smtps))
            #expect(await client.isClosedByServer())
            #expect(fixture.handler.seen.connections.isEmpty)
        }
    }
}

extension BoundListeners {
    /// A port that was free a moment ago.
    fileprivate mutating func portOfNewListener() async throws -> Int {
        let wish = Wish(kind: .smtp, address: ReceptionFixture.loopback)
        try await open([wish])
        let port = channels[wish]?.localAddress?.port ?? 0
        await close([wish])
        return port
    }
}
