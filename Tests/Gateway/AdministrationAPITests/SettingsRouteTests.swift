import Foundation
import GatewayTestKit
import Hummingbird
import Settings
import Synchronization
import Testing

@testable import AdministrationAPI

struct SettingsRouteTests {
    @Test func `every section is described, and has values where its owner is known`() async throws {
        let gateway = try InMemoryGateway.filled()
        let document = try await gateway.request(.get, "/settings").decoded(SettingsDocument.self)
        #expect(document.sections.map(\.name) == GatewaySettings.sections.map(\.name))
        for section in document.sections {
            #expect(section.fields.allSatisfy { ($0.value != nil) == (section.scope != "domain") && !$0.documentation.ja.isEmpty })
        }
        let ofDomain = try await gateway.request(.get, "/settings?domain=example.com").decoded(SettingsDocument.self)
        #expect(ofDomain.sections.allSatisfy { $0.fields.allSatisfy { $0.value != nil } })
    }

    @Test func `a section is saved over its revision and shown`() async throws {
        let gateway = try InMemoryGateway.filled()
        let before = try await gateway.request(.get, "/settings/delivery").decoded(SettingsSectionDocument.self)
        let saved = try await gateway.request(
            .put, "/settings/delivery", #"{"values": {"first-hour-retry": 7, "later-retry": "300"}, "revision": \#(before.revision ?? -1)}"#
        )
        #expect(saved.status == 200)
        #expect(try saved.decoded(RevisionDocument.self).revision == 2)
        let after = try await gateway.request(.get, "/settings/delivery").decoded(SettingsSectionDocument.self)
        let field = try #require(after.fields.first { $0.name == "first-hour-retry" })
        #expect(field.value == .integer(7))
        #expect(field.isDefault == false)
        #expect(field.unit == "minutes")

        let late = try await gateway.request(.put, "/settings/delivery", #"{"values": {"first-hour-retry": 8}, "revision": 1}"#)
        #expect(late.status == 409)
        let reset = try await gateway.request(.put, "/settings/delivery/first-hour-retry", #"{"value": null}"#)
        #expect(reset.status == 200)
        let field2 = try await gateway.request(.get, "/settings/delivery/first-hour-retry").decoded(SettingsFieldDocument.self)
        #expect(field2.isDefault == true)
    }

    @Test func `a list is written as an array or as a text`() async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(
            try await gateway.request(.put, "/settings/relay/trusted-networks", #"{"value": ["192.0.2.0/24", "10.0.0.0/8"]}"#).status == 200
        )
        let field = try await gateway.request(.get, "/settings/relay/trusted-networks").decoded(SettingsFieldDocument.self)
        #expect(field.value == .list(["192.0.2.0/24", "10.0.0.0/8"]))
        #expect(try await gateway.request(.put, "/settings/relay/trusted-networks", #"{"value": "192.0.2.1"}"#).status == 200)
        #expect(try await gateway.request(.put, "/settings/relay/trusted-networks", #"{"value": ["a,b"]}"#).status == 400)
    }

    @Test func `a domain's settings need a domain that is there`() async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(
            try await gateway.request(.put, "/settings/domain?domain=Example.COM", #"{"values": {"recipients": "listed"}}"#).status == 200)
        let section = try await gateway.request(.get, "/settings/domain?domain=example.com").decoded(SettingsSectionDocument.self)
        #expect(section.owner == "example.com")
        #expect(section.fields.first { $0.name == "recipients" }?.value == .text("listed"))
        #expect(try await gateway.request(.get, "/settings/domain?domain=nowhere.test").status == 404)
        #expect(
            try await gateway.request(.put, "/settings/domain?domain=nowhere.test", #"{"values": {"recipients": "any"}}"#).status == 404)
        let without = try await gateway.request(.get, "/settings/domain")
        #expect(without.status == 422)
        #expect(try without.fields == ["domain"])
    }

    @Test(arguments: [
        ("/settings/nothing", #"{"values": {}}"#, 404), ("/settings/delivery/nothing", #"{"value": 1}"#, 404),
        ("/settings/nothing/x", #"{"value": 1}"#, 404),
        ("/settings/delivery", #"{"values": {"nothing": 1}}"#, 422), ("/settings/delivery", #"{"values": {"first-hour-retry": 0}}"#, 422),
        ("/settings/delivery", #"{"values": {"first-hour-retry": {}}}"#, 400), ("/settings/delivery", #"{"values": []}"#, 400),
        ("/settings/delivery", #"{"values": {}, "revision": "1"}"#, 400), ("/settings/delivery", #"{"values": {}, "revision": -1}"#, 400),
        ("/settings/delivery/first-hour-retry", #"{}"#, 400), ("/settings/delivery/first-hour-retry", #"{"value": true}"#, 422),
        ("/settings/relay", #"{"values": {"trusted-networks": "0.0.0.0/0"}}"#, 422),
    ])
    func `a wrong change is refused and nothing is saved`(path: String, body: String, status: Int) async throws {
        let gateway = try InMemoryGateway.filled()
        #expect(try await gateway.request(.put, path, body).status == status)
        #expect(gateway.state.withLock { $0.rows.isEmpty && $0.audit.isEmpty })
    }

    @Test(arguments: ["/settings/nothing", "/settings/delivery/nothing"])
    func `a section or field that is not there is a 404`(path: String) async throws {
        #expect(try await InMemoryGateway.filled().request(.get, path).status == 404)
    }
}
