import DNS
import FuzzTargets
import Mail
import Testing

@testable import SenderAuthentication

struct DMARCTests {
    private let suffixes: PublicSuffixList

    init() throws { suffixes = try PublicSuffixList(parsing: Array("com\norg\nexample\nco.jp\njp\n".utf8), fewestRules: 1) }

    private func judge(
        _ domain: String, _ records: [String: String], spf: String? = nil, dkim: [String] = [], undecided: [String] = [], sample: Int = 0
    ) async throws -> DMARCOutcome {
        var resolver = StaticDNSResolver()
        for (name, text) in records { try resolver.add(.text(text), at: "_dmarc.\(name)") }
        let evidence = DMARCEvidence(
            spfDomain: try spf.map { try DomainName($0) }, dkimDomains: try dkim.map { try DomainName($0) },
            undecidedDomains: try undecided.map { try DomainName($0) })
        let outcomes = await DMARCVerifier(resolver, suffixes: suffixes).verify(
            [try DomainName(domain)], evidence: evidence, sample: sample)
        return try #require(outcomes.first)
    }

    @Test func `an aligned pass of either is a pass`() async throws {
        let records = ["a.com": "v=DMARC1; p=reject"]
        #expect(try await judge("a.com", records, spf: "mail.a.com").result == .pass)
        #expect(try await judge("a.com", records, dkim: ["b.com", "a.com"]).result == .pass)
        #expect(try await judge("a.com", records, spf: "b.com", dkim: ["b.com"]).result == .fail)
        let strict = ["a.com": "v=DMARC1; p=reject; adkim=s; aspf=s"]
        #expect(try await judge("a.com", strict, spf: "mail.a.com", dkim: ["x.a.com"]).result == .fail)
        #expect(try await judge("a.com", strict, spf: "a.com").isSPFAligned)
    }

    @Test func `neighbours below a public suffix are not aligned`() async throws {
        #expect(try await judge("a.co.jp", ["a.co.jp": "v=DMARC1; p=reject"], spf: "b.co.jp").result == .fail)
    }

    @Test func `a subdomain takes its organization's policy for subdomains`() async throws {
        let records = ["a.com": "v=DMARC1; p=reject; sp=quarantine"]
        let below = try await judge("x.y.a.com", records)
        #expect(below.policy == .quarantine)
        #expect(below.policyDomain == (try DomainName("a.com")))
        #expect(try await judge("a.com", records).policy == .reject)
        #expect(try await judge("x.a.com", ["a.com": "v=DMARC1; p=reject"]).policy == .reject)
        #expect(try await judge("x.a.com", records.merging(["x.a.com": "v=DMARC1; p=none"]) { $1 }).policy == .none)
    }

    @Test func `mail outside the sampled part is treated more mildly`() async throws {
        let records = ["a.com": "v=DMARC1; p=reject; pct=30"]
        #expect(try await judge("a.com", records, sample: 29).disposition == .reject)
        #expect(try await judge("a.com", records, sample: 30).disposition == .quarantine)
        #expect(try await judge("a.com", ["a.com": "v=DMARC1; p=quarantine; pct=0"]).disposition == .none)
    }

    @Test func `what could not be asked decides nothing`() async throws {
        var failing = StaticDNSResolver()
        try failing.fail("_dmarc.a.com", .text, with: .transient(.timedOut))
        let outcomes = await DMARCVerifier(failing, suffixes: suffixes).verify(
            [try DomainName("a.com")], evidence: DMARCEvidence(), sample: 0)
        #expect(outcomes.first?.result == .temporaryError)
        let records = ["a.com": "v=DMARC1; p=reject"]
        #expect(try await judge("a.com", records, undecided: ["mail.a.com"]).result == .temporaryError)
        #expect(try await judge("a.com", records, undecided: ["b.com"]).result == .fail)
    }

