import DNS
import Testing

/// The real library against a real, lying name server on loopback.
struct UnboundResolverTests {
    private static let address: [UInt8] = [192, 0, 2, 1]
    /// What counts as in time: thousands of tests share this process's few threads, so that an answer that has come may wait long for
    /// the test that asked.
    private static let patience = Duration.seconds(120)

    private func makeResolver(
        _ server: LoopbackNameServer, timeout: Duration = .seconds(20), _ change: (inout UnboundConfiguration) -> Void = { _ in }
    ) throws -> UnboundResolver {
        var configuration = UnboundConfiguration()
        configuration.upstream = .forwarders([server.forwarder])
        configuration.zonesToAsk = ["test", "2.0.192.in-addr.arpa"]
        configuration.timeout = timeout
        change(&configuration)
        return try UnboundResolver(configuration)
    }

    @Test func `each record type comes from the wire`() async throws {
        let server = try LoopbackNameServer()
        server.react("a.example.test", .answer([Self.address, [192, 0, 2, 2]]))
        server.react("aaaa.example.test", .answer([[UInt8](repeating: 0, count: 15) + [1]]))
        server.react("mx.example.test", .answer([[0, 10] + DNSMessageBytes.wireName("Mail.example.test")]))
        server.react("txt.example.test", .answer([[2, 0x61, 0x62, 1, 0x63]]))
        server.react("1.2.0.192.in-addr.arpa", .answer([DNSMessageBytes.wireName("host.example.test")]))
        server.react("_25._tcp.example.test", .answer([[3, 1, 1] + [UInt8](repeating: 7, count: 32)]))
        server.react("ns.example.test", .answer([DNSMessageBytes.wireName("ns1.example.test")]))
        let resolver = try makeResolver(server)
        let addresses = try await resolver.resolve("A.Example.Test.", .a)
        #expect(Set(addresses.addresses) == [.ipv4(0xc000_0201), .ipv4(0xc000_0202)])
        #expect(addresses.name == "a.example.test")
        #expect(addresses.security == .insecure)
        #expect(addresses.timeToLive > .seconds(200) && addresses.timeToLive <= .seconds(300))
        #expect(try await resolver.resolve("aaaa.example.test", .aaaa).addresses == [.ipv6(1)])
        #expect(
            try await resolver.resolve("mx.example.test", .mailExchange).mailExchanges == [
                MailExchange(preference: 10, host: "mail.example.test")
            ])
        #expect(try await resolver.resolve("txt.example.test", .text).texts == ["abc"])
        #expect(try await resolver.resolve("1.2.0.192.in-addr.arpa", .pointer).names == ["host.example.test"])
        #expect(try await resolver.resolve("_25._tcp.example.test", .tlsa).certificateAssociations.first?.data.count == 32)
        #expect(try await resolver.resolve("ns.example.test", .nameServer).names == ["ns1.example.test"])
        await resolver.shutdown()
    }

    @Test func `nothing found is told apart from a missing name`() async throws {
        let server = try LoopbackNameServer()
        server.react("empty.example.test", .answer([]))
        let resolver = try makeResolver(server)
        #expect(try await resolver.resolve("empty.example.test", .a).finding == .noSuchRecords)
        #expect(try await resolver.resolve("missing.example.test", .a).finding == .noSuchName)
    }

    @Test func `an alias is followed and named`() async throws {
        let server = try LoopbackNameServer()
        server.react("www.example.test", .alias(target: "host.example.test", [Self.address]))
        server.react("host.example.test", .answer([Self.address]))
        let answer = try await makeResolver(server).resolve("www.example.test", .a)
        #expect(answer.addresses == [.ipv4(0xc000_0201)])
        #expect(answer.canonicalName == "host.example.test")
    }

    @Test func `a truncated answer is fetched over TCP`() async throws {
        let server = try LoopbackNameServer()
        let strings = [UInt8](repeating: 0x61, count: 200)
        server.react("long.example.test", .truncated((0..<20).map { [200] + strings.dropLast() + [UInt8($0) + 0x41] }))
        #expect(try await makeResolver(server).resolve("long.example.test", .text).texts.count == 20)
    }

    @Test func `an answer is kept and not asked for again`() async throws {
        let server = try LoopbackNameServer()
        server.react("kept.example.test", .answer([Self.address]))
        let resolver = try makeResolver(server)
        for _ in 0..<5 { _ = try await resolver.resolve("kept.example.test", .a) }
        #expect(server.timesAsked("kept.example.test") == 1)
    }

    @Test(arguments: [
        LoopbackNameServer.Reaction.responseCode(2), .responseCode(5), .silence, .wrongIdentifier([address]), .wrongQuestion([address]),
        .truncatedForever, .garbage, .pointerLoop, .countTooHigh,
    ])
    func `a failing or lying server leads to a transient error in time`(reaction: LoopbackNameServer.Reaction) async throws {
        let server = try LoopbackNameServer()
        server.react("bad.example.test", reaction)
        let resolver = try makeResolver(server, timeout: .milliseconds(700))
        let begin = ContinuousClock.now
        let error = await resolver.failure("bad.example.test", .a)
        #expect(error?.isTransient == true)
        #expect(begin.duration(to: .now) < Self.patience)
        #expect(server.timesAsked("bad.example.test") > 0)
    }

    @Test func `a silent server costs exactly the deadline`() async throws {
        let server = try LoopbackNameServer()
        server.react("silent.example.test", .silence)
        let resolver = try makeResolver(server, timeout: .milliseconds(300))
        let begin = ContinuousClock.now
        #expect(await resolver.failure("silent.example.test", .a) == DNSError.transient(.timedOut))
        #expect(begin.duration(to: .now) >= .milliseconds(300))
        // Other questions are answered meanwhile and afterwards.
        server.react("fine.example.test", .answer([Self.address]))
        let patient = try makeResolver(server)
        #expect(try await patient.resolve("fine.example.test", .a).addresses.count == 1)
    }

    @Test(arguments: [false, true])
    func `a cancelled caller is let go at once`(isAskedBefore: Bool) async throws {
        let server = try LoopbackNameServer()
        server.react("silent.example.test", .silence)
        let resolver = try makeResolver(server, timeout: .seconds(600))
        let begin = ContinuousClock.now
        let task = Task { await resolver.failure("silent.example.test", .a) }
        while isAskedBefore, server.timesAsked("silent.example.test") == 0, begin.duration(to: .now) < Self.patience { await Task.yield() }
        #expect(!isAskedBefore || server.timesAsked("silent.example.test") > 0)
        task.cancel()
        #expect(await task.value == .transient(.cancelled))
        #expect(begin.duration(to: .now) < Self.patience * 2)
    }

    @Test func `equal questions at the same time are asked once`() async throws {
        let server = try LoopbackNameServer()
        server.react("same.example.test", .answer([Self.address]))
        let resolver = try makeResolver(server)
        let answers = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<200 {
                group.addTask { try await resolver.resolve("same.example.test", .a).addresses.count }
            }
            return try await group.reduce(0, +)
        }
        #expect(answers == 200)
        #expect(server.timesAsked("same.example.test") == 1)
    }

    @Test func `many different questions wait for their turn`() async throws {
        let server = try LoopbackNameServer()
        for number in 0..<300 { server.react("n\(number).example.test", .answer([[10, 0, UInt8(number / 250), UInt8(number % 250)]])) }
        let resolver = try makeResolver(server) { $0.maximumRunningQuestions = 4 }
        let found = try await withThrowingTaskGroup(of: HostAddress?.self) { group in
            for number in 0..<300 {
                group.addTask { try await resolver.resolve("n\(number).example.test", .a).addresses.first }
            }
            return try await group.reduce(into: Set<HostAddress>()) { if let address = $1 { $0.insert(address) } }
        }
        #expect(found.count == 300)
    }

    @Test func `a question behind silent ones times out and is not asked`() async throws {
        let server = try LoopbackNameServer()
        server.react("silent.example.test", .silence)
        let resolver = try makeResolver(server, timeout: .milliseconds(400)) { $0.maximumRunningQuestions = 1 }
        async let first = resolver.failure("silent.example.test", .a)
        #expect(await first == .transient(.timedOut))
        #expect(await resolver.failure("other.example.test", .a) == .transient(.timedOut))
        #expect(server.timesAsked("other.example.test") == 0)
    }

    @Test func `more waiting callers than allowed are refused`() async throws {
        let server = try LoopbackNameServer()
        let resolver = try makeResolver(server) { $0.maximumWaitingCallers = 0 }
        #expect(await resolver.failure("a.example.test", .a) == .transient(.tooManyQuestions))
    }

    @Test func `a stopped resolver answers waiting and later callers`() async throws {
        let server = try LoopbackNameServer()
        server.react("silent.example.test", .silence)
        let resolver = try makeResolver(server, timeout: .seconds(60))
        async let waiting = resolver.failure("silent.example.test", .a)
        await resolver.shutdown()
        #expect(await waiting == .transient(.stopped))
        #expect(await resolver.failure("a.example.test", .a) == .transient(.stopped))
        await resolver.shutdown()
    }

    @Test func `a zone of special use is answered by the library unless it is to be asked`() async throws {
        let server = try LoopbackNameServer()
        server.react("a.example.test", .answer([Self.address]))
        let resolver = try makeResolver(server) { $0.zonesToAsk = [] }
        #expect(try await resolver.resolve("a.example.test", .a).finding == .noSuchName)
        #expect(server.timesAsked("a.example.test") == 0)
    }

    @Test func `with a trust anchor an unsigned answer is bogus`() async throws {
        let server = try LoopbackNameServer()
        server.react("test", .answer([]))
        server.react("a.example.test", .answer([Self.address]))
        let resolver = try makeResolver(server) {
            $0.trustAnchors = ["test. IN DS 23552 13 2 " + String(repeating: "ab", count: 32)]
        }
        let error = await resolver.failure("a.example.test", .a)
        guard case .transient(.bogus) = error else {
            Issue.record("expected a bogus answer, got \(String(describing: error))")
            return
        }
    }

    @Test func `a name that is none is refused without a question`() async throws {
        let resolver = try makeResolver(LoopbackNameServer())
        #expect(await resolver.failure("a..b", .a) == .permanent(.invalidName))
    }

    @Test(arguments: [
        UnboundConfiguration.Upstream.systemResolvers(file: "/nonexistent/resolv.conf"), .forwarders([]), .forwarders(["not an address"]),
    ])
    func `an upstream that cannot be used is refused at start`(upstream: UnboundConfiguration.Upstream) {
        var configuration = UnboundConfiguration()
        configuration.upstream = upstream
        let error = #expect(throws: DNSError.self) { try UnboundResolver(configuration) }
        #expect(error?.isTransient == false)
    }

    @Test func `files that cannot be read are refused at start`() {
        var configuration = UnboundConfiguration()
        configuration.upstream = .rootServers
        configuration.trustAnchorFiles = ["/nonexistent/root.key"]
        #expect(throws: DNSError.self) { try UnboundResolver(configuration) }
        configuration.trustAnchorFiles = []
        configuration.hostsFile = "/nonexistent/hosts"
        #expect(throws: DNSError.self) { try UnboundResolver(configuration) }
        configuration.hostsFile = nil
        configuration.trustAnchors = ["nonsense"]
        #expect(throws: DNSError.self) { try UnboundResolver(configuration) }
    }
}
