import Settings
import Testing

@Suite struct SettingsSectionTests {
    @Test func `defaults are those of the product`() {
        let settings = GatewaySettings()
        #expect(settings.reception.maximumSessions == 100)
        #expect(settings.delivery.firstHourRetryMinutes == 5)
        #expect(settings.delivery.laterRetryMinutes == 240)
        #expect(settings.delivery.expireAfterHours == 120)
        #expect(settings.relay.trustedNetworks.isEmpty)
    }

    @Test func `each section stands once`() {
        let names = GatewaySettings.sections.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: GatewaySettings.sections.map(\.name))
    func `every setting has a title, a text in both languages, and a default that it accepts itself`(name: String) throws {
        let section = try #require(GatewaySettings.section(name))
        #expect(!section.fields.isEmpty)
        #expect(Set(section.fields.map(\.name)).count == section.fields.count)
        for field in section.fields {
            #expect(!field.title.english.isEmpty && !field.title.japanese.isEmpty, "\(name).\(field.name)")
            #expect(!field.documentation.english.isEmpty && !field.documentation.japanese.isEmpty, "\(name).\(field.name)")
            #expect(section.check([field.name: field.defaultText]) == [], "\(name).\(field.name)")
            #expect(section.resolve([field.name: field.defaultText])[field.name] == field.defaultText)
        }
    }

    @Test(arguments: [
        ("reception", "maximum-sessions", "0"), ("reception", "maximum-sessions", "-1"), ("reception", "maximum-sessions", "many"),
        ("reception", "maximum-sessions", "99999999999999999999"), ("reception", "maximum-recipients", "99"),
        ("reception", "greeting", "hi\r\nQUIT"), ("reception", "greeting", "日本語"), ("relay", "trusted-networks", "10.0.0.0/33"),
        ("relay", "trusted-networks", "example.com"), ("relay", "trusted-networks", "0.0.0.0/0"), ("relay", "trusted-networks", "::/0"),
        ("delivery", "smart-host", "host:99999"), ("delivery", "smart-host", "two words"), ("delivery", "smart-host-tls", "perhaps"),
        ("delivery", "delay-notice-after", "120"), ("bounces", "reporting-domain", "not a domain"), ("bounces", "language", "fr"),
        ("dns", "servers", "ns.example.com"), ("dns", "servers", "192.0.2.1:0"), ("dns", "timeout", "0"), ("node", "helo-name", "bad name"),
        ("node", "smtp-listeners", "25"), ("node", "smtp-listeners", "localhost:25"),
        ("node", "smtp-listeners", "127.0.0.1:25,127.0.0.1:25"),
        ("node", "metrics-listener", "9090"), ("domain", "recipients", "some"), ("web", "minimum-password-length", "7"),
        ("web", "no-such-setting", "1"),
    ])
    func `a bad value is refused with a message in both languages`(section: String, field: String, value: String) throws {
        let problems = try #require(GatewaySettings.section(section)).check([field: value])
        let problem = try #require(problems.first)
        #expect(problem.section == section)
        #expect(!problem.message.english.isEmpty && !problem.message.japanese.isEmpty)
    }

    @Test(arguments: [
        ("relay", "trusted-networks", " 192.0.2.0/24 ,2001:db8::/32", "192.0.2.0/24,2001:db8::/32"),
        ("relay", "trusted-networks", "192.0.2.1\n192.0.2.2\n", "192.0.2.1,192.0.2.2"),
        ("delivery", "smart-host", "relay.example.com", "relay.example.com:25"),
        ("delivery", "smart-host", "[2001:db8::1]:587", "[2001:db8::1]:587"), ("dns", "servers", "192.0.2.53", "192.0.2.53:53"),
        ("node", "smtp-listeners", "[::]:25, 0.0.0.0:25", "[::]:25,0.0.0.0:25"), ("reception", "maximum-sessions", " 500 ", "500"),
    ])
    func `a good value is written in one form`(section: String, field: String, value: String, normal: String) throws {
        let description = try #require(GatewaySettings.section(section))
        #expect(description.check([field: value]) == [])
        #expect(description.resolve([field: value])[field] == normal)
    }

    @Test func `rows make the settings of this node and domain, and an unreadable row keeps its default`() throws {
        let node = NodeID(RecordIdentifier(milliseconds: 1))
        let other = NodeID(RecordIdentifier(milliseconds: 2))
        func row(_ scope: SettingsScope, _ section: String, _ name: String, _ value: String?) -> StoredSetting {
            StoredSetting(scope: scope, section: section, name: name, value: value, revision: SettingsRevision(3))
        }
        let (settings, problems) = GatewaySettings.make(
            from: [
                row(.cluster, "reception", "maximum-sessions", "7"), row(.cluster, "reception", "maximum-errors", "nonsense"),
                row(.cluster, "dns", "timeout", nil), row(.node(node), "node", "helo-name", "mx1.example.com"),
                row(.node(other), "node", "helo-name", "mx2.example.com"), row(.domain("example.com"), "domain", "recipients", "listed"),
            ], for: node)
        #expect(settings.reception.maximumSessions == 7)
        #expect(settings.reception.maximumErrors == 20)
        #expect(settings.dns == DNSSettings())
        #expect(settings.node.heloName == "mx1.example.com")
        #expect(settings.domain("example.com").recipients == .listed)
        #expect(settings.domain("example.org").recipients == .any)
        #expect(problems.map(\.field) == ["maximum-errors"])
    }
}
