/// Whom a search of the log asks for on one side: a whole address or a whole domain, in lower case.
package enum CorrespondentCondition: Sendable, Hashable {
    /// Empty: the null reverse-path.
    case address(String)
    case domain(String)

    /// The address or domain.
    package var text: String {
        switch self {
        case .address(let text), .domain(let text): text
        }
    }

    /// Longer is no address.
    package static var maximumBytes: Int { 320 }

    /// From what a person writes: `user@example.com`, `example.com` or `@example.com`, `<>`; `nil` for nothing.
    package init?(_ text: String) {
        let key = text.lowercased()
        guard !key.isEmpty else { return nil }
        if key == "<>" {
            self = .address("")
        } else if let at = key.lastIndex(of: "@"), at != key.startIndex {
            self = .address(key)
        } else {
            self = .domain(key.hasPrefix("@") ? String(key.dropFirst()) : key)
        }
    }

    /// An address as rows keep it for searches: the domain first, so that a domain's addresses are those that begin with it.
    package static func key(of address: String) -> String {
        let text = address.lowercased()
        guard let at = text.lastIndex(of: "@") else { return text }
        return text[text.index(after: at)...] + separator + text[..<at]
    }

    /// What the keys of a domain's addresses begin with.
    package static func keyPrefix(of domain: String) -> String { domain + separator }

    /// Stands in no domain.
    private static let separator = "\u{1}"
}

extension String {
    /// At most `maximumBytes` of UTF-8, cut between characters.
    package func cutBytes(to maximumBytes: Int) -> String {
        guard utf8.count > maximumBytes else { return self }
        var result = String.UnicodeScalarView()
        var bytes = 0
        for scalar in unicodeScalars {
            bytes += UTF8.width(scalar)
            if bytes > maximumBytes { break }
            result.append(scalar)
        }
        return String(result)
    }
}
