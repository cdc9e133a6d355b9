import DNS
import Mail
import SMTP
import Settings
import Synchronization
import Testing

@testable import Delivery

@Suite(.timeLimit(.minutes(3))) struct SenderQuestionTests {
    private func ask(
        _ server: SMTPTestServer, at address: String = "127.0.0.1", permitted: [String] = ["127.0.0.0/8"], sender: ReversePath = .null,
        seconds: Int = 60, slots: SenderQuestion.Slots = SenderQuestion.Slots(begin: { _ in true }, end: { _ in }),
        address asked: String = "a@far.example",
        listeners: [ListenAddress] = []
    ) async throws -> SenderAnswer {
        var dns = StaticDNSResolver()
        try dns.add(.mailExchange(MailExchange(preference: 10, host: "mx.far.example")), at: "far.example")
        try dns.add(.address(try #require(HostAddress(address))), at: "mx.far.example")
        let harness = try await DeliveryHarness(dns: dns, listeners: listeners)
        var settings = CallbackSettings()
        settings.port = server.port
        settings.permittedNetworks = try permitted.map { try #require(NetworkRange($0)) }
        settings.sender = sender
        settings.timeLimitSeconds = seconds
        return await SenderQuestion(harness.queue.environment).ask(
            about: try EmailAddress(asked), settings, slots: slots, keepsDialogue: true)
    }

    private static func answering(_ verb: String, _ reply: String) async throws -> SMTPTestServer {
        try await SMTPTestServer { event, _ in event.verb == verb ? .reply(reply) : nil }
    }

    @Test func `a server is asked with the null sender, never for a message, and the dialogue is told`() async throws {
        let server = try await SMTPTestServer()
        let answer = try await ask(server)
        #expect(answer.statement == .accepts && answer.server == "mx.far.example[127.0.0.1]:\(server.port)")
        await server.until { $0.open == 0 }
        #expect(server.record.commands == ["EHLO gw.example.net", "MAIL FROM:<>", "RCPT TO:<a@far.example>", "RSET", "QUIT"])
        #expect(answer.dialogue.contains("C: RCPT TO:<a@far.example>") && answer.dialogue.contains("S: 250"))
    }

    @Test(arguments: [
        ("550 5.1.1 no such user", SenderAnswer.Statement.refuses), ("553 no such user", .refuses), ("550 5.7.1 not from you", .undecided),
        ("450 4.2.1 later", .undecided), ("451 4.7.1 greylisted", .undecided), ("421 closing", .undecided),
        ("530 5.7.0 TLS first", .undecided), ("550 5.4.1 access denied", .refuses), ("550 5.2.2 mailbox full", .undecided),
        ("550 5.2.1 disabled", .undecided), ("550 5.1.8 sender rejected", .undecided), ("554 no", .undecided),
        ("550 rejected because 192.0.2.1 is in a black list", .undecided), ("550 null sender not accepted", .undecided),
        ("252 maybe", .accepts),
    ])
    func `only a permanent refusal of the address is one`(reply: String, statement: SenderAnswer.Statement) async throws {
        let answer = try await ask(try await Self.answering("RCPT", reply))
        #expect(answer.statement == statement && answer.text == reply)
    }

    @Test func `a server that does not take the null sender says nothing, and the answer says so`() async throws {
        let answer = try await ask(try await Self.answering("MAIL", "550 5.1.8 no null senders"))
        #expect(answer.statement == .undecided && answer.text == "it does not take MAIL FROM:<>: 550 5.1.8 no null senders")
    }

    @Test func `a refused greeting and a closed connection say nothing`() async throws {
        let refusing = try await SMTPTestServer { event, _ in event == .connected ? .reply("554 go away") : nil }
        #expect(try await ask(refusing).statement == .away)
        let closing = try await SMTPTestServer { event, _ in event.verb == "RCPT" ? .close : nil }
        #expect(try await ask(closing).statement == .undecided)
        let away = try await SMTPTestServer()
        await away.close()
        #expect(try await ask(away).statement == .away)
    }

    @Test func `a silent server is left at the limit, with what was said so far`() async throws {
        let server = try await SMTPTestServer { event, _ in event.verb == "RCPT" ? .silence : nil }
        let answer = try await ask(server, seconds: 1)
        #expect(answer.statement == .away && answer.text == "no answer within 1 s")
        await server.until { $0.open == 0 }
    }

    @Test func `an international sender cannot be asked about where such are unknown`() async throws {
        let server = try await SMTPTestServer(extensions: "PIPELINING")
        #expect(try await ask(server, address: "鈴木@far.example").statement == .undecided)
    }

    @Test func `a private host is not connected to unless it is permitted`() async throws {
        let server = try await SMTPTestServer()
        let answer = try await ask(server, permitted: [])
        #expect(answer.statement == .away && answer.text.contains("not asked: mx.far.example is at 127.0.0.1"))
        let hidden = try await ask(server, at: "::ffff:127.0.0.1", permitted: [])
        #expect(hidden.statement == .away && hidden.text.contains("127.0.0.1"))
        #expect(server.record.commands.isEmpty && server.record.open == 0)
    }

    @Test func `this node's own listener is not connected to, whatever is permitted`() async throws {
        let server = try await SMTPTestServer()
        for text in ["127.0.0.1:\(server.port)", "0.0.0.0:\(server.port)"] {
            let answer = try await ask(server, listeners: [try ListenAddress.parse(text)])
            #expect(answer.text.contains("this gateway itself"))
        }
        #expect(server.record.commands.isEmpty)
    }

    @Test func `a connection has a slot, which comes back`() async throws {
        let server = try await SMTPTestServer()
        let held = Mutex<[String]>([])
        let slots = SenderQuestion.Slots(
            begin: { address in
                held.withLock { $0.append("+\(address)") }; return true
            }, end: { address in held.withLock { $0.append("-\(address)") } })
        #expect(try await ask(server, slots: slots).statement == .accepts)
        #expect(held.withLock { $0 } == ["+127.0.0.1", "-127.0.0.1"])
        let none = SenderQuestion.Slots(begin: { _ in false }, end: { _ in })
        #expect(try await ask(server, slots: none).statement == .busy)
    }

    @Test(arguments: [
        ("10.1.2.3", false), ("172.16.0.1", false), ("192.168.1.1", false), ("169.254.169.254", false), ("100.64.0.1", false),
        ("0.0.0.0", false),
        ("224.0.0.1", false), ("255.255.255.255", false), ("127.0.0.53", false), ("::1", false), ("::", false), ("fe80::1", false),
        ("fd00::1", false), ("ff02::1", false), ("::ffff:10.0.0.1", false), ("64:ff9b::a00:1", false), ("2002:a00:1::1", false),
        ("198.18.0.1", false), ("8.8.8.8", true), ("2606:4700::1111", true), ("172.32.0.1", true), ("192.0.1.1", true),
    ])
    func `only hosts of the public Internet are connected to`(address: String, isAllowed: Bool) throws {
        let rules = TargetRules(permitted: [], port: 25, ownListeners: [], ownAddresses: [])
        #expect((rules.obstacle(try #require(NetworkAddress(address))) == nil) == isAllowed)
    }

    @Test func `a public address of this machine is not connected to`() throws {
        let own = try #require(NetworkAddress("8.8.8.8"))
        #expect(TargetRules(permitted: [], port: 25, ownListeners: [], ownAddresses: [own]).obstacle(own) != nil)
        #expect(TargetRules.machineAddresses().contains(try #require(NetworkAddress("127.0.0.1"))))
    }
}
