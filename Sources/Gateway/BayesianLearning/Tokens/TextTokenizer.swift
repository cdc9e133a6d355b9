/// Makes tokens of text: folded words, n-grams of scripts without spaces, signs, links; of subjects pairs of neighbours as well. One pass,
/// no recursion.
///
/// Words are letters and digits with currency signs; pairs are made at distance 1 to `pairDistance` (orthogonal sparse bigrams).
struct TextTokenizer {
    /// Words up to this length are kept as they are; longer ones only by their length: they are encoded data.
    static let maximumWordBytes = 40
    private static let shortestNumber = 5

    private let field: TokenField
    private let pairDistance: Int
    private var word: WordBuffer
    /// Names of the last words, the newest last, for pairs; zero where there is none.
    private var previous: (UInt64, UInt64, UInt64) = (0, 0, 0)
    private var previousTexts: [String] = []
    private var grams = UnspacedGrams()
    private(set) var words = 0
    private(set) var capitalWords = 0

    init(field: TokenField, pairDistance: Int = 0, keepsText: Bool) {
        word = WordBuffer(keepsText: keepsText)
        self.field = field
        self.pairDistance = pairDistance
    }

    /// Reads UTF-8; malformed bytes separate words.
    mutating func read(_ bytes: UnsafeBufferPointer<UInt8>, links: inout LinkTokenizer, into collector: inout TokenCollector) {
        CharacterClass.table.withUnsafeBufferPointer { classes in
            var index = 0
            while index < bytes.count { index = step(bytes, at: index, classes, &links, &collector) }
        }
        endWord(&collector)
        grams.close()
    }

    /// Takes one character, or a whole link, and tells where the next begins.
    @inline(__always)
    private mutating func step(
        _ bytes: UnsafeBufferPointer<UInt8>, at index: Int, _ classes: UnsafeBufferPointer<UInt8>, _ links: inout LinkTokenizer,
        _ collector: inout TokenCollector
    ) -> Int {
        let byte = bytes[index]
        guard byte < 0x80 else { return takeWide(bytes, at: index, &collector) }
        if grams.isOpen { grams.close() }
        switch classes[Int(byte)] {
        case CharacterClass.letter: word.append(byte)
        case CharacterClass.capital: word.append(byte | 0x20, isCapital: true)
        case CharacterClass.separator: endWord(&collector)
        case CharacterClass.apostrophe: break
        case CharacterClass.exclamation:
            endWord(&collector)
            return takeExclamations(bytes, at: index, &collector)
        default:  // Colon and full stop: may belong to a link.
            guard let end = links.end(inText: bytes, at: index, wordBytes: word.count, isWWW: word.isWWW, into: &collector) else {
                endWord(&collector)
                break
            }
            word.clear()
            return end
        }
        return index + 1
    }

    private mutating func takeExclamations(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, _ collector: inout TokenCollector) -> Int {
        var end = start
        while end < bytes.count, bytes[end] == 0x21 { end += 1 }
        for _ in 0..<min(3, end - start) { word.append(0x21) }
        endWord(&collector)
        return end
    }

    // MARK: Beyond ASCII

    private mutating func takeWide(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int, _ collector: inout TokenCollector) -> Int {
        guard var (scalar, next) = UTF8Scalar.decode(bytes, at: start) else {
            endWord(&collector)
            grams.close()
            return start + 1
        }
        var (folded, kind) = CharacterFolding.fold(scalar)
        if scalar >= 0xFF66, scalar <= 0xFF9D, let mark = UTF8Scalar.voicing(bytes, at: next) {
            folded += mark
            next += 3
        }
        scalar = folded
        if kind != .unspaced, kind != .invisible, grams.isOpen { grams.close() }
        switch kind {
        case .letter: word.append(scalar: scalar)
        case .invisible: collector.add("invisible characters", .structure)
        case .separator: endWord(&collector)
        case .sign:
            endWord(&collector)
            word.append(scalar: scalar)
            endWord(&collector)
        case .unspaced:
            endWord(&collector)
            grams.take(scalar, field, &collector)
        }
        return next
    }

    // MARK: Words

    private mutating func endWord(_ collector: inout TokenCollector) {
        guard !word.isEmpty else { return }
        words += 1
        if word.isAllCapitals { capitalWords += 1 }
        let plain = word.shape(maximum: Self.maximumWordBytes, shortestNumber: Self.shortestNumber)
        let name = TokenHash.finish(plain, field)
        let isNew = collector.add(name)
        if collector.keepsText {
            noteText(name, isNew, &collector)
        } else {
            addPairs(name, &collector)
        }
        previous = (previous.1, previous.2, name)
        word.clear()
    }

    @inline(__always)
    private func addPairs(_ name: UInt64, _ collector: inout TokenCollector) {
        if pairDistance > 0, previous.2 != 0 { collector.add(TokenHash.pair(previous.2, name, distance: 1)) }
        if pairDistance > 1, previous.1 != 0 { collector.add(TokenHash.pair(previous.1, name, distance: 2)) }
        if pairDistance > 2, previous.0 != 0 { collector.add(TokenHash.pair(previous.0, name, distance: 3)) }
    }

    /// The same as `addPairs`, with what the tokens read like: only when a score is explained.
    private mutating func noteText(_ name: UInt64, _ isNew: Bool, _ collector: inout TokenCollector) {
        let text = word.text(maximum: Self.maximumWordBytes, shortestNumber: Self.shortestNumber)
        if isNew { collector.note(name, field.label + text) }
        let before = [previous.2, previous.1, previous.0]
        for distance in 1...3 where distance <= pairDistance && before[distance - 1] != 0 {
            let pair = TokenHash.pair(before[distance - 1], name, distance: UInt64(distance))
            let first = previousTexts.count >= distance ? previousTexts[previousTexts.count - distance] : ""
            let gap = distance == 1 ? " " : String(repeating: " …", count: distance - 1) + " "
            if collector.add(pair) { collector.note(pair, field.label + first + gap + text) }
        }
        previousTexts.append(text)
        if previousTexts.count > 3 { previousTexts.removeFirst() }
    }
}

/// What ASCII characters are to `TextTokenizer`.
enum CharacterClass {
    static let separator: UInt8 = 0
    static let letter: UInt8 = 1
    static let capital: UInt8 = 2
    static let apostrophe: UInt8 = 3
    static let exclamation: UInt8 = 4
    static let linkSign: UInt8 = 5

    static let table: [UInt8] = (0..<128).map { byte in
        switch byte {
        case 0x30...0x39, 0x61...0x7A, 0x24, 0x25: letter
        case 0x41...0x5A: capital
        case 0x27: apostrophe
        case 0x21: exclamation
        case 0x3A, 0x2E: linkSign
        default: separator
        }
    }
}
