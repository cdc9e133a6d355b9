/// A list of `tag=value` pairs (RFC 6376 §3.2), as signatures, keys and policies are written in.
struct TagList: Sendable {
    struct Tag: Sendable {
        let name: String
        /// Without blanks at both ends, folding inside kept.
        let value: ArraySlice<UInt8>
        /// From behind the equals sign to before the semicolon, blanks included.
        let wholeValue: Range<Int>
    }

    enum Fault: Error, Hashable {
        case malformed
        case duplicate(String)
        case tooMany
    }

    /// Nobody has so many tags.
    static let maximumTags = 100
    static let maximumNameBytes = 64

    let tags: [Tag]

    /// - Throws: what is wrong with the first pair that is no such pair, with a name that comes twice, or with their number.
    init(_ bytes: ArraySlice<UInt8>) throws(Fault) {
        var tags: [Tag] = []
        var names: Set<String> = []
        var position = bytes.startIndex
        while position < bytes.endIndex {
            let end = bytes[position...].firstIndex(of: UInt8(ascii: ";")) ?? bytes.endIndex
            let pair = bytes[position..<end]
            position = end < bytes.endIndex ? end + 1 : end
            guard !pair.withoutBlanksAtEnds.isEmpty else {
                // Only behind the last semicolon; elsewhere it is tolerated too, because real records have it.
                continue
            }
            guard tags.count < Self.maximumTags else { throw .tooMany }
            guard let equals = pair.firstIndex(of: UInt8(ascii: "=")) else { throw .malformed }
            let name = pair[..<equals].withoutBlanksAtEnds
            guard Self.isName(name) else { throw .malformed }
            let text = String(decoding: name, as: UTF8.self)
            guard names.insert(text).inserted else { throw .duplicate(text) }
            tags.append(Tag(name: text, value: pair[(equals + 1)...].withoutBlanksAtEnds, wholeValue: equals + 1..<end))
        }
        self.tags = tags
    }

    /// The value as text; nil when there is no such tag. Names are case-sensitive (RFC 6376 §3.2).
    func text(_ name: String) -> String? { bytes(name).map { String(decoding: $0, as: UTF8.self) } }

    func bytes(_ name: String) -> ArraySlice<UInt8>? { tags.first { $0.name == name }?.value }

    func tag(_ name: String) -> Tag? { tags.first { $0.name == name } }

    private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        guard let first = name.first, SPFSyntax.isLetter(first), name.count <= maximumNameBytes else { return false }
        return name.allSatisfy { SPFSyntax.isAlphanumeric($0) || $0 == UInt8(ascii: "_") }
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks and line ends at both ends.
    var withoutBlanksAtEnds: ArraySlice<UInt8> {
        var start = startIndex
        var end = endIndex
        while start < end, self[start].isBlankOrLineEnding { start += 1 }
        while end > start, self[end - 1].isBlankOrLineEnding { end -= 1 }
        return self[start..<end]
    }

    /// The pieces between separators, each without blanks at its ends.
    func pieces(separatedBy separator: UInt8) -> [ArraySlice<UInt8>] {
        split(separator: separator, omittingEmptySubsequences: false).map(\.withoutBlanksAtEnds)
    }
}

extension UInt8 {
    var isBlankOrLineEnding: Bool { self == 0x20 || self == 0x09 || self == 0x0D || self == 0x0A }
}
