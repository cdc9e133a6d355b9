import Crypto

/// A signature field in the making: its tags, folded, up to an empty `b=`, and then with it filled in.
struct SignatureField {
    private static let lineBytes = 72

    /// The whole field with an empty `b=`, without a final line end.
    let unsigned: [UInt8]

    /// - Parameters:
    ///   - tags: each `name=value`; a value with colons may be folded at them.
    init(name: String, tags: [String]) {
        var text = "\(name):"
        var column = text.utf8.count
        for tag in tags {
            for (index, piece) in Self.pieces(tag).enumerated() {
                let isWhole = index == 0
                if column + piece.utf8.count + 1 > Self.lineBytes {
                    text += "\r\n\t"
                    column = 8
                } else if isWhole {
                    text += " "
                    column += 1
                }
                text += piece
                column += piece.utf8.count
            }
            text += ";"
            column += 1
        }
        unsigned = Array((text + "\r\n\tb=").utf8)
    }

    /// The finished field with its final line end.
    func signed(_ signature: [UInt8]) -> [UInt8] {
        let text = Array(Base64Text.encode(signature).utf8)
        var field = unsigned
        for start in stride(from: 0, to: text.count, by: Self.lineBytes) {
            if start > 0 { field += Array("\r\n\t ".utf8) }
            field += text[start..<min(start + Self.lineBytes, text.count)]
        }
        return field + [0x0D, 0x0A]
    }

    /// A long list (`h=`) may be folded before any of its colons, a long value (`bh=`) stays whole.
    private static func pieces(_ tag: String) -> [String] {
        guard tag.utf8.count > lineBytes - 12 else { return [tag] }
        return tag.split(separator: ":", omittingEmptySubsequences: false).enumerated().map { index, piece in
            index == 0 ? String(piece) : ":\(piece)"
        }
    }
}

extension SHA256 {
    /// Hashes one canonical field and its line end.
    mutating func update(line: [UInt8]) {
        update(data: line)
        update(data: [0x0D, 0x0A])
    }
}
