/// Encoded words in header text (RFC 2047): reading what mail programs really write.
package enum EncodedWord {
    /// Longer charset names are no charset names; keeps the search for the second question mark short.
    private static let maximumCharsetBytes = 60

    /// One word as found: where it lies, and what its text stands for.
    private struct Word {
        var range: Range<Int>
        var charset: String
        var isBase64: Bool
        var text: Range<Int>
    }

    /// Decodes the words in an unfolded field body; everything else is read as UTF-8 or the charset its bytes betray.
    ///
    /// Tolerated: words inside quotes or glued to other text, blanks and question marks inside, missing or wrong padding, characters or
    /// base64 groups cut in two by the end of a word. Linear in the length of `bytes`.
    package static func decode(_ bytes: [UInt8]) -> String {
        guard bytes.firstIndex(of: 0x3D, from: 0, to: bytes.count) != nil, contains(bytes) else {
            return DecodedText(bytes[...], charset: nil).text
        }
        var result = ""
        var run: [Word] = []
        var position = 0
        var literalStart = 0
        var search = TerminatorSearch()
        while let start = bytes.firstIndex(of: 0x3D, from: position, to: bytes.count) {
            guard let word = word(at: start, in: bytes, &search) else {
                position = start + 1
                continue
            }
            let between = bytes[literalStart..<start]
            if !between.allSatisfy(\.isBlankOrLineEnd) || run.isEmpty {
                result += decoded(run, in: bytes)
                run = []
                result += DecodedText(between, charset: nil).text
            }
            run.append(word)
            position = word.range.upperBound
            literalStart = position
        }
        result += decoded(run, in: bytes)
        result += DecodedText(bytes[literalStart...], charset: nil).text
        return result
    }

    /// Whether an encoded word may begin somewhere.
    static func contains(_ bytes: [UInt8]) -> Bool {
        var position = 0
        while let start = bytes.firstIndex(of: 0x3D, from: position, to: bytes.count) {
            if start + 1 < bytes.count, bytes[start + 1] == 0x3F { return true }
            position = start + 1
        }
        return false
    }

    /// The end of a well-formed word that begins at `start`, for tokenizers that must not look inside.
    static func end(ofWordAt start: Int, in bytes: [UInt8], _ search: inout TerminatorSearch) -> Int? {
        word(at: start, in: bytes, &search)?.range.upperBound
    }

    /// Remembers where the next "?=" lies: otherwise many beginnings of words without ends would take quadratic time.
    struct TerminatorSearch {
        private var searchedFrom = Int.max
        private var found: Int?

        /// The first "?=" at or after `start`. Cheap while `start` only grows.
        mutating func next(from start: Int, in bytes: [UInt8]) -> Int? {
            if searchedFrom <= start {
                guard let found else { return nil }
                if found >= start { return found }
            }
            searchedFrom = start
            found = nil
            var position = start
            while let mark = bytes.firstIndex(of: 0x3F, from: position, to: bytes.count), mark + 1 < bytes.count {
                if bytes[mark + 1] == 0x3D {
                    found = mark
                    break
                }
                position = mark + 1
            }
            return found
        }
    }

    private static func word(at start: Int, in bytes: [UInt8], _ search: inout TerminatorSearch) -> Word? {
        let charsetStart = start + 2
        guard charsetStart < bytes.count, bytes[start + 1] == 0x3F else { return nil }
        let limit = min(bytes.count, charsetStart + maximumCharsetBytes)
        guard let charsetEnd = bytes.firstIndex(of: 0x3F, from: charsetStart, to: limit), charsetEnd + 2 < bytes.count else { return nil }
        let charset = bytes[charsetStart..<charsetEnd]
        guard charset.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x3D }) else { return nil }
        let encoding = bytes[charsetEnd + 1].asciiLowercased
        guard encoding == 0x62 || encoding == 0x71, bytes[charsetEnd + 2] == 0x3F else { return nil }
        let textStart = charsetEnd + 3
        guard let textEnd = search.next(from: textStart, in: bytes), !containsBeginning(bytes, textStart, textEnd) else { return nil }
        return Word(
            range: start..<textEnd + 2, charset: String(decoding: charset, as: UTF8.self), isBase64: encoding == 0x62,
            text: textStart..<textEnd)
    }

    /// A "=?" inside means that the first word has no end of its own and the found end belongs to the second.
    private static func containsBeginning(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        var position = start
        while let mark = bytes.firstIndex(of: 0x3F, from: position, to: end) {
            if mark > start, bytes[mark - 1] == 0x3D { return true }
            position = mark + 1
        }
        return false
    }

    /// Adjacent words of one charset are joined as bytes before the charset is read (characters may be cut between them).
    private static func decoded(_ run: [Word], in bytes: [UInt8]) -> String {
        var result = ""
        var index = 0
        while index < run.count {
            var next = index + 1
            while next < run.count, run[next].charset.lowercased() == run[index].charset.lowercased() { next += 1 }
            let joined = joined(run[index..<next], in: bytes)
            result += DecodedText(joined[...], charset: run[index].charset).text
            index = next
        }
        return result
    }

    private static func joined(_ words: ArraySlice<Word>, in bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = words.startIndex
        while index < words.endIndex {
            guard words[index].isBase64 else {
                result += quotedText(bytes[words[index].text])
                index += 1
                continue
            }
            var next = index + 1
            while next < words.endIndex, words[next].isBase64 { next += 1 }
            result += base64(words[index..<next], in: bytes)
            index = next
        }
        return result
    }

    /// Some writers cut base64 itself at the end of a word: then only the sum of the lengths is a multiple of four.
    private static func base64(_ words: ArraySlice<Word>, in bytes: [UInt8]) -> [UInt8] {
        let lengths = words.map { bytes[$0.text].lazy.filter { $0 != 0x3D && !$0.isBlank }.count }
        let isCut = lengths.dropLast().contains { $0 % 4 != 0 } && !words.dropLast().contains { bytes[$0.text].contains(0x3D) }
        guard isCut, lengths.reduce(0, +) % 4 != 1,
            lengths.reduce(0, +) % 4 == 0 || words.last.map({ bytes[$0.text].contains(0x3D) }) == true
        else { return words.flatMap { Base64.decode(bytes[$0.text]).bytes } }
        return Base64.decode(words.flatMap { bytes[$0.text] }[...]).bytes
    }

    /// The Q encoding: underscore is a space, everything else as quoted-printable.
    private static func quotedText(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var index = text.startIndex
        while index < text.endIndex {
            let byte = text[index]
            if byte == 0x3D, index + 2 < text.endIndex, let high = text[index + 1].hexadecimalValue,
                let low = text[index + 2].hexadecimalValue
            {
                result.append(high << 4 | low)
                index += 3
                continue
            }
            result.append(byte == 0x5F ? 0x20 : byte)
            index += 1
        }
        return result
    }
}
