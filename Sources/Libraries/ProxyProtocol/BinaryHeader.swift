/// Version 2: a signature, four octets that say what follows, addresses, and extensions (TLVs), which are passed over.
enum BinaryHeader {
    static let signature: [UInt8] = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]
    private static let fixedOctets = 16

    private enum Command: UInt8 {
        case local = 0x20
        case proxy = 0x21
    }

    /// Address family and transport. The specification has other values refused; datagrams carry no SMTP.
    private enum Family: UInt8 {
        case unspecified = 0x00
        case streamIPv4 = 0x11
        case streamIPv6 = 0x21
        case streamUnix = 0x31

        /// Octets of both addresses and ports, and of one address.
        var octets: (all: Int, address: Int) {
            switch self {
            case .unspecified: (0, 0)
            case .streamIPv4: (12, 4)
            case .streamIPv6: (36, 16)
            case .streamUnix: (216, 108)
            }
        }
    }

    static func read(_ octets: ArraySlice<UInt8>) -> ProxyHeader.Reading {
        let all = Array(octets)
        if all.count > signature.count, Command(rawValue: all[12]) == nil { return .malformed }
        guard all.count >= fixedOctets else { return .incomplete }
        let count = fixedOctets + (Int(all[14]) << 8 | Int(all[15]))
        guard let command = Command(rawValue: all[12]), count <= ProxyHeader.maximumOctets else { return .malformed }
        guard all.count >= count else { return .incomplete }
        switch command {
        // The receiver must pass over whatever stands there.
        case .local: return .complete(.local, octets: count)
        case .proxy:
            guard let family = Family(rawValue: all[13]), count - fixedOctets >= family.octets.all else { return .malformed }
            return .complete(header(family, Array(all[fixedOctets..<count])), octets: count)
        }
    }

    private static func header(_ family: Family, _ block: [UInt8]) -> ProxyHeader {
        switch family {
        case .unspecified, .streamUnix: return .local
        case .streamIPv4, .streamIPv6:
            let size = family.octets.address
            let port = UInt16(block[2 * size]) << 8 | UInt16(block[2 * size + 1])
            return .client(address: Array(block[..<size]), port: port)
        }
    }
}
