import Settings
import Testing

@Suite struct ValueTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.255", true), ("192.0.2.0/24", "192.0.3.0", false), ("192.0.2.5", "192.0.2.5", true),
        ("192.0.2.5", "192.0.2.4", false), ("0.0.0.0/0", "255.255.255.255", true), ("10.0.0.0/9", "10.127.0.1", true),
        ("10.0.0.0/9", "10.128.0.1", false), ("2001:db8::/32", "2001:db8:ffff::1", true), ("2001:db8::/32", "2001:db9::1", false),
        ("2001:db8::/32", "192.0.2.1", false), ("192.0.2.0/24", "::ffff:192.0.2.9", true), ("::1", "::1", true),
    ])
    func `a network contains its addresses only`(range: String, address: String, expected: Bool) throws {
        let network = try #require(NetworkRange(range))
        #expect(network.contains(try #require(NetworkAddress(address))) == expected)
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.4.5", "01.2.3.4/8x", "::g", "1.2.3.4/33", "::/129", "1.2.3.4/", "/8", "1.2.3.4 "])
    func `what is no network is refused`(text: String) {
        #expect(NetworkRange(text) == nil)
    }

    @Test(arguments: [
        ("mail.example.com:25", "mail.example.com", 25), ("mail.example.com", "mail.example.com", 7),
        ("[2001:db8::1]:587", "2001:db8::1", 587),
        ("192.0.2.1:2525", "192.0.2.1", 2525), ("[::1]", "::1", 7),
    ])
    func `hosts and ports are read`(text: String, host: String, port: Int) throws {
        let endpoint = try #require(HostAndPort(text, defaultPort: 7))
        #expect(endpoint.host == host)
        #expect(endpoint.port == port)
    }

    @Test(arguments: [
        "", ":25", "a b:25", "host:65536", "host:-1", "host:x", "[::1", "[nonsense]:25", "2001:db8::1", "-x.example:25", "a..b:25", "host:",
    ])
    func `what is no host is refused`(text: String) {
        #expect(HostAndPort(text, defaultPort: 25) == nil)
    }

    @Test func `identifiers survive text and bytes and carry their time`() throws {
        var generator = SystemRandomNumberGenerator()
        let identifier = RecordIdentifier(milliseconds: 1_795_433_222_123, using: &generator)
        #expect(identifier.milliseconds == 1_795_433_222_123)
        #expect(RecordIdentifier(identifier.description) == identifier)
        #expect(RecordIdentifier(bytes: identifier.bytes) == identifier)
        #expect(identifier.bytes[6] >> 4 == 7)
        #expect(identifier.bytes[8] >> 6 == 2)
        #expect(RecordIdentifier("") == nil)
        #expect(RecordIdentifier("zz" + identifier.description.dropFirst(2)) == nil)
        #expect(RecordIdentifier(bytes: [1, 2, 3]) == nil)
    }

    @Test func `times are written as RFC 3339`() {
        #expect(UTCTime(milliseconds: 0).description == "1970-01-01T00:00:00Z")
        #expect(UTCTime(milliseconds: 1_795_429_322_999).description == "2026-11-23T10:22:02Z")
        #expect(UTCTime(milliseconds: -1).description == "1969-12-31T23:59:59Z")
    }
}
