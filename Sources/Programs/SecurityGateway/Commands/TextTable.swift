/// A table of aligned columns for a terminal. East Asian wide characters take two columns.
struct TextTable {
    private let headings: [String]
    private var rows: [[String]] = []

    /// Longer cells are cut with an ellipsis; the last column is not, since nothing stands behind it.
    private static let maximumCellWidth = 60

    init(_ headings: String...) { self.headings = headings }

    mutating func add(_ cells: String...) { rows.append(cells.map(PlainText.line)) }

    var text: String {
        let all = [headings] + rows
        let last = headings.count - 1
        let widths = headings.indices.map { column in
            min(all.map { PlainText.width(of: $0[column]) }.max() ?? 0, Self.maximumCellWidth)
        }
        return all.map { row in
            var line = ""
            for (column, cell) in row.enumerated() where column < last {
                let cut = PlainText.cut(cell, to: widths[column])
                line += cut + String(repeating: " ", count: widths[column] - PlainText.width(of: cut) + 2)
            }
            line += row[last]
            return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}

/// Names with their values, one a line, the values aligned.
struct TextList {
    private var rows: [(name: String, value: String)] = []

    mutating func add(_ name: String, _ value: String) {
        if !value.isEmpty { rows.append((name, PlainText.line(value))) }
    }

    var text: String {
        let width = rows.map { PlainText.width(of: $0.name) }.max() ?? 0
        return rows.map { "\($0.name)\(String(repeating: " ", count: width - PlainText.width(of: $0.name) + 2))\($0.value)\n" }.joined()
    }
}

/// Text of others, made safe for a terminal and measured.
enum PlainText {
    /// One line: control characters and marks that turn the writing direction become “·”, so that a subject cannot move the cursor,
    /// colour the terminal or hide text.
    static func line(_ text: String) -> String {
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: scalars.append("·")
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark,
                .enclosingMark,
                .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
                .initialPunctuation, .finalPunctuation, .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
                .spaceSeparator, .privateUse, .unassigned:
                scalars.append(scalar)
            @unknown default: scalars.append("·")
            }
        }
        return String(scalars)
    }

    static func width(of text: String) -> Int { text.reduce(0) { $0 + width(of: $1) } }

    /// At most `width` columns, with an ellipsis in place of what was cut.
    static func cut(_ text: String, to width: Int) -> String {
        guard Self.width(of: text) > width else { return text }
        var result = ""
        var used = 1
        for character in text {
            used += Self.width(of: character)
            if used > width { break }
            result.append(character)
        }
        return result + "…"
    }

    /// The first scalar decides: what follows it in a character combines with it.
    private static func width(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        return wide.contains { $0.contains(first.value) } || character.unicodeScalars.contains("\u{FE0F}") ? 2 : 1
    }

    /// Ranges of East Asian Width W and F (Unicode annex 11) that occur in mail, and emoji.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF, 0xA960...0xA97F,
        0xAC00...0xD7A3,
        0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
        0x20000...0x3FFFD,
    ]
}

/// How values look in tables.
enum Shown {
    /// `2026-11-23T10:15:00.123Z` without its milliseconds.
    static func time(_ text: String) -> String {
        guard let dot = text.firstIndex(of: ".") else { return text }
        return text[..<dot] + "Z"
    }

    /// `12.05`
    static func hundredths(_ number: Double) -> String {
        let hundredths = Int((number * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }

    static func sender(_ reversePath: String) -> String { reversePath.isEmpty ? "<>" : reversePath }
}
