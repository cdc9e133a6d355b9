/// An address and port to listen on: `0.0.0.0:25`, `[::]:25`, `127.0.0.1:2525`. Port 0 lets the system choose (tests).
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    package let address: NetworkAddress
    package let port: Int

    package init(address: NetworkAddress, port: Int) {
        self.address = address
        self.port = port
    }

    package init?(_ text: String) {
        guard let endpoint = HostAndPort(text, defaultPort: nil), let address = NetworkAddress(endpoint.host) else { return nil }
        self.init(address: address, port: endpoint.port)
    }

    package var description: String { address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)" }

    /// As the text of a setting.
    package static func parse(_ text: String) throws(SettingsValueError) -> ListenAddress {
        guard let address = ListenAddress(text) else {
            throw SettingsValueError(
                "“\(text)” is not an address with a port such as 0.0.0.0:25 or [::]:25",
                ja: "「\(text)」はポート付きのアドレス（例: 0.0.0.0:25、[::]:25）ではありません")
        }
        return address
    }
}

/// A host (name or address) and a port: `mail.example.com:25`, `[2001:db8::1]:587`, `192.0.2.1`.
package struct HostAndPort: Sendable, Hashable, CustomStringConvertible {
    /// A name as written, or an address without brackets.
    package let host: String
    /// 0 to 65535.
    package let port: Int

    /// - Parameter defaultPort: taken when the text has no port; `nil` makes the port obligatory.
    package init?(_ text: String, defaultPort: Int?) {
        var rest = Substring(text)
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            guard NetworkAddress(host).map({ !$0.isIPv4 }) ?? false else { return nil }
            rest = rest[rest.index(after: end)...]
        } else {
            let end = rest.lastIndex(of: ":") ?? rest.endIndex
            host = String(rest[..<end])
            guard Self.isHost(host) else { return nil }
            rest = rest[end...]
        }
        if rest.isEmpty, let defaultPort {
            port = defaultPort
        } else {
            guard rest.first == ":", let number = UInt16(rest.dropFirst()) else { return nil }
            port = Int(number)
        }
    }

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Letters, digits, hyphens and dots, at most 253 bytes (RFC 1123 section 2.1), or an IPv4 address; internationalised names
    /// are written as A-labels.
    private static func isHost(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        return text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    switch byte {
                    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                        UInt8(ascii: "0")...UInt8(ascii: "9"),
                        UInt8(ascii: "-"), UInt8(ascii: "_"):
                        true
                    default: false
                    }
                }
        }
    }
}
