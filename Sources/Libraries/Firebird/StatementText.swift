/// What can be said of a statement by its text alone, seen past strings, quoted names and comments.
struct StatementText {
    /// Words in lower case, in order, until `limit`.
    let words: [Substring]
    /// The pieces between the parameter marks: one more than there are marks.
    let pieces: [String]

    private static let wordLimit = 4_096

    init(_ sql: String) {
        var scanner = Scanner(sql)
        scanner.run()
        words = scanner.words.prefix(Self.wordLimit).map { $0 }
        pieces = scanner.pieces
    }

    /// The first word: `insert`, `update`, ...
    var leadingWord: Substring { words.first ?? "" }

    func mentions(_ word: String) -> Bool { words.contains { $0 == word } }

    /// One walk over the bytes.
    private struct Scanner {
        let bytes: [UInt8]
        var index = 0
        var words: [Substring] = []
        var pieces: [String] = []
        var pieceStart = 0

        init(_ sql: String) { bytes = Array(sql.utf8) }

        mutating func run() {
            while index < bytes.count {
                switch bytes[index] {
                case UInt8(ascii: "'"), UInt8(ascii: "\""): skip(through: [bytes[index]], from: index + 1)
                case UInt8(ascii: "-") where next(is: "-"): skip(through: [UInt8(ascii: "\n")], from: index + 2)
                case UInt8(ascii: "/") where next(is: "*"): skip(through: Array("*/".utf8), from: index + 2)
                case UInt8(ascii: "?"): endPiece()
                case let byte where Self.isWord(byte): readWord()
                default: index += 1
                }
            }
            pieces.append(String(decoding: bytes[pieceStart...], as: UTF8.self))
        }

        private func next(is character: Unicode.Scalar) -> Bool {
            index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: character)
        }

        private static func isWord(_ byte: UInt8) -> Bool {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "$"), 0x80...:
                true
            default: false
            }
        }

        private mutating func readWord() {
            let start = index
            while index < bytes.count, Self.isWord(bytes[index]) { index += 1 }
            words.append(Substring(String(decoding: bytes[start..<index], as: UTF8.self).lowercased()))
        }

        private mutating func endPiece() {
            pieces.append(String(decoding: bytes[pieceStart..<index], as: UTF8.self))
            index += 1
            pieceStart = index
        }

        private mutating func skip(through end: [UInt8], from start: Int) {
            index = start
            while index < bytes.count, !bytes[index...].starts(with: end) { index += 1 }
            index = min(bytes.count, index + end.count)
        }
    }
}
