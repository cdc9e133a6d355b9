package import Settings

/// One question that a content rule asks about a message, and its text form:
/// `[not] FIELD COMPARISON [VALUE]`, such as `header:Subject contains 請求書` or `not attachment exists`.
package struct ContentCondition: Sendable, Hashable, CustomStringConvertible {
    package let isNegated: Bool
    package let field: Field
    package let comparison: Comparison
    /// Empty for `exists`.
    package let value: String

    package static let maximumBytes = 600

    /// What is looked at.
    package enum Field: Sendable, Hashable {
        /// All header fields of that name, as a reader sees them.
        case header(String)
        /// The envelope's sender; empty for reports.
        case sender
        /// Any of the envelope's recipients.
        case recipient
        case recipientDomain
        /// The texts of the message as a reader sees them, HTML without its tags.
        case body
        /// Names of attachments.
        case attachment
        /// Bytes of the message.
        case size
        case direction
        /// How many numbers of a kind are in subject and texts.
        case data(SensitiveData)

        package var word: String {
            switch self {
            case .header(let name): "header:\(name)"
            case .sender: "sender"
            case .recipient: "recipient"
            case .recipientDomain: "recipient-domain"
            case .body: "body"
            case .attachment: "attachment"
            case .size: "size"
            case .direction: "direction"
            case .data(let kind): "data:\(kind.rawValue)"
            }
        }

        /// What can be asked about it.
        package var comparisons: [Comparison] {
            switch self {
            case .header, .attachment: [.contains, .equals, .matches, .exists]
            case .sender, .recipient, .recipientDomain: [.contains, .equals, .matches]
            case .body: [.contains, .matches]
            case .size, .data: [.atLeast]
            case .direction: [.equals]
            }
        }

        init?(_ word: String) {
            let parts = word.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            switch (parts[0], parts.count == 2 ? parts[1] : nil) {
            case ("header", let name?):
                guard (1...100).contains(name.utf8.count), name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
                self = .header(name)
            case ("sender", nil): self = .sender
            case ("recipient", nil): self = .recipient
            case ("recipient-domain", nil): self = .recipientDomain
            case ("body", nil): self = .body
            case ("attachment", nil): self = .attachment
            case ("size", nil): self = .size
            case ("direction", nil): self = .direction
            case ("data", let kind?):
                guard let kind = SensitiveData(rawValue: kind) else { return nil }
                self = .data(kind)
            default: return nil
            }
        }
    }

    package enum Comparison: String, Sendable, Hashable, CaseIterable {
        case contains, equals
        /// A regular expression occurs.
        case matches
        case exists
        case atLeast = "at-least"
    }

    /// - Throws: what is wrong with it, for whoever typed it.
    package init(_ text: String) throws(SettingsValueError) {
        guard text.utf8.count <= Self.maximumBytes, !text.contains(where: \.isNewline) else { throw .tooLong(Self.maximumBytes) }
        var rest = text.trimmed[...]
        func word() -> String {
            let end = rest.firstIndex(where: \.isWhitespace) ?? rest.endIndex
            defer { rest = rest[end...].drop(while: \.isWhitespace) }
            return String(rest[..<end])
        }
        var first = word()
        isNegated = first == "not"
        if isNegated { first = word() }
        guard let field = Field(first) else {
            throw SettingsValueError(
                "“\(first)” is none of header:NAME, sender, recipient, recipient-domain, body, attachment, size, direction, data:KIND",
                ja: "「\(first)」は header:名前、sender、recipient、recipient-domain、body、attachment、size、direction、data:種類 のいずれでもありません")
        }
        let second = word()
        guard let comparison = Comparison(rawValue: second), field.comparisons.contains(comparison) else {
            let list = field.comparisons.map(\.rawValue).joined(separator: ", ")
            throw SettingsValueError("“\(field.word)” is compared by one of: \(list)", ja: "「\(field.word)」の比較には \(list) を指定してください")
        }
        self.field = field
        self.comparison = comparison
        value = comparison == .exists ? "" : String(rest)
        if let problem = Self.problem(field, comparison, value) { throw problem }
    }

    package var description: String {
        let text = "\(isNegated ? "not " : "")\(field.word) \(comparison.rawValue)"
        return value.isEmpty ? text : "\(text) \(value)"
    }

    private static func problem(_ field: Field, _ comparison: Comparison, _ value: String) -> SettingsValueError? {
        switch (field, comparison) {
        case (_, .exists): return nil
        case (_, .matches):
            do throws(PatternFault) {
                _ = try LinearPattern(value)
            } catch {
                return error.problem
            }
            return value.isEmpty ? .valueMissing : nil
        case (_, .atLeast):
            guard let number = Int(value), (1...2_147_483_647).contains(number) else {
                return SettingsValueError("a whole number from 1 on is expected", ja: "1 以上の整数を指定してください")
            }
            return nil
        case (.direction, _):
            guard ["inbound", "outbound", "internal"].contains(value) else {
                return SettingsValueError("inbound, outbound or internal is expected", ja: "inbound、outbound、internal のいずれかを指定してください")
            }
            return nil
        // A sender equal to nothing is the sender of reports.
        case (.sender, .equals): return nil
        case (_, .contains), (_, .equals): return value.isEmpty ? .valueMissing : nil
        }
    }
}

extension SettingsValueError {
    fileprivate static let valueMissing = SettingsValueError("a value is missing", ja: "値を指定してください")
}

extension PatternFault {
    var problem: SettingsValueError {
        switch self {
        case .tooLong: .tooLong(LinearPattern.maximumBytes)
        case .malformed(let position):
            SettingsValueError(
                "the pattern has no meaning at character \(position); back references and look-around are not known here",
                ja: "正規表現の \(position) 文字目を解釈できません（後方参照と先読みは使用できません）")
        case .tooLarge: SettingsValueError("the pattern is too large", ja: "正規表現が大きすぎます")
        }
    }
}
