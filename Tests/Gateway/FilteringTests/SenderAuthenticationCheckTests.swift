import DNS
import Filtering
import Mail
import SenderAuthentication
import Settings
import Testing

/// What SPF, DKIM, ARC and DMARC lead to.
@Suite struct SenderAuthenticationCheckTests {
    private static let content = "From: Someone <someone@example.net>\r\nSubject: x\r\n\r\nbody\r\n"

    private func results(
        _ records: [String: String], content: String = content, change: (inout GatewaySettings) -> Void = { _ in },
        signed: (domain: String, key: DKIMSigningKey)? = nil
    ) async throws -> [String: CheckResult] {
        var fixture = SubjectFixture()
        change(&fixture.settings)
        for (name, text) in records { try fixture.resolver.add(.text(text), at: name) }
        var bytes = Array(content.utf8)
        if let signed {
            let signer = DKIMSigner(domain: try DomainName(signed.domain), selector: "s1", key: signed.key)
            bytes = try signer.field(for: AuthenticatedMessage(bytes), time: Int(UTCTime.now().milliseconds / 1_000)) + bytes
            try fixture.resolver.add(.text(signed.key.publicRecord.text), at: "s1._domainkey.\(signed.domain)")
        }
        fixture.content = String(decoding: bytes, as: UTF8.self)
        let base = try fixture.environment()
        let suffixes = try PublicSuffixList(parsing: Array("net\ncom\norg\n".utf8), fewestRules: 1)
        let environment = CheckEnvironment(
            resolver: fixture.resolver, accessLists: base.accessLists, domains: base.domains, publicSuffixes: suffixes)
        let found = await SenderAuthenticationCheck(environment).find(try fixture.subject(), at: .message)
        return Dictionary(found.map { ($0.check, $0) }, uniquingKeysWith: { first, _ in first })
    }

    private static let failing = ["example.net": "v=spf1 -all"]
    private static let passing = ["example.net": "v=spf1 ip4:192.0.2.9 -all"]

    private static func policy(_ policy: String) -> [String: String] { ["_dmarc.example.net": "v=DMARC1; p=\(policy)"] }

    @Test func `a domain without records has no findings`() async throws {
        let found = try await results([:])
        #expect(found.keys.sorted() == ["arc", "dkim", "dmarc", "spf"])
        #expect(found.values.allSatisfy { $0.outcome == .notFound })
    }

    @Test(arguments: [("v=spf1 -all", 30), ("v=spf1 ~all", 10), ("v=spf1 ?all", nil), ("v=spf1 ip4:192.0.2.9 -all", nil)])
    func `SPF counts by its result`(record: String, tenths: Int?) async throws {
        let spf = try #require(try await results(["example.net": record])["spf"])
        #expect(spf.outcome == (tenths == nil ? .notFound : .found))
        if let tenths { #expect(spf.weight == .score(FilterScore(tenths: tenths))) }
    }

    @Test(arguments: [
        ("reject", CheckResult.Weight.reject), ("quarantine", .quarantine), ("none", .score(FilterScore(tenths: 10))),
    ])
    func `a failure of DMARC leads to what the domain asks for`(policy: String, weight: CheckResult.Weight) async throws {
        let found = try await results(Self.failing.merging(Self.policy(policy)) { $1 })
        #expect(found["dmarc"]?.outcome == .found)
        #expect(found["dmarc"]?.weight == weight)
    }

    @Test func `wishes are followed as far as the settings say`() async throws {
        let records = Self.failing.merging(Self.policy("reject")) { $1 }
        let kept = try await results(records) { $0.senderAuthentication.rejectAction = .quarantine }
        #expect(kept["dmarc"]?.weight == .quarantine)
        let counted = try await results(records) { $0.senderAuthentication.rejectAction = .score }
        #expect(counted["dmarc"]?.weight == .score(FilterScore(tenths: 40)))
        let milder = try await results(Self.failing.merging(Self.policy("quarantine")) { $1 }) {
            $0.senderAuthentication.quarantineAction = .score
        }
        #expect(milder["dmarc"]?.weight == .score(FilterScore(tenths: 40)))
    }

    @Test func `a signature of the domain in From excuses a failure of SPF`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let records = Self.failing.merging(Self.policy("reject")) { $1 }
        let found = try await results(records, signed: ("example.net", key))
        #expect(found["dkim"]?.outcome == .notFound)
        #expect(found["dmarc"]?.outcome == .notFound)
        #expect(found["spf"]?.weight == .score(.zero))
        let foreign = try await results(records, signed: ("other.org", key))
        #expect(foreign["dmarc"]?.weight == .reject)
        #expect(foreign["spf"]?.weight == .score(FilterScore(tenths: 30)))
    }

