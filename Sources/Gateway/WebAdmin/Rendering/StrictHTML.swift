import Mustache

/// Escapes text for HTML scalar by scalar. Mustache's own escaping goes by whole characters, so that a quotation mark followed by a
/// combining accent, one character to Swift, would get out of an attribute.
struct StrictHTML: MustacheContentType {
    /// The name in templates; every template begins with it (`TemplateLibrary`).
    static let name = "STRICT"

    func escapeText(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar {
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            case "\n", "\r", "\t": result.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }
}
