import Testing

@testable import DNS

struct DNSNameTests {
    @Test(arguments: [
        ("Example.ORG", "example.org"), ("example.org.", "example.org"), (".", "."), ("_dmarc.example.org", "_dmarc.example.org"),
        ("xn--wgv71a119e.jp", "xn--wgv71a119e.jp"), ("a\\.b.example", "a\\.b.example"), ("\\065.example", "a.example"),
        ("a+b=c.example", "a+b=c.example"), ("x\\032y.example", "x\\032y.example"), ("a\\;b.example", "a\\;b.example"),
        ("0/25.2.0.192.in-addr.arpa", "0/25.2.0.192.in-addr.arpa"), ("*.example", "*.example"), ("\\000.example", "\\000.example"),
        ("\\@.example", "\\@.example"), ("@.example", "\\@.example"),
    ])
    func `a name is brought into one form`(text: String, form: String) throws {
        #expect(try DNSName.normalized(text) == form)
        #expect(try DNSName.normalized(form) == form)
    }

    @Test(arguments: [
        "", "..", ".example", "a..b", "example..", "日本.jp", "a b.example", "a\tb", "a\\", "a\\25", "a\\256.example", "a\\2x5.example",
        String(repeating: "a", count: 64) + ".example", "a\u{0}b.example",
    ])
    func `what is no name is refused for good`(text: String) {
        #expect(throws: DNSError.permanent(.invalidName)) { try DNSName.normalized(text) }
    }

    @Test func `lengths are limited as RFC 1035 says`() throws {
        let label = String(repeating: "a", count: 63)
        #expect(try DNSName.normalized(label) == label)
        let longest = [label, label, label, String(repeating: "b", count: 61)].joined(separator: ".")
        #expect(try DNSName.normalized(longest).utf8.count == 253)
        #expect(throws: DNSError.permanent(.invalidName)) { try DNSName.normalized("c" + longest) }
        #expect(throws: DNSError.permanent(.invalidName)) {
            try DNSName.normalized(Array(repeating: "a", count: 200_000).joined(separator: "."))
        }
    }

    @Test func `a name from the wire is read up to its end`() {
        var offset = 0
        #expect(DNSName.read([4, 0x4d, 0x61, 0x69, 0x4c, 3, 0x6f, 0x72, 0x67, 0, 9], at: &offset) == "mail.org")
        #expect(offset == 10)
    }

    @Test(
        arguments: [
            [], [3, 0x61], [1, 0x61], [0xc0, 0x00], [64] + [UInt8](repeating: 0x61, count: 64) + [0], [0xff],
            Array(repeating: [1, 0x61], count: 128).flatMap { $0 } + [0],
        ] as [[UInt8]])
    func `a broken name from the wire is refused`(octets: [UInt8]) {
        var offset = 0
        #expect(DNSName.read(octets, at: &offset) == nil)
    }
}