    @Test(
        arguments: [
            ("v=DMARC1; p=reject", "reject"), ("v=DMARC1;p=Quarantine;", "quarantine"), ("v=DMARC1 ; p = none", "none"),
            ("v=DMARC1; rua=mailto:a@b.example", "none"), ("v=DMARC1; p=bad; rua=mailto:a@b.example", "none"), ("v=DMARC1; p=bad", nil),
            ("v=DMARC1", nil), ("v=DMARC10; p=reject", nil), ("p=reject; v=DMARC1", nil), ("v=dmarc1; p=reject", nil),
            ("v=DMARC1; p=reject; sp=bad; rua=mailto:a@b.example", "none"), ("v=DMARC1; p=reject; pct=200; adkim=x", "reject"), ("", nil),
        ])
    func `records are read as the RFC says`(text: String, policy: String?) {
        #expect(DMARCRecord(text)?.policy.rawValue == policy)
    }

    @Test func `targets of reports have sizes and need the leave of others`() throws {
        let record = try #require(
            DMARCRecord("v=DMARC1; p=none; rua=mailto:r@a.com!10m, mailto:x@collector.org , https://a.com/, mailto:broken"))
        #expect(record.reportTargets.map(\.address.description) == ["r@a.com", "x@collector.org"])
        #expect(record.reportTargets.first?.maximumBytes == 10 << 20)
        let domain = try DomainName("mail.a.com")
        #expect(record.reportTargets[0].authorizationName(policyDomain: domain, suffixes) == nil)
        #expect(record.reportTargets[1].authorizationName(policyDomain: domain, suffixes) == "mail.a.com._report._dmarc.collector.org")
    }

    @Test func `every domain in From counts, within a limit`() throws {
        func identity(_ header: String) -> DMARCIdentity { DMARCIdentity(AuthenticatedMessage(Array("\(header)\r\n\r\n".utf8))) }
        let domains = [try DomainName("a.com"), try DomainName("b.org")]
        #expect(identity("From: x@a.com, \"y, <z@c.org>\" <y@B.org>") == .domains(domains))
        #expect(identity("From: x@a.com\r\nFrom: y@b.org\r\nFROM: z@a.com") == .domains(domains))
        #expect(identity("From: bad local @part@a.com") == .domains([try DomainName("a.com")]))
        #expect(identity("To: x@a.com") == .missing)
        #expect(identity("From: nobody") == .missing)
        #expect(identity("From: " + (0..<20_000).map { "x@d\($0).com" }.joined(separator: ",")) == .tooMany)
    }

    @Test func `a report says what was seen, in XML`() throws {
        let record = try #require(DMARCRecord("v=DMARC1; p=reject; pct=50"))
        let row = DMARCReport.Row(
            source: "192.0.2.1", count: 3, disposition: .quarantine, isDKIMAligned: false, isSPFAligned: true,
            overrideReason: "sampled_out",
            headerFrom: "a.com", envelopeFrom: "<&\u{1}\">", spfDomain: "a.com", spfResult: .pass,
            signatures: [DMARCReport.Row.Signature(domain: "b.com", selector: "s1", result: .permanentError)])
        let report = DMARCReport(
            organization: "Example & Co.", contact: "postmaster@gw.example", identifier: "1", begin: 1_700_000_000, end: 1_700_086_400,
            policyDomain: try DomainName("a.com"), record: record, rows: Array(repeating: row, count: 200))
        let xml = String(decoding: report.xml, as: UTF8.self)
        #expect(xml.contains("<org_name>Example &amp; Co.</org_name>"))
        #expect(xml.contains("<envelope_from>&lt;&amp;?&quot;&gt;</envelope_from>"))
        #expect(xml.contains("<pct>50</pct>"))
        #expect(report.fileName(reporter: try DomainName("gw.example")) == "gw.example!a.com!1700000000!1700086400.xml.gz")
        #expect(report.compressed.count * 20 < report.xml.count)
        #expect(try Inflater.gunzip(report.compressed) == report.xml)
    }

    @Test func `whatever is compressed comes out again`() throws {
        var generator = SeededGenerator(seed: 7)
        for size in [0, 1, 2, 3, 257, 258, 259, 1_000, 40_000] {
            for alphabet in [1, 2, 5, 256] {
                let bytes = (0..<size).map { _ in UInt8.random(in: 0...UInt8(alphabet - 1), using: &generator) }
                #expect(try Inflater.gunzip(Gzip.compress(bytes)) == bytes, "\(size) bytes of \(alphabet)")
            }
        }
    }
}
