import Mail

/// What a host found about a message's authentication: the field Authentication-Results (RFC 8601).
package struct AuthenticationResults: Sendable, Hashable {
    /// What one method found.
    package struct Method: Sendable, Hashable {
        /// `spf`, `dkim`, `dmarc`, `arc` and others, in lower case.
        package var name: String
        /// In lower case.
        package var result: String
        package var reason: String?
        package var properties: [Property]
        /// For people; written, not read.
        package var comment: String?

        package init(_ name: String, _ result: String, reason: String? = nil, properties: [Property] = [], comment: String? = nil) {
            self.name = name
            self.result = result
            self.reason = reason
            self.properties = properties
            self.comment = comment
        }

        /// The value of a property such as `header.d`; nil when there is none.
        package func value(_ type: String, _ name: String) -> String? {
            properties.first { $0.type == type && $0.name == name }?.value
        }
    }

    /// `smtp.mailfrom=someone@example.org`
    package struct Property: Sendable, Hashable {
        package var type: String
        package var name: String
        package var value: String

        package init(_ type: String, _ name: String, _ value: String) {
            self.type = type
            self.name = name
            self.value = value
        }
    }

    /// Methods read from one field; later ones are left out.
    package static let maximumMethods = 100
    /// Longer fields are not read.
    package static let maximumBytes = 64 * 1_024

    /// Who says so (authserv-id).
    package var server: String
    package var methods: [Method]

    package init(server: String, methods: [Method]) {
        self.server = server
        self.methods = methods
    }

    /// The whole field, folded, with its final line end. Whatever the values are, nothing but printable ASCII and no line ends of
    /// theirs are written.
    package func field() -> [UInt8] { HeaderEncoding.tokenField("Authentication-Results", tokens) }

    /// The same as an ARC field (RFC 8617 §4.1.1).
    func arcField(instance: Int) -> [UInt8] {
        HeaderEncoding.tokenField("ARC-Authentication-Results", ["i=\(instance);"] + tokens)
    }

    private var tokens: [String] {
        guard !methods.isEmpty else { return [Self.written(server) + ";", "none"] }
        var tokens = [Self.written(server) + ";"]
        for (index, method) in methods.enumerated() {
            var words = ["\(Self.word(method.name))=\(Self.word(method.result))"]
            if let comment = method.comment { words += Self.commentWords(comment) }
            if let reason = method.reason { words.append("reason=\(Self.quoted(reason))") }
            words += method.properties.map { "\(Self.word($0.type)).\(Self.word($0.name))=\(Self.written($0.value))" }
            if index + 1 < methods.count { words[words.count - 1] += ";" }
            tokens += words
        }
        return tokens
    }

    /// Only what a keyword may have.
    private static func word(_ text: String) -> String {
        let bytes = text.utf8.filter { SPFSyntax.isAlphanumeric($0) || $0 == 0x2D || $0 == 0x5F }
        return bytes.isEmpty ? "x" : String(decoding: bytes, as: UTF8.self)
    }

    /// Bare where the grammar allows it, else quoted.
    private static func written(_ text: String) -> String {
        let isBare = text.utf8.allSatisfy { SPFSyntax.isAlphanumeric($0) || "-._@+/!#$%&*~^|`{}'".utf8.contains($0) }
        return isBare && !text.isEmpty && text.utf8.count <= PrintableText.maximumBytes ? text : quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        let escaped = PrintableText.cut(text).flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
        return "\"\(String(escaped))\""
    }

    /// Folded at blanks; without what would end the comment.
    private static func commentWords(_ text: String) -> [String] {
        let clean = PrintableText.cut(text).map { "()\\".contains($0) ? "_" : $0 }
        let words = String(clean).split(separator: " ").map(String.init)
        guard !words.isEmpty else { return [] }
        var result = words
        result[0] = "(" + result[0]
        result[result.count - 1] += ")"
        return result
    }
}
