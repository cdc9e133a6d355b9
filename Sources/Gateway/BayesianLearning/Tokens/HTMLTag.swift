/// The name of an element or attribute, lower case: its hash, and its first bytes for people.
struct HTMLName {
    private(set) var hash = TokenHash.seed
    private(set) var count = 0
    private(set) var bytes: (UInt64, UInt64) = (0, 0)

    var isEmpty: Bool { count == 0 }

    @inline(__always)
    mutating func append(_ byte: UInt8) {
        hash = TokenHash.adding(byte, to: hash)
        if count < 8 {
            bytes.0 |= UInt64(byte) << UInt64(count * 8)
        } else if count < 16 {
            bytes.1 |= UInt64(byte) << UInt64(count * 8 - 64)
        }
        count += 1
    }

    init() {}

    init(_ text: StaticString) {
        text.withUTF8Buffer { buffer in
            for byte in buffer { append(byte) }
        }
    }

    var text: String {
        let all = (0..<min(count, 16)).map { UInt8(truncatingIfNeeded: ($0 < 8 ? bytes.0 : bytes.1) >> UInt64($0 % 8 * 8)) }
        return String(decoding: all, as: UTF8.self)
    }
}

/// Elements that are treated in a way of their own, by the hashes of their names.
enum HTMLElements {
    /// Their content is no text.
    static let raw: Set<UInt64> = names(["script", "style"])
    /// They never have an end tag.
    static let empty: Set<UInt64> = names(["br", "hr", "img", "input", "meta", "link", "area", "base", "col", "wbr"])
    /// They begin on a new line, or in a new cell.
    static let breaking: Set<UInt64> = names([
        "br", "hr", "p", "div", "td", "th", "tr", "table", "li", "ul", "ol", "dd", "dt", "dl", "h1", "h2", "h3", "h4", "h5", "h6", "center",
        "blockquote", "pre", "title", "body", "html", "head", "option", "select", "form", "section", "article", "header", "footer", "img",
    ])

    private static func names(_ all: [StaticString]) -> Set<UInt64> { Set(all.map { HTMLName($0).hash }) }
}

/// A start tag: what its attributes say about links, hidden content and text that stands for pictures.
struct HTMLTag {
    private static let links: Set<UInt64> = Set(["href", "src", "action", "background"].map { HTMLName($0 as StaticString).hash })
    private static let style = HTMLName("style").hash
    private static let hidden = HTMLName("hidden").hash
    private static let alternative: Set<UInt64> = Set(["alt", "value", "placeholder"].map { HTMLName($0 as StaticString).hash })
    private static let ignored: Set<UInt64> = Set(
        ["id", "class", "title", "name", "alt", "content"].map { HTMLName($0 as StaticString).hash })
    private static let maximumValueBytes = 20
    private static let maximumTextBytes = 300

    let name: HTMLName
    private(set) var isHidden = false
    private(set) var shownText: [UInt8]?

    init(name: HTMLName) { self.name = name }

    mutating func take(
        _ attribute: HTMLName, value: UnsafeBufferPointer<UInt8>, _ links: inout LinkTokenizer, _ collector: inout TokenCollector
    ) {
        if Self.links.contains(attribute.hash) {
            links.add(Self.trimmed(value), into: &collector)
        } else if attribute.hash == Self.style {
            var style = HTMLStyle(value)
            style.read(into: &collector)
            if style.isHiding { isHidden = true }
        } else if attribute.hash == Self.hidden {
            isHidden = true
        } else if Self.alternative.contains(attribute.hash) {
            shownText = Array(value.prefix(Self.maximumTextBytes))
        } else if value.count <= Self.maximumValueBytes, !Self.ignored.contains(attribute.hash) {
            collector.add(named: attribute, value: value, .tag)
        }
    }

    private static func trimmed(_ value: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        var start = 0
        while start < value.count, value[start] <= 0x20 { start += 1 }
        return UnsafeBufferPointer(rebasing: value[start...])
    }
}

extension TokenCollector {
    mutating func add(named name: HTMLName, _ field: TokenField) {
        let token = TokenHash.finish(name.hash, field)
        if add(token), keepsText { note(token, field.label + name.text) }
    }

    mutating func add(named name: HTMLName, attribute: HTMLName, _ field: TokenField) {
        let token = TokenHash.pair(name.hash, attribute.hash, distance: UInt64(field.rawValue))
        if add(token), keepsText { note(token, "\(field.label)\(name.text) \(attribute.text)") }
    }

    mutating func add(named name: HTMLName, value: UnsafeBufferPointer<UInt8>, _ field: TokenField) {
        var hash = name.hash
        hash = TokenHash.adding(0x3D, to: hash)
        for byte in value where byte > 0x20 { hash = TokenHash.adding(byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte, to: hash) }
        let token = TokenHash.finish(hash, field)
        if add(token), keepsText { note(token, "\(field.label)\(name.text)=\(String(decoding: value, as: UTF8.self).lowercased())") }
    }
}
