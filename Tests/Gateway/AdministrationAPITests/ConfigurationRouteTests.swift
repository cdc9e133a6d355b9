import Administration
import DomainsAndUsers
import Foundation
import GatewayTestKit
import Hummingbird
import Mail
import Settings
import Testing

@testable import AdministrationAPI

struct ConfigurationRouteTests {
    private static func file(_ rest: String, version: Int = 1) -> String {
        #"{"format": "securitygateway-configuration", "version": \#(version), \#(rest)}"#
    }

    private static let one = """
        "settings": [{"section": "delivery", "values": {"first-hour-retry": "7"}},
            {"section": "domain", "domain": "new.example", "values": {"recipients": "listed"}}],
        "domains": [{"name": "new.example", "note": "moved", "mailServers": [{"host": "mx.new.example", "priority": 5}],
            "recipients": ["info@new.example"], "users": [{"address": "a@new.example", "aliases": ["b@new.example"]}]}],
        "accessLists": [{"list": "block", "kind": "network", "value": "192.0.2.0/24", "note": "spam"}]
        """

    @Test func `a check tells every difference and writes nothing`() async throws {
        let gateway = try InMemoryGateway.filled()
        let answer = try await gateway.request(.post, "/settings-import?check=true", Self.file(Self.one))
        #expect(answer.status == 200)
        let plan = try answer.decoded(ConfigurationPlanDocument.self)
        #expect(Set(plan.differences.map(\.kind)) == ["setting", "domain", "recipients", "user", "access-list"])
        #expect(plan.differenceCount == 6 && plan.revision == 1)
        #expect(plan.differences.first { $0.name == "delivery.first-hour-retry" }?.after == "7")
        #expect(gateway.auditedActions.isEmpty)
        #expect(try await gateway.request(.get, "/domains/new.example").status == 404)
    }

    @Test func `an import writes all of it as one revision, and the export tells it again`() async throws {
        let gateway = try InMemoryGateway.filled()
        let done = try await gateway.request(.post, "/settings-import?revision=1", Self.file(Self.one))
        #expect(try done.decoded(ConfigurationPlanDocument.self).revision == 2)
        #expect(gateway.auditedActions.last == "settings.import")
        let again = try await gateway.request(.post, "/settings-import", Self.file(Self.one))
        #expect(try again.decoded(ConfigurationPlanDocument.self).differenceCount == 0)
        // Looked at before: somebody was faster.
        #expect(try await gateway.request(.post, "/settings-import?revision=1", Self.file(Self.one)).status == 409)

        let file = try ConfigurationFile(bytes: try await gateway.request(.get, "/settings-export").text.utf8)
        let domain = try #require(file.domains.first { $0.name == "new.example" })
        #expect(domain.note == "moved" && domain.recipients == ["info@new.example"] && domain.users?.first?.aliases == ["b@new.example"])
        #expect(file.settings.first { $0.section == "delivery" }?.values == ["first-hour-retry": "7"])
        // Into an empty gateway, and everything is there.
        let other = InMemoryGateway()
        let bytes = String(decoding: file.bytes, as: UTF8.self)
        #expect(try await other.request(.post, "/settings-import", bytes).status == 200)
        let copy = try ConfigurationFile(bytes: try await other.request(.get, "/settings-export").text.utf8)
        #expect(copy.settings == file.settings && copy.accessLists == file.accessLists)
        #expect(copy.domains.map(\.name).sorted() == file.domains.map(\.name).sorted())
    }

