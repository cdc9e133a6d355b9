import DomainsAndUsers
import Filtering
import Mail
import Settings
import Testing

/// Which entry of the lists decides.
@Suite struct AccessListsTests {
    private typealias Row = (list: AccessListEntry.List, kind: AccessListEntry.Kind, value: String, domain: String?)

    private func lists(_ rows: Row...) throws -> AccessLists {
        let entries = try rows.enumerated().map { number, row in
            AccessListEntry(
                identifier: RecordIdentifier(milliseconds: Int64(number)), list: row.list, kind: row.kind,
                value: try #require(AccessListEntry.canonical(row.kind, row.value)), domain: try row.domain.map { try DomainName($0) })
        }
        return AccessLists(revision: SettingsRevision(1), entries: entries)
    }

    private func sender(_ address: String = "192.0.2.9", _ path: String = "Bob@Mail.Example.NET", helo: String = "") throws
        -> AccessLists.Sender
    {
        var sender = AccessLists.Sender(address: try #require(NetworkAddress(address)))
        sender.reversePath = .address(try EmailAddress(path))
        sender.heloName = helo
        return sender
    }

    private var home: DomainName { get throws { try DomainName("example.com") } }

    @Test(arguments: [
        (AccessListEntry.Kind.sender, "bob@mail.example.net", true), (.sender, "BOB@MAIL.example.net", true),
        (.sender, "ann@mail.example.net", false), (.senderDomain, "mail.example.net", true), (.senderDomain, "example.net", true),
        (.senderDomain, "*.example.net", true), (.senderDomain, "xample.net", false), (.senderDomain, "sub.mail.example.net", false),
        (.network, "192.0.2.9", true), (.network, "192.0.2.0/24", true), (.network, "192.0.2.77/24", true),
        (.network, "192.0.3.0/24", false),
        (.network, "192.0.2.8/31", true), (.network, "192.0.2.10/31", false), (.host, "example.org", true),
        (.host, "relay.example.org", true),
        (.host, "elay.example.org", false),
    ])
    func `an entry concerns what it names and everything within`(kind: AccessListEntry.Kind, value: String, isMatch: Bool) throws {
        let found = try lists((.block, kind, value, nil)).match(try sender(helo: "Relay.Example.org"), for: try home)
        #expect((found != nil) == isMatch)
    }

    @Test func `IPv6 networks are kept apart from IPv4 ones of the same length`() throws {
        let lists = try lists((.block, .network, "2001:db8::/32", nil), (.block, .network, "10.0.0.0/32", nil))
        #expect(lists.match(try sender("2001:db8:1::1"), for: try home)?.value == "2001:db8::/32")
        #expect(lists.match(try sender("2001:db9::1"), for: try home) == nil)
    }

    @Test func `allow beats block within one scope`() throws {
        let lists = try lists((.block, .network, "192.0.2.0/24", nil), (.allow, .sender, "bob@mail.example.net", nil))
        #expect(lists.match(try sender(), for: try home)?.list == .allow)
        #expect(lists.earlyBlock(try sender()) == nil)
        #expect(lists.match(try sender("192.0.2.9", "ann@example.org"), for: try home)?.list == .block)
    }

    @Test func `the recipient's domain decides before the entries for everybody`() throws {
        let lists = try lists(
            (.block, .senderDomain, "example.net", nil), (.allow, .sender, "bob@mail.example.net", "example.com"),
            (.allow, .network, "198.51.100.0/24", nil), (.block, .network, "198.51.100.7", "example.com"))
        #expect(lists.match(try sender(), for: try home)?.list == .allow)
        #expect(lists.match(try sender(), for: try DomainName("other.example"))?.list == .block)
        #expect(lists.match(try sender("198.51.100.7", "ann@example.org"), for: try home)?.list == .block)
    }

    @Test func `nobody is turned away before the recipient is known if a domain allows him`() throws {
        let lists = try lists((.block, .senderDomain, "example.net", nil), (.allow, .sender, "bob@mail.example.net", "example.com"))
        #expect(lists.earlyBlock(try sender()) == nil)
        #expect(lists.earlyBlock(try sender("192.0.2.9", "ann@example.net"))?.value == "example.net")
    }

    @Test(arguments: [
        (AccessListEntry.Kind.sender, "bob@mail.example.net", "example.com"), (.senderDomain, "example.net", ""),
        (.host, "example.org", ""),
    ])
    func `a client of which only the address is known is not turned away while it may be allowed`(
        kind: AccessListEntry.Kind, value: String, domainName: String
    ) throws {
        let domain = domainName.isEmpty ? nil : domainName
        let block: Row = (.block, .network, "192.0.2.0/24", nil)
        let connected = AccessLists.Sender(address: try #require(NetworkAddress("192.0.2.9")))
        #expect(try lists(block, (.allow, kind, value, domain)).earlyBlock(connected) == nil)
        #expect(try lists(block, (.block, kind, value, domain), (.allow, .network, "198.51.100.7", nil)).earlyBlock(connected) != nil)
    }

    @Test(arguments: [FilterPhase.sender, .recipient])
    func `a block is put off while DNS cannot say whether the host is allowed`(phase: FilterPhase) async throws {
        var fixture = SubjectFixture()
        fixture.lists = try lists((.block, .network, "192.0.2.0/24", nil), (.allow, .host, "example.org", nil))
        var subject = try fixture.subject()
        let check = AccessListCheck(try fixture.environment())
        #expect(await check.find(subject, at: phase).map(\.weight) == [.reject])
        subject.areHostNamesUndecided = true
        #expect(await check.find(subject, at: phase).map(\.weight) == [.tryAgainLater])
    }

    @Test func `a name in HELO is enough to be blocked and not enough to be allowed`() throws {
        let lists = try lists((.allow, .host, "example.org", nil))
        #expect(lists.match(try sender(helo: "mx.example.org"), for: nil) == nil)
        var confirmed = try sender()
        confirmed.confirmedHostNames = ["mx.example.org"]
        #expect(lists.match(confirmed, for: nil)?.list == .allow)
    }

    @Test(arguments: [
        (AccessListEntry.Kind.sender, "no address"), (.senderDomain, "two words.example"), (.host, ""), (.network, "300.1.1.1"),
        (.network, "192.0.2.0/33"),
    ])
    func `what is none of its kind is not taken`(kind: AccessListEntry.Kind, text: String) {
        #expect(AccessListEntry.canonical(kind, text) == nil)
    }
}
