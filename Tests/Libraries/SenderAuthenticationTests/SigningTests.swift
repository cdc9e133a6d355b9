import DNS
import Mail
import Testing

@testable import SenderAuthentication

/// What is signed here verifies, and what is changed afterwards does not.
struct SigningTests {
    private static let time = 1_700_000_000
    private static let text =
        "From: =?UTF-8?B?5bGx55Sw?= <yamada@example.org>\r\nTo: someone@example.net\r\nSubject: Figures\r\n  of the  month\r\n"
        + "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\nMessage-ID: <1@example.org>\r\n\r\nFirst line \r\n\r\n second   line\r\n\r\n\r\n"

    private let domain: DomainName

    init() throws { domain = try DomainName("example.org") }

    private func resolver(_ key: DKIMSigningKey, selector: String = "s1") throws -> StaticDNSResolver {
        var resolver = StaticDNSResolver()
        try resolver.add(.text(key.publicRecord.text), at: DKIMPublicRecord.name(selector: selector, domain: "example.org"))
        return resolver
    }

    private func verify(_ bytes: [UInt8], _ resolver: StaticDNSResolver, time: Int = time) async -> [DKIMOutcome] {
        await DKIMVerifier(resolver).verify(AuthenticatedMessage(bytes), time: time)
    }

    @Test(arguments: DKIMSigningKey.Kind.allCases)
    func `a signed message verifies, and no longer when it is changed`(kind: DKIMSigningKey.Kind) async throws {
        let key = try DKIMSigningKey(generating: kind)
        let signer = DKIMSigner(domain: domain, selector: "s1", key: key)
        let message = Array(Self.text.utf8)
        let signed = try signer.field(for: AuthenticatedMessage(message), time: Self.time) + message
        let resolver = try resolver(key)
        let outcome = try #require(await verify(signed, resolver).first)
        #expect(outcome.result == .pass, "\(outcome.fault?.description ?? "")")
        #expect(outcome.keyBits == key.bits)
        #expect(outcome.signature?.identity == "@example.org")

        let changes: [(String, String, DKIMFault)] = [
            ("Subject: Figures", "Subject: Figurez", .signatureMismatch), ("second   line", "second line!", .bodyChanged),
            ("From: =", "From: other@example.com\r\nFrom: =", .signatureMismatch),
            ("Subject: ", "Cc: third@example.com\r\nSubject: ", .signatureMismatch),
        ]
        for (old, new, fault) in changes {
            let changed = String(decoding: signed, as: UTF8.self).replacing(old, with: new, maxReplacements: 1)
            #expect(await verify(Array(changed.utf8), resolver).first?.fault == fault, "\(new)")
        }
        // Blanks may be changed on the way: both forms are relaxed.
        let folded = String(decoding: signed, as: UTF8.self).replacing("second   line", with: "second line")
            .replacing("To: someone", with: "TO:\r\n\tsomeone")
        #expect(await verify(Array(folded.utf8), resolver).first?.result == .pass)
    }

    @Test(arguments: DKIMSigningKey.Kind.allCases)
    func `a key survives being written down`(kind: DKIMSigningKey.Kind) async throws {
        let key = try DKIMSigningKey(generating: kind)
        let again = try DKIMSigningKey(pem: key.pem)
        #expect(again.publicRecord == key.publicRecord)
        #expect(again.pem == key.pem)
        #expect(again.kind == kind)
    }

    @Test(arguments: ["", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----", String(repeating: "x", count: 100_000)])
    func `what is no key is refused`(text: String) {
        #expect(throws: DKIMKeyError.notAKey) { try DKIMSigningKey(pem: text) }
    }

    @Test func `a long key record is cut into strings of a text record`() throws {
        let record = try DKIMSigningKey(generating: .rsa).publicRecord
        #expect(record.strings.count == 2)
        #expect(record.strings.allSatisfy { (1...255).contains($0.utf8.count) })
        #expect(record.strings.joined() == record.text)
        let line = record.zoneLine(selector: "s1", domain: "example.org")
        #expect(line.hasPrefix("s1._domainkey.example.org. IN TXT ( \"v=DKIM1; k=rsa; p="))
    }

    @Test func `lines of a signature field are short`() throws {
        let key = try DKIMSigningKey(generating: .rsa)
        let field = try DKIMSigner(domain: domain, selector: "s1", key: key).field(
            for: AuthenticatedMessage(Array(Self.text.utf8)), time: Self.time)
        let lines = String(decoding: field, as: UTF8.self).split(separator: "\r\n")
        #expect(lines.allSatisfy { $0.utf8.count <= 78 })
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("\t") })
    }

