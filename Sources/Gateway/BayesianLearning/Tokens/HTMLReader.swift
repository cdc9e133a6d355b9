/// Reads HTML as a reader of the mail sees it, tolerantly, in one pass without recursion: visible text, hidden text, links, structure.
///
/// Tags within a line of text do not end a word, since they are put there to hide it; comments neither. What is hidden by its style goes
/// to `hiddenText`. Memory is bounded by the length of the input.
struct HTMLReader {
    /// What is seen, in UTF-8.
    private(set) var text: [UInt8] = []
    /// What is in the mail and not seen: the white text on white ground of old.
    private(set) var hiddenText: [UInt8] = []

    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    /// The element that hides, and how many of its name are open within it.
    private var hiding: (name: UInt64, depth: Int)?

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        text.reserveCapacity(bytes.count / 2)
    }

    mutating func read(links: inout LinkTokenizer, into collector: inout TokenCollector) {
        while index < bytes.count {
            let byte = bytes[index]
            switch byte {
            case 0x3C: readMarkup(&links, &collector)
            case 0x26: readEntity()
            default:
                put(byte)
                index += 1
            }
        }
        if !hiddenText.isEmpty { collector.add("hidden text", .tag) }
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        if hiding == nil { text.append(byte) } else { hiddenText.append(byte) }
    }

    // MARK: Markup

    private mutating func readMarkup(_ links: inout LinkTokenizer, _ collector: inout TokenCollector) {
        guard index + 1 < bytes.count else {
            index += 1
            return
        }
        switch bytes[index + 1] {
        case 0x21: skipDeclaration(&collector)
        case 0x3F: skip(past: 0x3E)
        case 0x2F: readEndTag()
        case 0x41...0x5A, 0x61...0x7A: readStartTag(&links, &collector)
        default:
            put(0x3C)
            index += 1
        }
    }

    private mutating func skip(past byte: UInt8) {
        while index < bytes.count, bytes[index] != byte { index += 1 }
        index += 1
    }

    private mutating func skipDeclaration(_ collector: inout TokenCollector) {
        guard index + 3 < bytes.count, bytes[index + 2] == 0x2D, bytes[index + 3] == 0x2D else { return skip(past: 0x3E) }
        collector.add("comment", .tag)
        index += 4
        if index < bytes.count, bytes[index] == 0x3E {
            index += 1
            return
        }
        while index < bytes.count {
            if bytes[index] == 0x3E, bytes[index - 1] == 0x2D, bytes[index - 2] == 0x2D { break }
            index += 1
        }
        index += 1
    }

    private mutating func readName() -> HTMLName {
        var name = HTMLName()
        while index < bytes.count {
            switch bytes[index] {
            case 0x41...0x5A: name.append(bytes[index] | 0x20)
            case 0x61...0x7A, 0x30...0x39, 0x2D, 0x3A, 0x5F: name.append(bytes[index])
            default: return name
            }
            index += 1
        }
        return name
    }

    private mutating func readEndTag() {
        index += 2
        let name = readName()
        skip(past: 0x3E)
        if let open = hiding, open.name == name.hash {
            hiding = open.depth == 1 ? nil : (open.name, open.depth - 1)
        }
        if HTMLElements.breaking.contains(name.hash) { put(0x0A) }
    }

    private mutating func readStartTag(_ links: inout LinkTokenizer, _ collector: inout TokenCollector) {
        index += 1
        let name = readName()
        collector.add(named: name, .tag)
        var tag = HTMLTag(name: name)
        while index < bytes.count, bytes[index] != 0x3E {
            readAttribute(of: &tag, &links, &collector)
        }
        index += 1
        if HTMLElements.breaking.contains(name.hash) { put(0x0A) }
        if let alternative = tag.shownText, hiding == nil {
            text.append(0x20)
            text.append(contentsOf: alternative)
            text.append(0x20)
        }
        open(tag, &collector)
    }

    private mutating func open(_ tag: HTMLTag, _ collector: inout TokenCollector) {
        if HTMLElements.raw.contains(tag.name.hash) { return skipRaw(tag.name) }
        if let open = hiding {
            if open.name == tag.name.hash { hiding = (open.name, open.depth + 1) }
        } else if tag.isHidden, !HTMLElements.empty.contains(tag.name.hash) {
            hiding = (tag.name.hash, 1)
            put(0x20)
        }
    }

    /// Passes over a script or style sheet to its end tag, or to the end.
    private mutating func skipRaw(_ name: HTMLName) {
        while index < bytes.count {
            guard bytes[index] == 0x3C, index + 1 < bytes.count, bytes[index + 1] == 0x2F else {
                index += 1
                continue
            }
            index += 2
            if readName().hash == name.hash { return skip(past: 0x3E) }
        }
    }

    // MARK: Attributes

    private mutating func readAttribute(of tag: inout HTMLTag, _ links: inout LinkTokenizer, _ collector: inout TokenCollector) {
        let name = readName()
        guard !name.isEmpty else {
            index += 1
            return
        }
        collector.add(named: tag.name, attribute: name, .tag)
        skipBlanks()
        guard index < bytes.count, bytes[index] == 0x3D else {
            tag.take(name, value: UnsafeBufferPointer(rebasing: bytes[index..<index]), &links, &collector)
            return
        }
        index += 1
        skipBlanks()
        tag.take(name, value: readValue(), &links, &collector)
    }

    private mutating func skipBlanks() {
        while index < bytes.count, bytes[index] <= 0x20 { index += 1 }
    }

    private mutating func readValue() -> UnsafeBufferPointer<UInt8> {
        guard index < bytes.count else { return UnsafeBufferPointer(rebasing: bytes[bytes.count...]) }
        let quote = bytes[index]
        if quote == 0x22 || quote == 0x27 {
            let start = index + 1
            index = start
            skip(past: quote)
            return UnsafeBufferPointer(rebasing: bytes[start..<max(start, min(index - 1, bytes.count))])
        }
        let start = index
        while index < bytes.count, bytes[index] > 0x20, bytes[index] != 0x3E { index += 1 }
        return UnsafeBufferPointer(rebasing: bytes[start..<index])
    }

    // MARK: Entities

    private mutating func readEntity() {
        guard let entity = HTMLEntity.read(bytes, at: index) else {
            put(0x26)
            index += 1
            return
        }
        index = entity.end
        UTF8Scalar.encode(entity.scalar) { put($0) }
    }
}
