extension SieveRun {
    /// The text with its variables filled in; unknown ones are empty (RFC 5229 section 3).
    mutating func expand(_ text: SieveProgram.Text) throws(SieveRunFault) -> String {
        if let literal = text.literal { return literal }
        var expanded = ""
        for part in text.parts {
            switch part {
            case .literal(let literal): expanded += literal
            case .variable(let name): expanded += variables[name] ?? ""
            case .group(let number): expanded += number < groups.count ? groups[number] : ""
            }
            guard expanded.utf8.count < limits.expandedBytes else { break }
        }
        try take(expanded.utf8.count)
        return Self.cut(expanded, limits.expandedBytes)
    }

    /// RFC 5229 section 4.1.
    mutating func modified(_ value: String, _ modifiers: Set<SieveProgram.Modifier>) throws(SieveRunFault) -> String {
        var text = Self.cut(value, limits.variableBytes)
        for modifier in modifiers.sorted(by: { $0.precedence > $1.precedence }) {
            try take(text.utf8.count)
            switch modifier {
            case .lower: text = text.lowercased()
            case .upper: text = text.uppercased()
            case .lowerfirst: text = text.prefix(1).lowercased() + text.dropFirst()
            case .upperfirst: text = text.prefix(1).uppercased() + text.dropFirst()
            case .quotewildcard: text = Self.quoted(text, ["*", "?", "\\"])
            case .quoteregex: text = Self.quoted(text, ["*", "?", "\\", "+", "^", "$", ".", "|", "(", ")", "[", "]", "{", "}"])
            case .length: text = String(text.unicodeScalars.count)
            }
            text = Self.cut(text, limits.variableBytes)
        }
        return text
    }

    private static func quoted(_ text: String, _ special: Set<Unicode.Scalar>) -> String {
        var quoted = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if special.contains(scalar) { quoted.append("\\") }
            quoted.append(scalar)
        }
        return String(quoted)
    }

    /// At most so many bytes, ended between two characters.
    static func cut(_ text: String, _ maximumBytes: Int) -> String {
        guard text.utf8.count > maximumBytes else { return text }
        var view = String.UnicodeScalarView()
        var bytes = 0
        for scalar in text.unicodeScalars {
            bytes += UTF8.width(scalar)
            guard bytes <= maximumBytes else { break }
            view.append(scalar)
        }
        return String(view)
    }
}
