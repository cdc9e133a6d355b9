import DNS
import Testing

struct HostAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("::1", "::1"), ("::", "::"),
        ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
    ])
    func `an address is read and written in its shortest form`(text: String, form: String) {
        #expect(HostAddress(text)?.description == form)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:25", "[::1]", "fe80::1%eth0", "::1::", "example.org", "1.2.3.4 ", "01.2.3.400",
    ])
    func `what is no address is refused`(text: String) {
        #expect(HostAddress(text) == nil)
    }

    @Test func `octets are in network order`() {
        #expect(HostAddress("192.0.2.1")?.octets == [192, 0, 2, 1])
        #expect(HostAddress(octets: [192, 0, 2, 1]) == .ipv4(0xc000_0201))
        #expect(HostAddress("2001:db8::1")?.octets.count == 16)
        #expect(HostAddress(octets: [1, 2, 3]) == nil)
        #expect(HostAddress(octets: [UInt8](repeating: 0, count: 15) + [1]) == HostAddress("::1"))
    }

    @Test func `reverse names follow RFC 1035 and RFC 3596`() {
        #expect(HostAddress("192.0.2.1")?.reverseName == "1.2.0.192.in-addr.arpa")
        #expect(HostAddress("127.0.0.2")?.reversedLabels == "2.0.0.127")
        #expect(
            HostAddress("4321:0:1:2:3:4:567:89ab")?.reverseName
                == "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa")
    }
}
