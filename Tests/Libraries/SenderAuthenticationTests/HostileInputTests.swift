import DNS
import Foundation
import Mail
import Testing

@testable import SenderAuthentication

/// Every byte is hostile: nothing crashes, and work stays in proportion to the input.
struct HostileInputTests {
    private static let signature =
        "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed; d=example.org; s=s1; t=1; l=5; i=@x.example.org;\r\n h=from:to; "
        + "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n BBBB\r\n"

    private static let seeds: [String: [String]] = [
        "spf": [
            "v=spf1 a mx/24//64 include:%{d2r.-}.example.org exists:%{ir}.%{v}._spf.%{d} ptr:example.org ip4:192.0.2.0/24 -all exp=x.example",
            "v=spf1 redirect=%{p}.example.org", "v=spf1 ip6:2001:db8::/32 ?all moo=%{H}%%%_%-",
        ],
        "dkim": [
            signature + "From: a@example.org\r\n\r\nbody\r\n",
            signature + signature + "From : a@example.org,\r\n b@example.org\r\nTo:x\n\n \t \r\r\n\r\n\r\n",
        ],
        "arc": [
            "ARC-Seal: i=1; a=ed25519-sha256; cv=none; d=example.org; s=s1; b=AAAA\r\nARC-Message-Signature: i=1; a=ed25519-sha256; "
                + "d=example.org; s=s1; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n"
                + "ARC-Authentication-Results: i=1; a.example; spf=pass\r\nFrom: a@example.org\r\n\r\nx\r\n"
        ],
        "key": [
            "v=DKIM1; k=rsa; h=sha256:sha1; s=email:*; t=y:s; n=a; p=MIGJAoGBALVI635dLK4cJJAH3Lx6upo3X/Lm1tQz3mezcWTA3BUBnyIsdnRf57aD5BtNmhPrYYDlWlzw3UgnKisIxktkk5+iMQMlFtAS10JB8L3YadXNJY+JBcbeSi5TgJe4WFzNgW95FWDAuSTRXSWZfA/8xjflbTLDx0euFZOM7C4T0GwLAgMBAAE=",
            "k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
        ],
        "dmarc": ["v=DMARC1; p=reject; sp=none; pct=50; adkim=s; aspf=r; rua=mailto:a@b.example!10m,mailto:c@d.example; fo=1:d"],
        "results": [
            " a.example 1; spf=pass (ok (really)) smtp.mailfrom=\"a b\"@c.example; dkim/1=fail reason=\"x\\\"y\" header.d=c.example",
            " a.example; none",
        ],
        "suffixes": ["com\n*.jp\n!city.jp\n公司.cn\n// x\n"],
    ]

    @Test(arguments: FuzzEntries.all.map(\.name))
    func `seeds and thousands of mutations of them are survived`(name: String) throws {
        let entry = try #require(FuzzEntries.all.first { $0.name == name }).entry
        let seeds = try #require(Self.seeds[name]).map { Array($0.utf8) }
        var generator = SeededGenerator(seed: UInt64(name.utf8.reduce(0) { $0 * 31 + Int($1) }))
        for seed in seeds + [[]] { entry(seed) }
        let rounds = name == "arc" || name == "dkim" ? 1_000 : 5_000
        for _ in 0..<rounds {
            var bytes = seeds.randomElement(using: &generator) ?? []
            for _ in 0..<Int.random(in: 1...6, using: &generator) { Self.mutate(&bytes, seeds, &generator) }
            entry(bytes)
        }
    }

    private static let tokens = [
        ";", "=", "\r\n ", "\r\n", "%{", "}", "(", ")", "\"", "\\", ":", "//", "\u{0}", "é", "i=2", "99999999999999999999",
    ]
    .map { Array($0.utf8) }

