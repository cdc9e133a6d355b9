/// Uuencode as Usenet and old mail programs used it: the body of a part, or files amid its text.
enum UUEncoding {
    /// Files searched for in one text; a real one has a few.
    static let maximumFiles = 100

    /// One file found amid text.
    struct File {
        var name: String
        var content: DecodedBytes
    }

    /// Decodes the first block of `bytes`; without a `begin` line all lines that fit are read, with a fault.
    static func decode(_ bytes: ArraySlice<UInt8>, limit: Int = Int.max) -> DecodedBytes {
        let source = Array(bytes)
        var lines = LineScanner(source, range: 0..<source.count)
        while let line = lines.next(in: source) {
            if beginName(source[line.start..<line.end]) != nil { return block(&lines, in: source, limit: limit) }
        }
        lines = LineScanner(source, range: 0..<source.count)
        var result = block(&lines, in: source, limit: limit)
        result.faults.insert(.malformedUUEncoding)
        return result
    }

    /// All files with a `begin` line, in one pass.
    static func files(in bytes: ArraySlice<UInt8>, limit: Int) -> [File] {
        let source = Array(bytes)
        var files: [File] = []
        var lines = LineScanner(source, range: 0..<source.count)
        var left = limit
        while files.count < maximumFiles, let line = lines.next(in: source) {
            guard !line.isEmpty else { continue }
            guard let name = beginName(source[line.start..<line.end]) else { continue }
            let content = block(&lines, in: source, limit: left)
            left -= content.bytes.count
            files.append(File(name: DecodedText(name, charset: nil).text, content: content))
        }
        return files
    }

    /// The names in all `begin` lines, also in those that stand within another file.
    static func addNames(in bytes: ArraySlice<UInt8>, to list: inout FileNameList) {
        let source = Array(bytes)
        var lines = LineScanner(source, range: 0..<source.count)
        while !list.isCut, let line = lines.next(in: source) {
            guard !line.isEmpty, let name = beginName(source[line.start..<line.end]) else { continue }
            list.add(DecodedText(name, charset: nil).text)
        }
    }

    /// Whether a line begins a file.
    static func isBegin(_ line: ArraySlice<UInt8>) -> Bool { beginName(line) != nil }

    /// `begin 644 name`: three or four octal digits, then the name.
    private static func beginName(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let keyword = Array("begin ".utf8)
        guard line.count > keyword.count + 3, line.prefix(keyword.count).elementsEqual(keyword) else { return nil }
        let rest = line.dropFirst(keyword.count)
        let mode = rest.prefix { $0 >= 0x30 && $0 <= 0x37 }
        guard (3...4).contains(mode.count) else { return nil }
        let name = rest.dropFirst(mode.count)
        guard let blank = name.first, blank.isBlank else { return nil }
        let trimmed = name.trimmed
        return trimmed.isEmpty ? nil : trimmed
    }

    /// Reads lines up to `end`, or up to the first that is none of the encoding.
    private static func block(_ lines: inout LineScanner, in source: [UInt8], limit: Int) -> DecodedBytes {
        var result = DecodedBytes()
        while let line = lines.next(in: source) {
            let content = source[line.start..<line.end]
            if content.trimmed.elementsEqual("end".utf8) { return result }
            guard !content.isEmpty else { continue }
            guard decodeLine(content, into: &result) else {
                result.faults.insert(.malformedUUEncoding)
                return result
            }
            if result.bytes.count > limit {
                result.bytes.removeLast(result.bytes.count - max(0, limit))
                result.isTruncated = true
                return result
            }
        }
        result.faults.insert(.malformedUUEncoding)  // never ended
        return result
    }

    private static func decodeLine(_ line: ArraySlice<UInt8>, into result: inout DecodedBytes) -> Bool {
        guard let first = line.first, let length = value(first).map(Int.init) else { return false }
        let body = line.dropFirst()
        // Trailing blanks get lost on the way, so a short line is filled up; one that is far too long is text.
        guard body.count <= (length + 2) / 3 * 4 + 3, body.count + 3 >= length * 4 / 3 || length == 0 else { return false }
        var produced: [UInt8] = []
        var index = body.startIndex
        while produced.count < length {
            var group: UInt32 = 0
            for offset in 0..<4 {
                let byte = index + offset < body.endIndex ? body[index + offset] : 0x20
                guard let six = value(byte) else { return false }
                group = group << 6 | UInt32(six)
            }
            produced += [UInt8(group >> 16 & 255), UInt8(group >> 8 & 255), UInt8(group & 255)]
            index += 4
        }
        result.bytes += produced.prefix(length)
        return true
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        byte >= 0x20 && byte <= 0x60 ? (byte - 0x20) & 63 : nil
    }
}
