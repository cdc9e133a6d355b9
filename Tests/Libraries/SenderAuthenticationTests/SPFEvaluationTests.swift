import DNS
import Foundation
import Testing

@testable import SenderAuthentication

/// SPF beside the suite: what is not in it, and what holds without the corpus.
struct SPFEvaluationTests {
    private static let time = 1_700_000_000

    private func outcome(_ zone: [String: [DNSRecord]], client: String, sender: String, helo: String = "mail.example.org") async throws
        -> SPFOutcome
    {
        var resolver = StaticDNSResolver()
        for (name, records) in zone { for record in records { try resolver.add(record, at: name) } }
        let address = try #require(HostAddress(client))
        return await SPFVerifier(resolver).verify(
            SPFRequest(client: address, heloName: helo, sender: sender, receiver: "mx.example.net", time: Self.time))
    }

    @Test(
        arguments: [
            ("v=spf1 ip4:192.0.2.0/24 -all", "192.0.2.99", SPFResult.pass),
            ("v=spf1 ip4:192.0.2.0/24 -all", "198.51.100.1", .fail),
            ("v=spf1 ip4:192.0.2.0/24 ~all", "198.51.100.1", .softFail),
            ("v=spf1 ip4:192.0.2.0/24 ?all", "198.51.100.1", .neutral),
            ("v=spf1 ip4:192.0.2.0/24", "198.51.100.1", .neutral),
            ("v=spf1 ip6:2001:db8::/32 -all", "2001:db8:1::1", .pass),
            ("v=spf1 ip4:192.0.2.1 -all", "::ffff:192.0.2.1", .pass),
            ("v=spf1 ip4:0.0.0.0/0 -all", "203.0.113.9", .pass),
            ("v=spf1 ip4:192.0.2.0/33 -all", "192.0.2.1", .permanentError),
            ("v=spf1 a:a.example.org/ -all", "192.0.2.1", .permanentError),
            ("v=spf1 foo -all", "192.0.2.1", .permanentError),
            ("v=spf1 redirect=a.example redirect=b.example", "192.0.2.1", .permanentError),
            ("v=spf10 -all", "192.0.2.1", .none),
        ])
    func `a record without questions gives its result`(record: String, client: String, result: SPFResult) async throws {
        let outcome = try await outcome(["example.org": [.text(record)]], client: client, sender: "someone@example.org")
        #expect(outcome.result == result, "\(outcome.reason)")
    }

    @Test func `a sender in Unicode is looked up by its A-labels`() async throws {
        let outcome = try await outcome(
            ["xn--wgv71a119e.example": [.text("v=spf1 -all")]], client: "192.0.2.1", sender: "利用者@日本語.example")
        #expect(outcome.result == .fail)
        #expect(outcome.domain == "xn--wgv71a119e.example")
    }

    @Test func `an eleventh look-up is an error, however includes are nested`() async throws {
        var zone: [String: [DNSRecord]] = [:]
        for number in 0..<30 { zone["n\(number).example.org"] = [.text("v=spf1 include:n\(number + 1).example.org -all")] }
        let outcome = try await outcome(zone, client: "192.0.2.1", sender: "a@n0.example.org")
        #expect(outcome.result == .permanentError)
        #expect(outcome.reason == .tooManyLookUps)
    }

    @Test func `a record that includes itself ends at the limit`() async throws {
        let zone: [String: [DNSRecord]] = ["example.org": [.text("v=spf1 include:example.org redirect=example.org")]]
        #expect(try await outcome(zone, client: "192.0.2.1", sender: "a@example.org").reason == .tooManyLookUps)
    }

    @Test func `a third look-up in vain is an error`() async throws {
        let zone: [String: [DNSRecord]] = [
            "example.org": [.text("v=spf1 a:one.example.org a:two.example.org a:three.example.org -all")]
        ]
        #expect(try await outcome(zone, client: "192.0.2.1", sender: "a@example.org").reason == .tooManyVoidLookUps)
    }

    @Test func `an explanation is printable and short, whatever the domain says`() async throws {
        let zone: [String: [DNSRecord]] = [
            "example.org": [.text("v=spf1 -all exp=why.example.org")],
            "why.example.org": [.text("%{l} at %{c} " + String(repeating: "x", count: 5_000))],
        ]
        let outcome = try await outcome(zone, client: "192.0.2.1", sender: "a\u{7}b@example.org")
        let explanation = try #require(outcome.explanation)
        #expect(explanation.hasPrefix("a?b at 192.0.2.1 xxx"))
        #expect(explanation.utf8.count == SPFOutcome.maximumExplanationBytes)
    }

    @Test func `the reason names the term that matched`() async throws {
        let zone: [String: [DNSRecord]] = [
            "example.org": [.text("v=spf1 include:other.example -all")], "other.example": [.text("v=spf1 ip4:192.0.2.7")],
        ]
        let outcome = try await outcome(zone, client: "192.0.2.7", sender: "a@example.org")
        #expect(outcome.result == .pass)
        #expect(outcome.reason == .mechanism("include:other.example"))
        #expect(outcome.lookUps == 1)
    }

    @Test func `no time left is a temporary error`() async throws {
        let address = try #require(HostAddress("192.0.2.1"))
        let verifier = SPFVerifier(StaticDNSResolver(), duration: .zero)
        let outcome = await verifier.verify(
            SPFRequest(client: address, heloName: "mail.example.org", sender: "a@example.org", receiver: "", time: Self.time))
        #expect(outcome.result == .temporaryError)
    }

    @Test func `a long record is read in proportion to its length`() async throws {
        let terms = String(repeating: "ip4:198.51.100.1 ", count: 900)
        let outcome = try await outcome(["example.org": [.text("v=spf1 " + terms + "-all")]], client: "192.0.2.1", sender: "a@example.org")
        #expect(outcome.result == .fail)
        let longer = String(repeating: "x", count: SPFLimits.recordBytes)
        let refused = try await self.outcome(["example.org": [.text("v=spf1 " + longer)]], client: "192.0.2.1", sender: "a@example.org")
        #expect(refused.result == .permanentError)
    }
}
