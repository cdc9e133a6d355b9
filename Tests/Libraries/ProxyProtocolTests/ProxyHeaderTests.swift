import ProxyProtocol
import Testing

struct ProxyHeaderTests {
    private static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]

    private static func binary(_ command: UInt8, _ family: UInt8, _ block: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = length ?? block.count
        return signature + [command, family, UInt8(length >> 8), UInt8(length & 255)] + block
    }

    private static let four: [UInt8] = [192, 0, 2, 1, 198, 51, 100, 1, 0xdc, 0x04, 0, 25]
    private static let six: [UInt8] =
        [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1] + [UInt8](repeating: 9, count: 16) + [0x01, 0x02, 0, 25]
    private static let sixAddress: [UInt8] = [0x20, 0x01, 0x0d, 0xb8] + [UInt8](repeating: 0, count: 11) + [1]

    static let good: [([UInt8], ProxyHeader)] = [
        (Array("PROXY TCP4 192.0.2.1 198.51.100.1 56324 25\r\n".utf8), .client(address: [192, 0, 2, 1], port: 56324)),
        (Array("PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n".utf8), .client(address: [255, 255, 255, 255], port: 65535)),
        (Array("PROXY TCP6 2001:db8::1 2001:db8::2 258 0\r\n".utf8), .client(address: sixAddress, port: 258)),
        (Array("PROXY UNKNOWN\r\n".utf8), .local), (Array("PROXY UNKNOWN ffff::1 what ever 1 2\r\n".utf8), .local),
        (binary(0x21, 0x11, four), .client(address: [192, 0, 2, 1], port: 0xdc04)),
        (binary(0x21, 0x21, six), .client(address: sixAddress, port: 258)),
        (binary(0x21, 0x11, four + [0x03, 0, 4, 1, 2, 3, 4]), .client(address: [192, 0, 2, 1], port: 0xdc04)),
        (binary(0x21, 0x11, four + [0xff, 0xff, 0xff]), .client(address: [192, 0, 2, 1], port: 0xdc04)),
        (binary(0x20, 0x00, []), .local), (binary(0x20, 0x11, four), .local), (binary(0x20, 0x77, [1, 2, 3]), .local),
        (binary(0x21, 0x00, []), .local), (binary(0x21, 0x00, [1, 2, 3]), .local),
        (binary(0x21, 0x31, [UInt8](repeating: 65, count: 216)), .local),
    ]

    @Test(arguments: good)
    func `a header is read, whole and not before, and what follows is not touched`(octets: [UInt8], header: ProxyHeader) {
        for count in octets.indices { #expect(ProxyHeader.read(Array(octets[..<count])) == .incomplete, "\(count) octets") }
        #expect(ProxyHeader.read(octets) == .complete(header, octets: octets.count))
        #expect(ProxyHeader.read(octets + Array("EHLO x\r\n".utf8)) == .complete(header, octets: octets.count))
    }

    @Test(arguments: [
        "EHLO client.example\r\n", "proxy TCP4 192.0.2.1 198.51.100.1 1 2\r\n", "PROXY\r\n", "PROXY \r\n",
        "PROXY TCP4\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n",
        "PROXY  TCP4 192.0.2.1 198.51.100.1 1 2\r\n", "PROXY TCP4 192.0.2.1  198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 1 2\n", "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 \r\n", "PROXY TCP4 192.0.2 198.51.100.1 1 2\r\n",
        "PROXY TCP4 2001:db8::1 198.51.100.1 1 2\r\n", "PROXY TCP6 192.0.2.1 2001:db8::2 1 2\r\n", "PROXY TCP4 192.0.2.1 x 1 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 65536 2\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 01 2\r\n",
        "PROXY TCP4 192.0.2.1 198.51.100.1 -1 2\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 +1 2\r\n",
        "PROXY UDP4 192.0.2.1 198.51.100.1 1 2\r\n",
        "PROXY TCP4 192.0.2.1\t198.51.100.1 1 2\r\n", "PROXY TCP4 192.0.2.1 198.51.100.1 1 \u{0}\r\n",
        "PROXY UNKNOWN " + String(repeating: "x", count: 100) + "\r\n", "\r\n\r\nEHLO", "\n", "\0",
    ])
    func `a line that is none is malformed`(text: String) {
        #expect(ProxyHeader.read(Array(text.utf8)) == .malformed)
    }

    static let bad: [[UInt8]] = [
        binary(0x22, 0x11, four), binary(0x11, 0x11, four), binary(0x01, 0x11, four), binary(0x21, 0x12, four), binary(0x21, 0x41, four),
        binary(0x21, 0x10, four), binary(0x21, 0x11, Array(four.dropLast())), binary(0x21, 0x21, four),
        binary(0x21, 0x11, four, length: 5000),
        binary(0x20, 0x00, [], length: 65535), binary(0x21, 0x31, four),
    ]

    @Test(arguments: bad) func `a binary header that is none is malformed`(octets: [UInt8]) {
        #expect(ProxyHeader.read(octets) == .malformed)
    }

    @Test func `nothing is waited for beyond the bound`() {
        for beginning in [Array("PROXY TCP4 ".utf8), Self.binary(0x21, 0x11, [], length: 4080)] {
            let long = beginning + [UInt8](repeating: 0x31, count: ProxyHeader.maximumOctets)
            #expect(ProxyHeader.read(long) != .incomplete)
        }
    }

    /// Damaged headers and noise, the same in every run: whatever comes, a reading is final once it is not `.incomplete`.
    @Test func `any octets are read the same however they are cut, and a reading once final stays`() {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func random() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        for _ in 0..<3000 {
            var octets = Self.good[Int(random() % UInt64(Self.good.count))].0
            for _ in 0..<Int(random() % 4) where !octets.isEmpty {
                octets[Int(random() % UInt64(octets.count))] = UInt8(truncatingIfNeeded: random())
            }
            octets += (0..<Int(random() % 20)).map { _ in UInt8(truncatingIfNeeded: random()) }
            var final: ProxyHeader.Reading?
            for count in 0...octets.count {
                let reading = ProxyHeader.read(Array(octets[..<count]))
                if let final { #expect(reading == final, "\(octets.prefix(count))") }
                if reading != .incomplete { final = reading }
                if case .complete(_, let length) = reading { #expect(length <= count) }
            }
        }
    }
}
