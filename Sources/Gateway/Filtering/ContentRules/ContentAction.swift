import Mail
package import Settings

/// What a content rule does with a message that it matches, and its text form: `score 3.0`, `quarantine`, `reject`, `tag [TEXT]`,
/// `header Name: value`, `strip [BYTES]`.
package enum ContentAction: Sendable, Hashable, CustomStringConvertible {
    case score(FilterScore)
    case quarantine
    case reject
    /// In front of the subject of inbound mail.
    case tag(String)
    /// A header field put in front of the message.
    case header(name: String, value: String)
    /// Attachments of at least so many bytes are taken out and kept for download.
    case strip(minimumBytes: Int)

    package static let maximumBytes = 300

    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case score, quarantine, reject, tag, header, strip
    }

    package var kind: Kind {
        switch self {
        case .score: .score
        case .quarantine: .quarantine
        case .reject: .reject
        case .tag: .tag
        case .header: .header
        case .strip: .strip
        }
    }

    /// What stands behind the kind.
    package var value: String {
        switch self {
        case .score(let score): score.description
        case .quarantine, .reject: ""
        case .tag(let tag): tag
        case .header(let name, let value): "\(name): \(value)"
        case .strip(let bytes): bytes == 0 ? "" : String(bytes)
        }
    }

    package var description: String { value.isEmpty ? kind.rawValue : "\(kind.rawValue) \(value)" }

    package init(_ text: String) throws(SettingsValueError) {
        guard text.utf8.count <= Self.maximumBytes, !text.contains(where: \.isNewline) else { throw .tooLong(Self.maximumBytes) }
        let text = text.trimmed
        let end = text.firstIndex(where: \.isWhitespace) ?? text.endIndex
        let rest = String(text[end...]).trimmed
        switch Kind(rawValue: String(text[..<end])) {
        case .score: self = .score(try FilterScore.parse(rest))
        case .quarantine where rest.isEmpty: self = .quarantine
        case .reject where rest.isEmpty: self = .reject
        case .tag:
            guard (1...60).contains(rest.utf8.count), rest.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
                throw SettingsValueError("a tag has 1 to 60 printable ASCII characters", ja: "タグは表示可能な ASCII 文字 1 から 60 文字で指定してください")
            }
            self = .tag(rest)
        case .header: self = try Self.header(rest)
        case .strip: self = .strip(minimumBytes: try Self.bytes(rest))
        case .quarantine, .reject, nil:
            throw SettingsValueError(
                "“\(text)” is none of: score 3.0, quarantine, reject, tag [TEXT], header Name: value, strip [BYTES]",
                ja: "「\(text)」は score 3.0、quarantine、reject、tag [文字列]、header 名前: 値、strip [バイト数] のいずれでもありません")
        }
    }

    private static func bytes(_ text: String) throws(SettingsValueError) -> Int {
        guard !text.isEmpty else { return 0 }
        guard let bytes = Int(text), (0...1_000_000_000).contains(bytes) else {
            throw SettingsValueError("a number of bytes is expected behind “strip”", ja: "strip の後にはバイト数を指定してください")
        }
        return bytes
    }

    /// Fields that mail servers and our own delivery go by cannot be written by rules.
    private static func header(_ text: String) throws(SettingsValueError) -> ContentAction {
        let parts = text.split(separator: ":", maxSplits: 1).map { String($0).trimmed }
        guard parts.count == 2, parts[0].hasPrefix("X-"), !parts[0].lowercased().hasPrefix("x-securitygateway-"), parts[0].utf8.count <= 60,
            parts[0].utf8.allSatisfy({ (0x21...0x7E).contains($0) }), !parts[1].isEmpty, parts[1].utf8.count <= 200,
            parts[1].utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else {
            throw SettingsValueError(
                "a field such as “X-Class: internal” is expected: its name begins with X-, not X-SecurityGateway-, its value is ASCII",
                ja: "「X-Class: internal」のように指定してください。名前は X- で始め（X-SecurityGateway- を除く）、値は ASCII 文字とします")
        }
        return .header(name: parts[0], value: parts[1])
    }
}

/// What a finding wants written into the message, besides its part in the verdict.
package enum MessageMark: Sendable, Hashable {
    /// In front of the subject.
    case tag(String)
    case field(name: String, value: String)
    /// Parts are taken out; their places in `MIMEStructure.parts`.
    case strip(parts: Set<Int>)

    package var isStrip: Bool {
        if case .strip = self { true } else { false }
    }
}
