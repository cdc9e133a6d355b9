import Glibc

/// An IPv4 or IPv6 address in network order. An IPv4 address mapped into IPv6 (RFC 4291 section 2.5.5.2) is kept as IPv4.
package struct NetworkAddress: Sendable, Hashable, CustomStringConvertible, Codable {
    /// Four or sixteen bytes.
    package let bytes: [UInt8]

    package var isIPv4: Bool { bytes.count == 4 }

    /// From four or sixteen bytes in network order; `nil` for another count.
    package init?(bytes: [UInt8]) {
        switch bytes.count {
        case 4: self.bytes = bytes
        case 16:
            let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
            self.bytes = isMapped ? Array(bytes[12...]) : bytes
        default: return nil
        }
    }

    /// From text such as `192.0.2.1` or `2001:db8::1`, without brackets, port or zone.
    package init?(_ text: String) {
        guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &buffer) == 1 {
            self.init(bytes: Array(buffer[..<4]))
        } else if inet_pton(AF_INET6, text, &buffer) == 1 {
            self.init(bytes: buffer)
        } else {
            return nil
        }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let address = Self(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "an IP address is expected")
        }
        self = address
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }

    package var isLoopback: Bool {
        isIPv4 ? bytes[0] == 127 : bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1
    }

    package var description: String {
        if isIPv4 { return bytes.map(String.init).joined(separator: ".") }
        var text = [CChar](repeating: 0, count: 46)
        guard inet_ntop(AF_INET6, bytes, &text, 46) != nil else { return "::" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A set of neighbouring addresses, written as `192.0.2.0/24`, `2001:db8::/32`, or a single address.
package struct NetworkRange: Sendable, Hashable, CustomStringConvertible {
    package let address: NetworkAddress
    /// 0 to 32 for IPv4, 0 to 128 for IPv6.
    package let prefixLength: Int

    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = NetworkAddress(String(first)) else { return nil }
        let longest = address.bytes.count * 8
        if parts.count == 2 {
            guard let length = Int(parts[1]), (0...longest).contains(length) else { return nil }
            prefixLength = length
        } else {
            prefixLength = longest
        }
        self.address = address
    }

    package func contains(_ other: NetworkAddress) -> Bool {
        guard other.bytes.count == address.bytes.count else { return false }
        for (position, byte) in address.bytes.enumerated() {
            let bits = min(8, max(0, prefixLength - position * 8))
            guard bits > 0 else { return true }
            let mask = UInt8(truncatingIfNeeded: 0xFF << (8 - bits))
            guard byte & mask == other.bytes[position] & mask else { return false }
        }
        return true
    }

    package var description: String {
        prefixLength == address.bytes.count * 8 ? address.description : "\(address)/\(prefixLength)"
    }

    /// As the text of a setting.
    package static func parse(_ text: String) throws(SettingsValueError) -> NetworkRange {
        guard let range = NetworkRange(text) else {
            throw SettingsValueError(
                "“\(text)” is not an address or network such as 192.0.2.0/24",
                ja: "「\(text)」はアドレスまたはネットワーク（例: 192.0.2.0/24）ではありません")
        }
        return range
    }
}
