import DNS
import Foundation
import Testing

@testable import SenderAuthentication

/// The test suite that came with RFC 7208: every case, against a zone in memory.
@Suite(.enabled(if: AuthenticationCorpus.isPresent, "the developers' corpus is not on this machine"))
struct SPFSuiteTests {
    private struct Suite: Decodable {
        var scenarios: [Scenario]
    }

    private struct Scenario: Decodable {
        var description: String
        var tests: [String: Case]
        var zonedata: [String: [ZoneEntry]]
    }

    private struct Case: Decodable {
        var helo: String
        var host: String
        var mailfrom: String
        var result: OneOrMore
        var explanation: String?
    }

    private struct OneOrMore: Decodable {
        var values: [String]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            values = try (try? container.decode([String].self)) ?? [container.decode(String.self)]
        }
    }

    /// `{"MX": ["10", "host"]}` or `"TIMEOUT"`.
    private enum ZoneEntry: Decodable {
        case timeout
        case record(type: String, values: [String])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let entry = try? container.decode([String: OneOrMore].self), let (type, values) = entry.first {
                self = .record(type: type, values: values.values)
            } else {
                self = .timeout
            }
        }
    }

    @Test func `every case of the RFC 7208 suite has its result`() async throws {
        let suite = try JSONDecoder().decode(Suite.self, from: AuthenticationCorpus.data("auth/spf/rfc7208.json"))
        var count = 0
        for scenario in suite.scenarios {
            let resolver = try resolver(scenario.zonedata)
            for (name, test) in scenario.tests.sorted(by: { $0.key < $1.key }) {
                let client = try #require(HostAddress(test.host))
                let request = SPFRequest(
                    client: client, heloName: test.helo, sender: test.mailfrom, receiver: "receiver.example", time: 1_700_000_000)
                let outcome = await SPFVerifier(resolver).verify(request)
                #expect(
                    test.result.values.contains(outcome.result.rawValue),
                    "\(scenario.description)/\(name): \(outcome.result) (\(outcome.reason)), wanted \(test.result.values)")
                if let explanation = test.explanation, outcome.result == .fail {
                    #expect((outcome.explanation ?? "DEFAULT") == explanation, "\(scenario.description)/\(name)")
                }
                count += 1
            }
        }
        print("SPF, RFC 7208 suite: \(count) cases in \(suite.scenarios.count) scenarios")
        #expect(count == 140)
    }

    private func resolver(_ zone: [String: [ZoneEntry]]) throws -> StaticDNSResolver {
        var resolver = StaticDNSResolver()
        for (written, entries) in zone {
            let name = DNSQuery(written, .text).name
            // The suite has names that are too long on purpose; nothing can be found there.
            guard (try? DNSName.normalized(name)) != nil else { continue }
            var listed: Set<DNSRecordType> = []
            let hasText = entries.contains { if case .record("TXT", _) = $0 { true } else { false } }
            for entry in entries {
                guard case .record(let type, let values) = entry else {
                    for type in DNSRecordType.allCases where !listed.contains(type) {
                        try resolver.fail(name, type, with: .transient(.timedOut))
                    }
                    continue
                }
                if values == ["TIMEOUT"], let type = Self.type(type) {
                    try resolver.fail(name, type, with: .transient(.timedOut))
                    continue
                }
                guard let record = Self.record(type, values, hasText: hasText) else { continue }
                listed.insert(record.type)
                try resolver.add(record, at: name)
            }
        }
        return resolver
    }

    private static func type(_ name: String) -> DNSRecordType? { DNSRecordType.allCases.first { $0.description == name } }

    private static func record(_ type: String, _ values: [String], hasText: Bool) -> DNSRecord? {
        switch type {
        case "A", "AAAA": HostAddress(values[0]).map { .address($0) }
        case "MX": .mailExchange(MailExchange(preference: UInt16(values[0]) ?? 0, host: values[1].isEmpty ? "." : values[1].lowercased()))
        case "PTR": .pointer(values[0].lowercased())
        case "CNAME": .alias(values[0].lowercased())
        case "TXT": values == ["NONE"] ? nil : .text(values.joined())
        case "SPF": hasText ? nil : .text(values.joined())
        default: nil
        }
    }
}
