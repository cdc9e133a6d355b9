import DNS
import Foundation
import Mail
import Testing

@testable import SenderAuthentication

/// The validation part of ValiMail's ARC test suite, and one real mail.
@Suite(.enabled(if: AuthenticationCorpus.isPresent, "the developers' corpus is not on this machine"))
struct ARCSuiteTests {
    private struct Suite: Decodable {
        struct Scenario: Decodable {
            var description: String
            var tests: [String: Case]
            var records: [String: String]

            enum CodingKeys: String, CodingKey {
                case description, tests
                case records = "txt-records"
            }
        }

        struct Case: Decodable {
            var message: String
            var cv: String
        }

        var scenarios: [Scenario]
    }

    private struct Record: Decodable {
        var name: String
        var value: String
    }

    @Test func `every chain of the suite has its result`() async throws {
        let suite = try JSONDecoder().decode(Suite.self, from: AuthenticationCorpus.data("auth/arc/arc-validation.json"))
        var counts: [String: Int] = [:]
        for scenario in suite.scenarios {
            var resolver = StaticDNSResolver()
            for (name, text) in scenario.records { try resolver.add(.text(text), at: name) }
            for (name, test) in scenario.tests.sorted(by: { $0.key < $1.key }) {
                let message = AuthenticatedMessage(Array(test.message.replacing("\n", with: "\r\n").utf8))
                let outcome = await ARCVerifier(resolver).verify(message)
                // Where a seal says that the chain is broken the suite leaves the answer empty: it is broken.
                let wanted = test.cv.isEmpty ? "fail" : test.cv.lowercased()
                #expect(
                    outcome.result.rawValue == wanted,
                    "\(scenario.description)/\(name): \(outcome.result) \(outcome.fault?.description ?? ""), wanted \(test.cv)")
                counts[wanted, default: 0] += 1
            }
        }
        print("ARC suite: \(counts.values.reduce(0, +)) chains, \(counts.sorted { $0.key < $1.key })")
        #expect(counts.values.reduce(0, +) == 108)
    }

    @Test func `a real chain passes`() async throws {
        let records = try JSONDecoder().decode([Record].self, from: AuthenticationCorpus.data("auth/arc/stalwart-001.dns.json"))
        var resolver = StaticDNSResolver()
        for record in records { try resolver.add(.text(record.value), at: record.name) }
        let message = AuthenticatedMessage(AuthenticationCorpus.members["auth/arc/stalwart-001.txt"] ?? [])
        let outcome = await ARCVerifier(resolver).verify(message)
        #expect(outcome.result == .pass, "\(outcome.fault?.description ?? "")")
        #expect(!outcome.handlers.isEmpty && outcome.handlers.allSatisfy { $0.results != nil })
    }
}
