/// Makes tokens of links: scheme, host and its parent domains, port, words of path and query. Nothing is ever looked up.
struct LinkTokenizer {
    private static let maximumHostBytes = 255
    private static let maximumPathWords = 12
    private static let maximumBytes = 1_024

    private var left: Int
    private(set) var hosts: [[UInt8]] = []

    init(maximum: Int) { left = maximum }

    /// Whether a link goes on at the colon or full stop at `place`; makes its tokens and tells where it ends.
    mutating func end(
        inText bytes: UnsafeBufferPointer<UInt8>, at place: Int, wordBytes: Int, isWWW: Bool, into collector: inout TokenCollector
    ) -> Int? {
        let isScheme =
            bytes[place] == 0x3A && wordBytes > 2 && place + 2 < bytes.count && bytes[place + 1] == 0x2F && bytes[place + 2] == 0x2F
        guard isScheme || isWWW && bytes[place] == 0x2E else { return nil }
        var end = place + 1
        while end < bytes.count, !Self.endsLink(bytes[end]) { end += 1 }
        let start = max(0, place - wordBytes)
        add(UnsafeBufferPointer(rebasing: bytes[start..<end]), into: &collector)
        return end
    }

    /// Takes a link as it stands in text or in an attribute.
    mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, into collector: inout TokenCollector) {
        guard left > 0, !bytes.isEmpty else { return }
        left -= 1
        var link = LinkScanner(bytes: UnsafeBufferPointer(rebasing: bytes.prefix(Self.maximumBytes)))
        let scheme = link.scheme()
        collector.add(scheme.isEmpty ? "no scheme" : scheme, .url)
        if scheme == "mailto" || scheme == "cid" || scheme == "data" { return }
        let authority = link.authority()
        if authority.hasUser { collector.add("user name before the host", .url) }
        if let port = authority.port { collector.add("port \(port)", .url) }
        addHost(authority.host, into: &collector)
        addWords(link.rest, into: &collector)
    }

    private mutating func addHost(_ host: [UInt8], into collector: inout TokenCollector) {
        guard !host.isEmpty, host.count <= Self.maximumHostBytes else { return }
        if hosts.count < 20 { hosts.append(host) }
        if host.allSatisfy({ $0 == 0x2E || $0 >= 0x30 && $0 <= 0x39 }) { collector.add("address instead of a name", .url) }
        DomainTokens.add(host[...], .url, into: &collector)
    }

    private func addWords(_ rest: UnsafeBufferPointer<UInt8>, into collector: inout TokenCollector) {
        var word = WordBuffer(keepsText: collector.keepsText)
        var words = 0
        func end(_ collector: inout TokenCollector) {
            guard !word.isEmpty, words < Self.maximumPathWords else { return word.clear() }
            words += 1
            let name = TokenHash.finish(word.shape(maximum: 24, shortestNumber: 4), .url)
            if collector.add(name), collector.keepsText {
                collector.note(name, TokenField.url.label + "/" + word.text(maximum: 24, shortestNumber: 4))
            }
            word.clear()
        }
        for byte in rest {
            switch byte {
            case 0x41...0x5A: word.append(byte | 0x20)
            case 0x30...0x39, 0x61...0x7A: word.append(byte)
            default: end(&collector)
            }
        }
        end(&collector)
    }

    private static func endsLink(_ byte: UInt8) -> Bool {
        switch byte {
        case 0...0x20, 0x22, 0x27, 0x3C, 0x3E, 0x28, 0x29, 0x5B, 0x5D, 0x7F...: true
        default: false
        }
    }
}

/// A domain and its parents, so that a new host under a known domain is known.
enum DomainTokens {
    private static let maximumLabels = 4

    /// Makes a token of each of the last two, three and four labels, and of the top one.
    static func add(_ host: ArraySlice<UInt8>, _ field: TokenField, into collector: inout TokenCollector) {
        var labels = 0
        var index = host.endIndex
        while index > host.startIndex, labels < maximumLabels {
            index -= 1
            guard host[index] == 0x2E || index == host.startIndex else { continue }
            let start = host[index] == 0x2E ? index + 1 : index
            labels += 1
            collector.add(host[start...], field)
        }
    }
}

/// Takes a link apart, tolerantly.
private struct LinkScanner {
    let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0

    init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    struct Authority {
        var host: [UInt8] = []
        var port: String?
        var hasUser = false
    }

    /// Lower case; empty when there is none.
    mutating func scheme() -> String {
        var letters: [UInt8] = []
        for (index, byte) in bytes.prefix(16).enumerated() {
            switch byte {
            case 0x41...0x5A: letters.append(byte | 0x20)
            case 0x61...0x7A, 0x2B, 0x30...0x39: letters.append(byte)
            case 0x3A:
                position = index + 1
                return String(decoding: letters, as: UTF8.self)
            default: return ""
            }
        }
        return ""
    }

    mutating func authority() -> Authority {
        var result = Authority()
        while position < bytes.count, bytes[position] == 0x2F || bytes[position] == 0x5C { position += 1 }
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case 0x2F, 0x3F, 0x23, 0x5C: return finished(result)
            case 0x40:
                result.hasUser = true
                result.host = []
            case 0x41...0x5A: result.host.append(byte | 0x20)
            default: result.host.append(byte)
            }
            position += 1
        }
        return finished(result)
    }

    var rest: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(rebasing: bytes[position...]) }

    private func finished(_ authority: Authority) -> Authority {
        var authority = authority
        if let colon = authority.host.firstIndex(of: 0x3A) {
            let port = authority.host[(colon + 1)...]
            if !port.isEmpty, port.count <= 5, port.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
                authority.port = String(decoding: port, as: UTF8.self)
            }
            authority.host.removeSubrange(colon...)
        }
        while authority.host.last == 0x2E { authority.host.removeLast() }
        return authority
    }
}