    @Test func `secrets are exported only when they are asked for, and the audit log tells`() async throws {
        let gateway = try InMemoryGateway.filled()
        let verifier = try SCRAMVerifier.compute("correct horse battery", iterations: 4096)
        let user = User(
            identifier: RecordIdentifier(milliseconds: 1), address: try EmailAddress("s@example.com"), hasPassword: true, createdAt: .now())
        try await gateway.users.insert(
            user, verifier: verifier, audit: AuditEntry(actor: .node, node: gateway.node, action: "user.add", target: ""))
        #expect(!(try await gateway.request(.get, "/settings-export").text.contains("SCRAM-SHA-256$")))
        #expect(!gateway.auditedActions.contains("settings.export"))
        let full = try await gateway.request(.post, "/settings-export", #"{"secrets": true}"#)
        #expect(full.text.contains("SCRAM-SHA-256$"))
        #expect(gateway.auditedActions.contains("settings.export"))
        #expect(!(try await gateway.request(.post, "/settings-import?check=true", full.text).text.contains("SCRAM-SHA-256$")))
    }

    @Test(arguments: [
        (#""settings": [{"section": "delivery", "values": {"first-hour-retry": "0"}}]"#, "settings[0].values.first-hour-retry"),
        (#""settings": [{"section": "delivery", "values": {"nothing": "0"}}]"#, "settings[0].values.nothing"),
        (#""settings": [{"section": "node", "values": {}}]"#, "settings[0]"),
        (#""settings": [{"section": "domain", "domain": "gone.example", "values": {}}]"#, "settings[0].domain"),
        (#""domains": [{"name": "n.example", "mailServers": []}]"#, "domains[0]"),
        (#""domains": [{"name": "n.example", "mailServers": [{"host": "h", "security": "odd"}]}]"#, "domains[0].mailServers[0].security"),
        (#""domains": [{"name": "n.example", "mailServers": [{"host": "h"}], "recipients": ["a@b.example"]}]"#, "domains[0].recipients[0]"),
        (
            #""domains": [{"name": "n.example", "mailServers": [{"host": "h"}], "users": [{"address": "a@n.example", "verifier": "x"}]}]"#,
            "domains[0].users[0].verifier"
        ),
        (
            #""domains": [{"name": "n.example", "mailServers": [{"host": "h"}], "users": [{"address": "a@n.example", "aliases": ["b@n.example"]}, {"address": "b@n.example"}]}]"#,
            "domains[0].users[1]"
        ),
        (#""accessLists": [{"list": "block", "kind": "network", "value": "0.0.0.0/0"}]"#, "accessLists[0]"),
        (#""accessLists": [{"list": "odd", "kind": "network", "value": "192.0.2.1"}]"#, "accessLists[0]"),
        (#""settings": [{"section": "delivery", "valeus": {}}]"#, "settings[0].valeus"), (#""domains": 5"#, "domains"),
        (#""settings": null"#, "settings"),
    ])
    func `what is wrong is named with its place, and nothing is written`(rest: String, place: String) async throws {
        let gateway = try InMemoryGateway.filled()
        let good = #""accessLists": [{"list": "block", "kind": "host", "value": "good.example"}]"#
        let body = Self.file(rest.contains("accessLists") ? rest : "\(rest), \(good)")
        let answer = try await gateway.request(.post, "/settings-import", body)
        #expect(answer.status == 422)
        #expect(try answer.fields.contains(place), "\(answer.text)")
        #expect(gateway.auditedActions.isEmpty)
        let present = try await gateway.request(.get, "/settings-export")
        #expect(!present.text.contains("good.example") && !present.text.contains("n.example\""))
    }

    @Test func `a file of another version, of another product, and no file say what to do`() async throws {
        let gateway = try InMemoryGateway.filled()
        let newer = try await gateway.request(.post, "/settings-import", Self.file(#""future": true"#, version: 2))
        #expect(newer.status == 422)
        #expect(try newer.problem.detail.contains("Update this gateway"))
        #expect(try await gateway.request(.post, "/settings-import", "{}").problem.detail.contains("not a file of"))
        #expect(try await gateway.request(.post, "/settings-import", "]").problem.detail.contains("not JSON"))
        #expect(try await gateway.request(.post, "/settings-import", "{}", contentType: "text/plain").status == 415)
        #expect(try await gateway.request(.post, "/settings-import?check=maybe", "{}").status == 400)
    }

    @Test func `a body larger than a file may be is refused`() async throws {
        let body = String(repeating: " ", count: ConfigurationFile.maximumBytes + 1)
        #expect(try await InMemoryGateway.filled().request(.post, "/settings-import", body).status == 413)
    }
}
