import Glibc

/// Version 1: one line, `PROXY TCP4 192.0.2.1 198.51.100.1 56324 25` with CRLF.
enum TextHeader {
    static let beginning = Array("PROXY ".utf8)
    /// With CRLF; the specification proves that no line is longer.
    private static let maximumOctets = 107

    static func read(_ octets: ArraySlice<UInt8>) -> ProxyHeader.Reading {
        guard let lineFeed = octets.prefix(maximumOctets).firstIndex(of: 0x0a) else {
            return octets.count < maximumOctets ? .incomplete : .malformed
        }
        guard lineFeed > octets.startIndex, octets[lineFeed - 1] == 0x0d,
            let line = String(validating: octets[..<(lineFeed - 1)], as: UTF8.self), line.utf8.allSatisfy({ (0x20...0x7e).contains($0) }),
            let header = header(line)
        else { return .malformed }
        return .complete(header, octets: lineFeed - octets.startIndex + 1)
    }

    private static func header(_ line: String) -> ProxyHeader? {
        let words = line.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        // Whatever follows UNKNOWN must be passed over.
        if words.count >= 2, words[1] == "UNKNOWN" { return .local }
        guard words.count == 6, let family = family(words[1]), let source = address(words[2], family), address(words[3], family) != nil,
            let port = port(words[4]), Self.port(words[5]) != nil
        else { return nil }
        return .client(address: source, port: port)
    }

    private static func family(_ word: String) -> Int32? {
        switch word {
        case "TCP4": AF_INET
        case "TCP6": AF_INET6
        default: nil
        }
    }

    private static func address(_ text: String, _ family: Int32) -> [UInt8]? {
        let count = family == AF_INET ? 4 : 16
        var octets = [UInt8](repeating: 0, count: 16)
        guard !text.isEmpty, inet_pton(family, text, &octets) == 1 else { return nil }
        return Array(octets.prefix(count))
    }

    /// Without leading zeros.
    private static func port(_ text: String) -> UInt16? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), text == "0" || !text.hasPrefix("0")
        else { return nil }
        return UInt16(text)
    }
}
