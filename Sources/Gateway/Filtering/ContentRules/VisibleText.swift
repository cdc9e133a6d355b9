/// The words of an HTML text, and where its links lead. One pass without recursion; memory in proportion to the text.
///
/// Tags within a line do not end a word, since they are put there to hide it.
package struct VisibleText: Sendable {
    package private(set) var text = ""
    /// The different values of `href`, `src` and `action`, as they stand there, at most `maximumLinks`.
    package private(set) var links: [String] = []
    /// Whether there were more.
    package private(set) var areLinksCut = false

    package static let maximumLinks = 500
    private static let maximumLinkBytes = 4_096

    private static let breaking: Set<String> = [
        "br", "p", "div", "tr", "td", "th", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre",
    ]
    /// Elements that hold no tags and no comments, only their own end.
    private static let raw: Set<String> = ["script", "style", "title"]
    /// What may stand in a head; anything else begins the body (HTML standard, section 13.2.6.4.4).
    private static let headElements: Set<String> = [
        "", "base", "basefont", "bgsound", "head", "html", "link", "meta", "noscript", "script", "style", "template", "title",
    ]
    private static let linking: Set<String> = ["href", "src", "action"]

    package init(html: String) {
        let bytes = Array(html.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count / 2)
        var seen: Set<[UInt8]> = []
        var index = 0
        var isInHead = false
        /// The element of which nothing is seen and in which nothing is read.
        var open: String?
        while index < bytes.count {
            switch bytes[index] {
            case 0x3C:
                if let name = open, !Self.isEnd(of: name, bytes, index) {
                    index += 1
                    continue
                }
                if open == nil, bytes[index...].starts(with: [0x3C, 0x21, 0x2D, 0x2D]) {
                    index = Self.endOfComment(bytes, index + 4)
                    continue
                }
                guard let tag = Self.tag(bytes, index) else {
                    isInHead = false
                    output.append(0x3C)
                    index += 1
                    continue
                }
                index = tag.end
                if open != nil {
                    open = nil
                } else if !tag.isEnd {
                    if Self.raw.contains(tag.name) { open = tag.name }
                    if tag.name == "head" { isInHead = true } else if !Self.headElements.contains(tag.name) { isInHead = false }
                } else if ["head", "body", "html", "br"].contains(tag.name) {
                    isInHead = false
                }
                if Self.breaking.contains(tag.name) { output.append(0x0A) }
                for link in tag.links where seen.insert(link).inserted {
                    if links.count < Self.maximumLinks { links.append(Self.unescaped(link)) } else { areLinksCut = true }
                }
            case 0x26 where open == nil:
                isInHead = false
                let (scalar, end) = Self.entity(bytes, index)
                output += Array(String(Character(scalar)).utf8)
                index = end
            case let byte:
                if open == nil {
                    if byte > 0x20 { isInHead = false }
                    if !isInHead { output.append(byte) }
                }
                index += 1
            }
        }
        text = String(decoding: output, as: UTF8.self)
    }

    /// Whether the element that holds only text ends here.
    private static func isEnd(of name: String, _ bytes: [UInt8], _ start: Int) -> Bool {
        let letters = Array(name.utf8)
        let end = start + 2 + letters.count
        guard end <= bytes.count, bytes[start + 1] == 0x2F else { return false }
        guard letters.indices.allSatisfy({ bytes[start + 2 + $0] | 0x20 == letters[$0] }) else { return false }
        return end == bytes.count || bytes[end] <= 0x20 || bytes[end] == 0x2F || bytes[end] == 0x3E
    }

    private struct Tag {
        let name: String
        let isEnd: Bool
        let end: Int
        let links: [[UInt8]]
    }

    /// `-->`, `--!>`, and the comments that end where they begin (HTML standard, sections 13.2.5.43 to 13.2.5.52).
    private static func endOfComment(_ bytes: [UInt8], _ start: Int) -> Int {
        if bytes[start...].starts(with: [0x3E]) { return start + 1 }
        if bytes[start...].starts(with: [0x2D, 0x3E]) { return start + 2 }
        var index = start
        while index < bytes.count {
            if bytes[index] == 0x3E {
                let end = index > start && bytes[index - 1] == 0x21 ? index - 1 : index
                if end >= start + 2, bytes[end - 1] == 0x2D, bytes[end - 2] == 0x2D { return index + 1 }
            }
            index += 1
        }
        return bytes.count
    }

    /// `nil` for a sign that begins no tag.
    private static func tag(_ bytes: [UInt8], _ start: Int) -> Tag? {
        var index = start + 1
        guard index < bytes.count else { return nil }
        let isEnd = bytes[index] == 0x2F
        if isEnd { index += 1 }
        guard index < bytes.count, isLetter(bytes[index]) || bytes[index] == 0x21 || bytes[index] == 0x3F else { return nil }
        let name = word(bytes, &index)
        var links: [[UInt8]] = []
        while index < bytes.count, bytes[index] != 0x3E {
            let before = index
            let attribute = word(bytes, &index)
            guard index > before else {
                index += 1
                continue
            }
            while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
            guard index < bytes.count, bytes[index] == 0x3D else { continue }
            index += 1
            let value = value(bytes, &index)
            if linking.contains(attribute) { links.append(Array(value.prefix(maximumLinkBytes))) }
        }
        return Tag(name: name, isEnd: isEnd, end: min(index + 1, bytes.count), links: links)
    }

    /// Letters, digits and hyphens in lower case; longer names are none that matter.
    private static func word(_ bytes: [UInt8], _ index: inout Int) -> String {
        let start = index
        while index < bytes.count,
            isLetter(bytes[index]) || (0x30...0x39).contains(bytes[index]) || bytes[index] == 0x2D || bytes[index] == 0x3A
        {
            index += 1
        }
        return String(decoding: bytes[start..<min(index, start + 20)].map { isLetter($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }

    private static func value(_ bytes: [UInt8], _ index: inout Int) -> [UInt8] {
        while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
        guard index < bytes.count else { return [] }
        let quote = bytes[index]
        if quote == 0x22 || quote == 0x27 {
            let start = index + 1
            index = start
            while index < bytes.count, bytes[index] != quote { index += 1 }
            defer { index += 1 }
            return Array(bytes[start..<index])
        }
        let start = index
        while index < bytes.count, bytes[index] > 0x20, bytes[index] != 0x3E { index += 1 }
        return Array(bytes[start..<index])
    }

    private static func unescaped(_ bytes: [UInt8]) -> String {
        guard bytes.contains(0x26) else { return String(decoding: bytes, as: UTF8.self) }
        var output: [UInt8] = []
        var index = 0
        while index < bytes.count {
            if bytes[index] == 0x26 {
                let (scalar, end) = entity(bytes, index)
                output += Array(String(Character(scalar)).utf8)
                index = end
            } else {
                output.append(bytes[index])
                index += 1
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    /// The usual names and every number; an ampersand that begins none stands for itself.
    private static func entity(_ bytes: [UInt8], _ start: Int) -> (Unicode.Scalar, Int) {
        let end = bytes[start...].prefix(12).firstIndex(of: 0x3B)
        guard let end else { return ("&", start + 1) }
        let name = String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
        if name.hasPrefix("#x") || name.hasPrefix("#X") {
            return (UInt32(name.dropFirst(2), radix: 16).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}", end + 1)
        }
        if name.hasPrefix("#") { return (UInt32(name.dropFirst()).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}", end + 1) }
        guard let scalar = entities[name] else { return ("&", start + 1) }
        return (scalar, end + 1)
    }

    private static let entities: [String: Unicode.Scalar] = [
        "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'", "nbsp": " ", "yen": "¥", "copy": "©", "ndash": "–", "mdash": "—",
    ]

    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