    @Test func `a message of several domains has to satisfy each`() async throws {
        let content = "From: a@example.net, b@victim.org\r\n\r\nbody\r\n"
        let records = Self.passing.merging(["_dmarc.victim.org": "v=DMARC1; p=reject"]) { $1 }
        #expect(try await results(records, content: content)["dmarc"]?.weight == .reject)
        let second = "From: a@example.net\r\nFrom: b@victim.org\r\n\r\nbody\r\n"
        #expect(try await results(records, content: second)["dmarc"]?.weight == .reject)
    }

    @Test func `no address in From counts`() async throws {
        let found = try await results([:], content: "Subject: x\r\n\r\nbody\r\n")
        #expect(found["dmarc"]?.weight == .score(FilterScore(tenths: 40)))
    }

    @Test func `a broken signature counts a little`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let broken = "DKIM-Signature: v=1; a=rsa-sha1; d=example.net; s=s1; h=from; bh=AAAA; b=AAAA\r\n" + Self.content
        #expect(try await results([:], content: broken)["dkim"]?.weight == .score(FilterScore(tenths: 5)))
        #expect(try await results([:], content: broken, signed: ("example.net", key))["dkim"]?.outcome == .notFound)
    }

    @Test func `a trusted sealer excuses what was broken on the way`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let message = AuthenticatedMessage(Array(Self.content.utf8))
        let none = await ARCVerifier(StaticDNSResolver()).verify(message)
        let said = AuthenticationResults(server: "list.org", methods: [AuthenticationResults.Method("dmarc", "pass")])
        let sealer = ARCSealer(domain: try DomainName("list.org"), selector: "arc", key: key)
        guard case .sealed(let fields, ARCResult.none) = try sealer.seal(message, results: said, chain: none, time: 1) else {
            Issue.record("not sealed")
            return
        }
        let sealed = String(decoding: fields, as: UTF8.self) + Self.content
        var records = Self.failing.merging(Self.policy("reject")) { $1 }
        records["arc._domainkey.list.org"] = key.publicRecord.text
        #expect(try await results(records, content: sealed)["dmarc"]?.weight == .reject)
        let trusted = try await results(records, content: sealed) { $0.senderAuthentication.trustedSealers = ["list.org"] }
        #expect(trusted["dmarc"]?.outcome == .notFound)
        let changed = try await results(records, content: sealed + "added\r\n") { $0.senderAuthentication.trustedSealers = ["list.org"] }
        #expect(changed["dmarc"]?.weight == .reject)
    }

    @Test func `what DNS does not say in time decides nothing`() async throws {
        var fixture = SubjectFixture()
        fixture.content = Self.content
        fixture.settings.filtering.timeLimitSeconds = 1
        let base = try fixture.environment(SilentResolver())
        let suffixes = try PublicSuffixList(parsing: Array("net\n".utf8), fewestRules: 1)
        let environment = CheckEnvironment(
            resolver: base.resolver, accessLists: base.accessLists, domains: base.domains, publicSuffixes: suffixes)
        let found = await SenderAuthenticationCheck(environment).find(try fixture.subject(), at: .message)
        #expect(found.first { $0.check == "spf" }?.outcome == .undecided)
        #expect(found.first { $0.check == "dmarc" }?.outcome == .undecided)
    }

    @Test func `methods are switched off one by one, and private addresses are not asked about`() async throws {
        let spf = try await results(Self.failing) {
            $0.senderAuthentication.checksDKIM = false
            $0.senderAuthentication.checksARC = false
        }
        #expect(spf.keys.sorted() == ["spf"])
        var fixture = SubjectFixture()
        fixture.address = "10.0.0.1"
        let check = SenderAuthenticationCheck(try fixture.environment())
        #expect(!check.isWanted(try fixture.subject(), at: .message))
        fixture.settings.filtering.checksPrivateAddresses = true
        #expect(check.isWanted(try fixture.subject(), at: .message))
    }

    @Test func `results are written in the words of the RFC`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let found = try await results(Self.passing.merging(Self.policy("reject")) { $1 }, signed: ("example.net", key))
        let methods = ["spf", "dkim", "dmarc", "arc"].flatMap { found[$0]?.authentication ?? [] }
        #expect(methods.map { "\($0.name)=\($0.result)" } == ["spf=pass", "dkim=pass", "dmarc=pass", "arc=none"])
        #expect(methods[0].value("smtp", "mailfrom") == "someone@example.net")
        #expect(methods[1].value("header", "d") == "example.net")
        #expect(methods[2].value("header", "from") == "example.net")
        let silent = try await results(Self.passing) { $0.senderAuthentication.writesResults = false }
        #expect(silent.values.allSatisfy { $0.authentication.isEmpty })
    }
}