    @Test func `a signature ends at its time, and one from the future is none`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let message = Array(Self.text.utf8)
        let signer = DKIMSigner(domain: domain, selector: "s1", key: key, lifetimeSeconds: 100)
        let signed = try signer.field(for: AuthenticatedMessage(message), time: Self.time) + message
        let resolver = try resolver(key)
        #expect(await verify(signed, resolver, time: Self.time + 100).first?.result == .pass)
        #expect(await verify(signed, resolver, time: Self.time + 101).first?.fault == .expired)
        #expect(await verify(signed, resolver, time: Self.time - 1_000).first?.fault == .signedInFuture)
    }

    @Test func `text behind the signed length is counted`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let message = AuthenticatedMessage(Array("From: a@example.org\r\n\r\nsigned\r\nadded later\r\n".utf8))
        var hash = DKIMBodyHash(.relaxed)
        hash.update(Array("signed\r\n".utf8)[...])
        let bodyHash = Base64Text.encode(hash.finished().whole)
        for (length, result) in [(8, DKIMResult.pass), (400, .fail)] {
            let field = SignatureField(
                name: "DKIM-Signature",
                tags: ["v=1", "a=ed25519-sha256", "c=relaxed/relaxed", "d=example.org", "s=s1", "h=from", "l=\(length)", "bh=\(bodyHash)"])
            let signed =
                try message.signedField(field, names: ["from"], key) + Array("From: a@example.org\r\n\r\n".utf8)
                + Array("signed\r\nadded later\r\n".utf8)
            let outcome = try #require(await verify(signed, resolver(key)).first)
            #expect(outcome.result == result)
            if result == .pass { #expect(outcome.unsignedBodyBytes == 13) }
        }
    }

    @Test func `signatures beyond the limit are not looked at`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let message = Array(Self.text.utf8)
        let good = try DKIMSigner(domain: domain, selector: "s1", key: key).field(for: AuthenticatedMessage(message), time: Self.time)
        let junk = Array(String(repeating: "DKIM-Signature: v=1; junk\r\n", count: DKIMLimits.signatures).utf8)
        let outcomes = await verify(junk + good + message, try resolver(key))
        #expect(outcomes.count == DKIMLimits.signatures + 1)
        #expect(outcomes.last?.fault == .tooManySignatures)
        #expect(!outcomes.contains { $0.result == .pass })
    }

    // MARK: ARC

    @Test func `sealed hop by hop, a chain passes until something is changed`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let resolver = try resolver(key, selector: "arc")
        let sealer = ARCSealer(domain: domain, selector: "arc", key: key)
        var bytes = Array(Self.text.utf8)
        for hop in 1...5 {
            let message = AuthenticatedMessage(bytes)
            let chain = await ARCVerifier(resolver).verify(message)
            #expect(chain.result == (hop == 1 ? .none : .pass), "\(chain.fault?.description ?? "")")
            #expect(chain.handlers.count == hop - 1)
            let results = AuthenticationResults(server: "hop\(hop).example", methods: [AuthenticationResults.Method("spf", "pass")])
            bytes = try fields(sealer.seal(message, results: results, chain: chain, time: Self.time)) + bytes
        }
        let chain = await ARCVerifier(resolver).verify(AuthenticatedMessage(bytes))
        #expect(chain.result == .pass)
        #expect(chain.handlers.map { $0.results?.server } == (1...5).map { "hop\($0).example" })

        let changed = Array(String(decoding: bytes, as: UTF8.self).replacing("hop2.example", with: "hop9.example").utf8)
        let broken = await ARCVerifier(resolver).verify(AuthenticatedMessage(changed))
        #expect(broken.fault == .seal(.signatureMismatch, instance: 2))
        // Sealed as broken, nobody continues it.
        let results = AuthenticationResults(server: "hop6.example", methods: [])
        let last = try sealer.seal(AuthenticatedMessage(changed), results: results, chain: broken, time: Self.time)
        let sealed = AuthenticatedMessage(try fields(last, .fail) + changed)
        let seen = await ARCVerifier(resolver).verify(sealed)
        #expect(seen.result == .fail)
        #expect(seen.fault == .sealSays(.fail, instance: 6))
        #expect(try sealer.seal(sealed, results: results, chain: seen, time: Self.time) == .left(.brokenBefore))
    }

    private func fields(_ sealing: ARCSealing, _ verdict: ARCResult? = nil) throws -> [UInt8] {
        guard case .sealed(let fields, let said) = sealing else {
            Issue.record("not sealed: \(sealing)")
            return []
        }
        if let verdict { #expect(said == verdict) }
        return fields
    }

    @Test func `a chain with a gap is sealed as broken under the next number, and the fiftieth set is the last`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let resolver = try resolver(key, selector: "arc")
        let sealer = ARCSealer(domain: domain, selector: "arc", key: key)
        let results = AuthenticationResults(server: "hop.example", methods: [])
        for (instance, isContinued) in [(3, true), (50, false)] {
            let gap = AuthenticatedMessage(Array("ARC-Authentication-Results: i=\(instance); list.example; none\r\n\(Self.text)".utf8))
            let chain = await ARCVerifier(resolver).verify(gap)
            #expect(chain.result == .fail)
            let sealing = try sealer.seal(gap, results: results, chain: chain, time: Self.time)
            guard isContinued else {
                #expect(sealing == .left(.full))
                continue
            }
            let text = String(decoding: try fields(sealing, .fail), as: UTF8.self)
            #expect(text.contains("ARC-Seal: i=4;") && text.contains("cv=fail"))
        }
    }

    @Test func `a key that cannot be asked for makes no broken chain`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let message = AuthenticatedMessage(Array(Self.text.utf8))
        let none = await ARCVerifier(StaticDNSResolver()).verify(message)
        let results = AuthenticationResults(server: "hop.example", methods: [])
        let sealer = ARCSealer(domain: domain, selector: "arc", key: key)
        let first = try fields(sealer.seal(message, results: results, chain: none, time: Self.time), ARCResult.none)
        var failing = StaticDNSResolver()
        try failing.fail("arc._domainkey.example.org", .text, with: .transient(.serverFailure))
        let sealed = AuthenticatedMessage(first + Array(Self.text.utf8))
        let outcome = await ARCVerifier(failing).verify(sealed)
        #expect(outcome.result == .temporaryError)
        #expect(try sealer.seal(sealed, results: results, chain: outcome, time: Self.time) == .left(.undecided))
    }
}
