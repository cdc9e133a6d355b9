import MessageLog
import Settings

/// 256 bits of the grams of one message's texts.
struct TextSignature: Sendable, Hashable {
    var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    static let byteCount = 32

    /// By bits of the hash that no position is made of.
    mutating func insert(_ gram: UInt64) {
        let bit = UInt64(1) << ((gram >> 48) & 63)
        switch (gram >> 54) & 3 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    static func == (left: TextSignature, right: TextSignature) -> Bool { left.words == right.words }

    func hash(into hasher: inout Hasher) { hasher.combine([words.0, words.1, words.2, words.3]) }
}

/// What is indexed of one message.
struct TextMessage: Sendable {
    /// What a free text is looked for in.
    var texts: [String] = []
    var exact: Set<TextExactTerm> = []
}

/// The lines of a block, one for each of its messages: identifier, signature, exact terms. They say which of a block's messages may have
/// what is searched for, so that only these are read.
///
/// A line: 16 bytes, 32 bytes, the number of terms in one byte, two bytes for each; little-endian. Change it together with
/// `TextSegment.form`.
enum TextBlock {
    /// With more the block has no lines: all of its messages are asked.
    static let maximumBytes = 8_000
    /// A message with more terms, which has many recipients, may have any.
    private static let maximumTerms = 40
    private static let anyTerm = UInt8.max
    private static let headBytes = RecordIdentifier.byteCount + TextSignature.byteCount + 1

    static func line(_ message: RecordIdentifier, _ signature: TextSignature, _ exact: Set<TextExactTerm>) -> [UInt8] {
        var line = message.bytes
        for word in [signature.words.0, signature.words.1, signature.words.2, signature.words.3] {
            for shift in stride(from: 0, to: 64, by: 8) { line.append(UInt8(truncatingIfNeeded: word >> UInt64(shift))) }
        }
        guard exact.count <= maximumTerms else { return line + [anyTerm] }
        line.append(UInt8(exact.count))
        for term in exact {
            line.append(UInt8(truncatingIfNeeded: term.short))
            line.append(UInt8(truncatingIfNeeded: term.short >> 8))
        }
        return line
    }

    static func line(_ message: RecordIdentifier, _ content: TextMessage) -> [UInt8] {
        var signature = TextSignature()
        for text in content.texts { TextGrams.forEach(in: text) { gram, _ in signature.insert(gram) } }
        return line(message, signature, content.exact)
    }

    /// The messages of lines that have all that is asked for.
    /// - Returns: `nil` when these are no lines.
    static func candidates(in lines: [UInt8], _ terms: TextTerms) -> [RecordIdentifier]? {
        lines.withUnsafeBytes { bytes -> [RecordIdentifier]? in
            var candidates: [RecordIdentifier] = []
            var start = 0
            while start < bytes.count {
                guard bytes.count - start >= headBytes else { return nil }
                let count = bytes[start + headBytes - 1]
                let end = start + headBytes + (count == anyTerm ? 0 : 2 * Int(count))
                guard end <= bytes.count else { return nil }
                if hasSignature(bytes, at: start + RecordIdentifier.byteCount, terms.signature),
                    count == anyTerm || hasTerms(bytes, (start + headBytes)..<end, terms.exact)
                {
                    let high = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start, as: UInt64.self))
                    let low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: start + 8, as: UInt64.self))
                    candidates.append(RecordIdentifier(high: high, low: low))
                }
                start = end
            }
            return candidates
        }
    }

    private static func hasSignature(_ bytes: UnsafeRawBufferPointer, at start: Int, _ wanted: TextSignature) -> Bool {
        func has(_ word: Int, _ bits: UInt64) -> Bool {
            bits == 0 || UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: start + word * 8, as: UInt64.self)) & bits == bits
        }
        return has(0, wanted.words.0) && has(1, wanted.words.1) && has(2, wanted.words.2) && has(3, wanted.words.3)
    }

    private static func hasTerms(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>, _ wanted: [UInt16]) -> Bool {
        for term in wanted {
            var at = range.lowerBound
            while at < range.upperBound, UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt16.self)) != term { at += 2 }
            guard at < range.upperBound else { return false }
        }
        return true
    }
}

/// A part of the log that may have what is searched for.
struct TextCandidate: Sendable {
    let begin: MessageLogCursor
    let end: MessageLogCursor
    /// Those of its messages that may; `nil`: any.
    var messages: [RecordIdentifier]?

    /// More than one statement asks.
    static let maximumMessages = 64

    mutating func add(_ message: RecordIdentifier) {
        messages?.append(message)
        bound()
    }

    /// With very many the range is asked.
    mutating func bound() { if messages.map({ $0.count > Self.maximumMessages }) == true { messages = nil } }
}
