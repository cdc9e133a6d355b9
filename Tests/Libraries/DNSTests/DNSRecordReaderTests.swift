import FuzzTargets
import Testing

@testable import DNS

struct DNSRecordReaderTests {
    private static let host: [UInt8] = [2, 0x6d, 0x78, 0]

    @Test func `each type is read`() {
        #expect(DNSRecordReader.record(.a, [192, 0, 2, 1]) == .address(.ipv4(0xc000_0201)))
        #expect(DNSRecordReader.record(.aaaa, [UInt8](repeating: 0, count: 15) + [1]) == .address(.ipv6(1)))
        #expect(DNSRecordReader.record(.mailExchange, [1, 2] + Self.host) == .mailExchange(MailExchange(preference: 258, host: "mx")))
        #expect(DNSRecordReader.record(.mailExchange, [0, 0, 0]) == .mailExchange(MailExchange(preference: 0, host: ".")))
        #expect(DNSRecordReader.record(.pointer, Self.host) == .pointer("mx"))
        #expect(DNSRecordReader.record(.alias, Self.host) == .alias("mx"))
        #expect(DNSRecordReader.record(.nameServer, Self.host) == .nameServer("mx"))
        #expect(
            DNSRecordReader.record(.tlsa, [3, 1, 1, 0xab, 0xcd])
                == .tlsa(CertificateAssociation(usage: 3, selector: 1, matchingType: 1, data: [0xab, 0xcd])))
    }

    @Test func `the strings of a text are joined without a gap`() {
        #expect(DNSRecordReader.record(.text, [3] + Array("v=s".utf8) + [3] + Array("pf1".utf8)) == .text("v=spf1"))
        #expect(DNSRecordReader.record(.text, [0]) == .text(""))
        #expect(DNSRecordReader.record(.text, [1, 0xff]) == .text("\u{fffd}"))
    }

    @Test(
        arguments: [
            (DNSRecordType.a, []), (.a, [1, 2, 3]), (.a, [1, 2, 3, 4, 5]), (.aaaa, [1, 2, 3, 4]), (.mailExchange, []),
            (.mailExchange, [0, 1]),
            (.mailExchange, [0, 1, 5, 0x61]), (.mailExchange, [0, 1, 1, 0x61, 0, 9]), (.text, []), (.text, [5, 0x61]), (.pointer, []),
            (.pointer, [1, 0x61]), (.alias, [0xc0, 0]), (.nameServer, [0, 0]), (.tlsa, [3, 1, 1]),
        ] as [(DNSRecordType, [UInt8])])
    func `data of another form is refused`(type: DNSRecordType, data: [UInt8]) {
        #expect(DNSRecordReader.record(type, data) == nil)
    }

    @Test func `no octets make the reader fail otherwise`() {
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<20_000 {
            let data = (0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            for type in DNSRecordType.allCases { _ = DNSRecordReader.record(type, data) }
        }
    }
}
