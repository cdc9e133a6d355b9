import DNS
import Foundation
import Mail
import Testing

@testable import SenderAuthentication

/// The mails of Rspamd's functional tests, all methods together, from the message and its envelope to the policy.
@Suite(.enabled(if: AuthenticationCorpus.isPresent, "the developers' corpus is not on this machine"))
struct WholeMailTests {
    private struct Suite: Decodable {
        struct Case: Decodable {
            var name: String
            var file: String
            var ip: String
            var sender: String
            var helo: String
            var area: String
            var expected: [String]

            enum CodingKeys: String, CodingKey {
                case name, file, ip, helo, area
                case sender = "mail_from"
                case expected = "expect_plain"
            }
        }

        struct Record: Decodable {
            var name: String
            var type: String
            var values: [String]
            var rcode: String
        }

        var cases: [Case]
        var dns: [Record]
        var recordsOfDKIM: [Record]

        enum CodingKeys: String, CodingKey {
            case cases, dns
            case recordsOfDKIM = "dns_for_dkim_cases"
        }
    }

    /// Where that program's limits or decisions are not the RFC's or ours.
    private static let others = [
        // RFC 7208 §5.2: an included domain without a record is an error; §4.6.4: ten look-ups, not thirty.
        "SPF FAIL UNRESOLVEABLE INCLUDE": ["spf=permerror"],
        "SPF ALLOW DNS REQUESTS AT LIMIT": ["spf=permerror"],
        // Keys over 4096 bits need not be verified (RFC 8301 §3.2), and are not.
        "DKIM Accept Large Key Below Limit": ["dkim=permerror"],
        // Ten signatures are looked at, not five.
        "DKIM Unparseable Signatures Count Towards Limit": ["dkim=pass"],
        // The keys of its handlers are not in the zone.
        "ARC ALLOW CHECK": ["arc=fail"],
    ]
    private static let time = 1_700_000_000

    @Test func `every mail has its results`() async throws {
        let suite = try JSONDecoder().decode(Suite.self, from: AuthenticationCorpus.data("auth/rspamd/cases.json"))
        let suffixes = try PublicSuffixList(parsing: Array(AuthenticationCorpus.data("auth/public_suffix_list.dat")))
        var count = 0
        for test in suite.cases {
            let resolver = try resolver(test.area == "dkim" ? suite.recordsOfDKIM + suite.dns : suite.dns)
            let found = await results(test, resolver, suffixes)
            let wanted = Self.others[test.name] ?? test.expected
            for expected in wanted where !expected.hasPrefix("R_") {
                let alternatives = expected.replacing("arc=fail or permerror", with: "arc=fail")
                #expect(found.contains(alternatives), "\(test.name): wanted \(expected), found \(found)")
                count += 1
            }
            if wanted.isEmpty { #expect(!found.contains("dkim=pass"), "\(test.name)") }
        }
        print("Whole mails: \(suite.cases.count) cases, \(count) expectations")
        #expect(suite.cases.count == 50)
    }

    private func results(_ test: Suite.Case, _ resolver: StaticDNSResolver, _ suffixes: PublicSuffixList) async -> Set<String> {
        let bytes = test.file == "/dev/null" ? [] : AuthenticationCorpus.members["auth/rspamd/messages/\(test.file)"] ?? []
        let message = AuthenticatedMessage(bytes)
        var found: Set<String> = []
        var spf: SPFOutcome?
        if let client = HostAddress(test.ip) {
            let sender = test.sender == "<>" ? "" : test.sender
            let outcome = await SPFVerifier(resolver).verify(
                SPFRequest(client: client, heloName: test.helo, sender: sender, receiver: "receiver.example", time: Self.time))
            found.insert("spf=\(outcome.result.rawValue)")
            spf = outcome
        }
        let dkim = await DKIMVerifier(resolver).verify(message, time: Self.time)
        for outcome in dkim { found.insert("dkim=\(outcome.result.rawValue)") }
        found.insert("arc=\(await ARCVerifier(resolver).verify(message).result.rawValue)")
        guard case .domains(let domains) = DMARCIdentity(message) else { return found }
        let evidence = DMARCEvidence(spf: spf, dkim: dkim)
        for outcome in await DMARCVerifier(resolver, suffixes: suffixes).verify(domains, evidence: evidence, sample: 0) {
            found.insert(
                "dmarc=\(outcome.result.rawValue)" + (outcome.result == .fail ? ", policy to apply \(outcome.disposition.rawValue)" : ""))
        }
        return found
    }

    /// The first entry of a name and type counts.
    private func resolver(_ records: [Suite.Record]) throws -> StaticDNSResolver {
        var resolver = StaticDNSResolver()
        var seen: Set<String> = []
        for record in records where record.name.utf8.allSatisfy({ $0 < 0x80 }) {
            guard seen.insert("\(record.name) \(record.type)").inserted else { continue }
            guard let type = DNSRecordType.allCases.first(where: { $0.description == record.type }) else { continue }
            if record.rcode == "timeout" { try resolver.fail(record.name, type, with: .transient(.timedOut)) }
            for value in record.values {
                guard let data = Self.data(type, value) else { continue }
                try resolver.add(data, at: record.name)
            }
        }
        return resolver
    }

    private static func data(_ type: DNSRecordType, _ value: String) -> DNSRecord? {
        switch type {
        case .a, .aaaa: return HostAddress(value).map { .address($0) }
        case .text: return .text(value)
        case .pointer: return .pointer(value)
        case .mailExchange:
            let parts = value.split(separator: " ")
            return parts.count == 2 ? .mailExchange(MailExchange(preference: UInt16(parts[0]) ?? 0, host: String(parts[1]))) : nil
        case .alias, .nameServer, .tlsa: return nil
        }
    }
}
