import GatewayTestKit
import Hummingbird
import Settings
import Testing

@testable import AdministrationAPI

/// Scoring in one place.
struct ScoringRouteTests {
    private func scoring(_ gateway: InMemoryGateway) async throws -> ScoringDocument {
        try await gateway.request(.get, "/scoring").decoded(ScoringDocument.self)
    }

    private func set(_ gateway: InMemoryGateway, _ setting: String, _ value: String, status: Int = 200) async throws {
        let answer = try await gateway.request(.put, "/settings/\(setting)", #"{"value": "\#(value)"}"#)
        #expect(answer.status == status, "\(answer.text)")
    }

    @Test func `thresholds are the product's, and every score of the settings is listed`() async throws {
        let scoring = try await scoring(try InMemoryGateway.filled())
        #expect(scoring.mode == "enforce" && scoring.quarantineScore == "5.0" && scoring.rejectScore == "12.0" && !scoring.tagsSubject)
        let names = scoring.sections.flatMap { section in section.weights.map { "\(section.section).\($0.name)" } }
        #expect(
            Set(names).isSuperset(of: [
                "sender-checks.missing-name-score", "dns-block-lists.lists", "sender-authentication.dmarc-reject", "attachments.action",
                "clamav.action", "spamassassin.percent", "rspamd.enabled",
            ]))
        #expect(scoring.sections.allSatisfy { $0.weights.allSatisfy(\.isDefault) } && scoring.exceptions.isEmpty)
    }

    @Test func `changed scores and domains' exceptions are told`() async throws {
        let gateway = try InMemoryGateway.filled()
        try await set(gateway, "sender-checks/missing-name-score", "2.5")
        try await set(gateway, "domain/scoring?domain=example.com", "own")
        try await set(gateway, "domain/quarantine-score?domain=example.com", "3.0")
        try await set(gateway, "domain/reject-score?domain=example.com", "6.0")
        let scoring = try await scoring(gateway)
        let weight = scoring.sections.first { $0.section == "sender-checks" }?.weights.first { $0.name == "missing-name-score" }
        #expect(weight?.value == "2.5" && weight?.isDefault == false)
        #expect(scoring.exceptions.map(\.domain) == ["example.com"] && scoring.exceptions.map(\.scoring) == ["own"])
        #expect(scoring.exceptions.first?.quarantineScore == "3.0" && scoring.exceptions.first?.rejectScore == "6.0")
    }

    @Test func `a domain's own thresholds must not cross`() async throws {
        let gateway = try InMemoryGateway.filled()
        try await set(gateway, "domain/scoring?domain=example.com", "own")
        try await set(gateway, "domain/quarantine-score?domain=example.com", "12.1", status: 422)
        #expect(try await scoring(gateway).exceptions.first?.quarantineScore == "5.0")
    }
}