    private static func mutate(_ bytes: inout [UInt8], _ seeds: [[UInt8]], _ generator: inout SeededGenerator) {
        let position = Int.random(in: 0...bytes.count, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes.insert(UInt8.random(in: .min ... .max, using: &generator), at: position)
        case 1: if position < bytes.count { bytes[position] = UInt8.random(in: .min ... .max, using: &generator) }
        case 2: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...20, using: &generator)))
        case 3: bytes.insert(contentsOf: tokens.randomElement(using: &generator) ?? [], at: position)
        case 4:
            let other = seeds.randomElement(using: &generator) ?? []
            bytes.insert(contentsOf: other.prefix(Int.random(in: 0...other.count, using: &generator)), at: position)
        default: if position < bytes.count { bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator) }
        }
    }

    // MARK: Size

    /// Work grows with the input, not with its square, which would make sixty-four times of eight. Measured in processor time of this
    /// thread, so that neither the machine nor what else runs on it matters.
    private func expectProportion(_ make: (Int) -> [UInt8], _ work: ([UInt8]) -> Void, small: Int) {
        func time(_ size: Int) -> Int {
            let input = make(size)
            return (0..<2).map { _ in
                let begun = Self.processorNanoseconds
                work(input)
                return Self.processorNanoseconds - begun
            }.min() ?? 0
        }
        let one = max(time(small), 1_000_000)
        let eight = time(small * 8)
        #expect(eight < one * 30, "\(one) ns became \(eight) ns")
    }

    private static var processorNanoseconds: Int {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }

    @Test func `many fields cost no more than their number`() {
        func message(_ count: Int) -> [UInt8] {
            Array((String(repeating: "X: y\r\n", count: count) + Self.signature + "From: a@example.org\r\n\r\n").utf8)
        }
        expectProportion(message, FuzzEntries.dkim, small: 8_000)
        expectProportion({ Array(String(repeating: "DKIM-Signature: x\r\n", count: $0).utf8) }, FuzzEntries.dkim, small: 3_000)
        expectProportion({ Array(String(repeating: "ARC-Seal: i=1\r\n", count: $0).utf8) }, FuzzEntries.arc, small: 3_000)
    }

    @Test func `a long line costs no more than its length`() {
        let start = Self.signature + "From: a@example.org\r\n\r\n"
        for filler in ["x", " ", "\r", "\n", " x", "\r\n"] {
            expectProportion({ Array((start + String(repeating: filler, count: $0)).utf8) }, FuzzEntries.dkim, small: 20_000)
        }
        expectProportion(
            { Array(("From: " + String(repeating: "a@b.example,", count: $0) + "\r\n\r\n").utf8) }, FuzzEntries.dkim, small: 1_000)
    }

    @Test func `a header that was cut has no valid signature`() async throws {
        let key = try DKIMSigningKey(generating: .ed25519)
        let message = Array("From: a@example.org\r\n\r\nbody\r\n".utf8)
        let signed =
            try DKIMSigner(domain: try DomainName("example.org"), selector: "s1", key: key).field(
                for: AuthenticatedMessage(message), time: 1) + message
        var resolver = StaticDNSResolver()
        try resolver.add(.text(key.publicRecord.text), at: "s1._domainkey.example.org")
        let verifier = DKIMVerifier(resolver)
        #expect(await verifier.verify(AuthenticatedMessage(signed), time: 1).first?.result == .pass)
        let padding = Array(String(repeating: "X: y\r\n", count: 4_995).utf8)
        #expect(await verifier.verify(AuthenticatedMessage(padding + signed), time: 1).first?.result == .pass)
        let header = signed.prefix(signed.count - "\r\nbody\r\n".utf8.count)
        let long = Array(header) + padding + padding + Array("From: forged@example.com\r\n\r\nbody\r\n".utf8)
        #expect(await verifier.verify(AuthenticatedMessage(long), time: 1).first?.fault == .headerTooLarge)
    }

    @Test func `parsers of records and fields cost no more than the length of the text`() {
        for (unit, entry) in [
            ("ip4:192.0.2.1 ", FuzzEntries.spf), ("(", FuzzEntries.results), ("\"", FuzzEntries.results), ("a=b;", FuzzEntries.results),
            ("x y=z ", FuzzEntries.results), ("a=b;", FuzzEntries.dmarc), ("A", FuzzEntries.key), ("a.", FuzzEntries.suffixes),
        ] {
            expectProportion({ Array(("v=spf1 " + String(repeating: unit, count: $0)).utf8) }, entry, small: 3_000)
        }
    }
}
