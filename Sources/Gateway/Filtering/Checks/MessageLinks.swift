import Mail

/// The hosts of links in a message's texts and HTML, in the order in which they stand there, each once. Pure; nothing is looked up.
struct MessageLinks: Sendable {
    /// Names and addresses as they are written, in lower case, without port.
    private(set) var hosts: [String] = []
    /// Whether there may be others that were not looked at.
    private(set) var isCut = false
    private var seen: Set<String> = []

    /// Different hosts of a message; more are not looked at.
    static let maximumHosts = 500
    /// Characters of all texts together.
    private static let maximumCharacters = 1 << 20

    init(_ structure: MIMEStructure) {
        var left = Self.maximumCharacters
        isCut = structure.isCut
        for part in structure.leaves where part.contentType.type == "text" {
            guard left > 0 else {
                isCut = true
                break
            }
            let body = part.decodedBody(limit: left)
            if body.isTruncated { isCut = true }
            let text = DecodedText(body.bytes[...], charset: part.contentType.charset).text
            left -= text.utf8.count
            guard part.contentType.subtype == "html" else {
                take(text)
                continue
            }
            let visible = VisibleText(html: text)
            if visible.areLinksCut { isCut = true }
            for link in visible.links { add(link: Array(link.utf8)[...]) }
            take(visible.text)
        }
    }

    /// `http://`, `https://` and what begins with `www.`.
    private mutating func take(_ text: String) {
        let bytes = Array(text.utf8)
        var index = 0
        while index < bytes.count, !isCut || hosts.count < Self.maximumHosts {
            switch bytes[index] | 0x20 {
            case 0x68 where Self.begins(bytes, index, "http"):  // h
                let scheme = Self.begins(bytes, index, "https") ? 5 : 4
                if Self.begins(bytes, index + scheme, "://") { add(link: bytes[index...]) }
                index += scheme
            case 0x77 where Self.begins(bytes, index, "www.") && (index == 0 || !Self.isHostByte(bytes[index - 1])):  // w
                add(host: bytes[index...])
                index += 4
            default: index += 1
            }
        }
    }

    /// `scheme://[user@]host[:port]…`, or `//host`.
    private mutating func add(link: ArraySlice<UInt8>) {
        let head = link.prefix(20)
        guard let colon = head.first == 0x2F ? head.startIndex : head.firstIndex(of: 0x3A).map({ $0 + 1 }) else { return }
        let scheme = String(decoding: link[link.startIndex..<colon].map { $0 | 0x20 }, as: UTF8.self)
        guard colon == head.startIndex || ["http:", "https:", "ftp:"].contains(scheme) else { return }
        let rest = link[colon...].drop { $0 == 0x2F || $0 == 0x5C }
        let authority = rest.prefix(512).prefix { ![0x2F, 0x3F, 0x23, 0x5C, 0x20, 0x22, 0x27, 0x3C, 0x3E, 0x0D, 0x0A, 0x09].contains($0) }
        add(host: authority.lastIndex(of: 0x40).map { authority[($0 + 1)...] } ?? authority)
    }

    private mutating func add(host bytes: ArraySlice<UInt8>) {
        var host = Array(bytes.prefix(254).prefix(while: Self.isHostByte)).map { $0 >= 0x41 && $0 <= 0x5A ? $0 | 0x20 : $0 }
        while host.last == 0x2E || host.last == 0x2D { host.removeLast() }
        guard host.count <= 253, host.contains(0x2E) else { return }
        let name = String(decoding: host, as: UTF8.self)
        guard !seen.contains(name) else { return }
        guard hosts.count < Self.maximumHosts else {
            isCut = true
            return
        }
        seen.insert(name)
        hosts.append(name)
    }

    private static func begins(_ bytes: [UInt8], _ start: Int, _ word: StaticString) -> Bool {
        guard start + word.utf8CodeUnitCount <= bytes.count else { return false }
        return word.withUTF8Buffer { letters in letters.indices.allSatisfy { bytes[start + $0] | 0x20 == letters[$0] | 0x20 } }
    }

    /// Bytes beyond ASCII are letters of names in other scripts.
    private static func isHostByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x80...: true
        default: false
        }
    }
}
