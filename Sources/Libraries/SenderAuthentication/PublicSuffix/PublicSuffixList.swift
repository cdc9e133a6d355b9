package import Mail

/// Under which names the public can register domains: the list of publicsuffix.org, of which Debian has a package.
///
/// A rule is kept as one string in A-labels; look-ups cost one hash for each label of the name, 127 at most.
package struct PublicSuffixList: Sendable {
    private enum Rule: UInt8 {
        /// The name itself is a public suffix.
        case name = 1
        /// Every name directly below it is one.
        case wildcard = 2
        /// It is none, although a wildcard says so.
        case exception = 4
    }

    /// Why a text is no list.
    package enum Fault: Error, Sendable, Hashable {
        /// Fewer rules than there are countries: it was cut, or is something else.
        case tooFewRules(Int)
        case tooLarge
    }

    /// The list has nearly ten thousand rules.
    package static let fewestRules = 1_000
    /// The file has 250 kilobytes.
    package static let maximumBytes = 8 * 1_024 * 1_024

    private var rules: [String: UInt8]

    /// How many rules there are.
    package var count: Int { rules.values.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// Reads a list in the form of publicsuffix.org: a rule on each line up to its first blank, `//` begins a comment. Lines that are
    /// no rules are passed over.
    ///
    /// - Throws: `.tooFewRules`, `.tooLarge`.
    package init(parsing text: [UInt8], fewestRules: Int = Self.fewestRules) throws(Fault) {
        guard text.count <= Self.maximumBytes else { throw .tooLarge }
        rules = [:]
        rules.reserveCapacity(10_000)
        for line in text.split(separator: 0x0A) {
            let rule = line.drop { $0.isBlankOrLineEnding }.prefix { !$0.isBlankOrLineEnding }
            guard !rule.isEmpty, !rule.starts(with: [0x2F, 0x2F]) else { continue }
            add(rule)
        }
        guard rules.count >= fewestRules else { throw .tooFewRules(rules.count) }
    }

    private mutating func add(_ text: ArraySlice<UInt8>) {
        var name = text
        var rule = Rule.name
        if name.first == UInt8(ascii: "!") {
            rule = .exception
            name = name.dropFirst()
        } else if name.starts(with: [0x2A, 0x2E]) {
            rule = .wildcard
            name = name.dropFirst(2)
        }
        guard let ascii = try? DomainName(String(decoding: name, as: UTF8.self)).ascii else { return }
        rules[ascii, default: 0] |= rule.rawValue
    }

    /// The public suffix of a name: the longest that a rule gives, else the last label.
    package func publicSuffix(of domain: DomainName) -> String {
        let labels = domain.labels
        // From the longest name to the shortest: the first that fits is the longest suffix.
        for start in labels.indices {
            let name = labels[start...].joined(separator: ".")
            let found = rules[name] ?? 0
            if found & Rule.exception.rawValue != 0 { return labels[(start + 1)...].joined(separator: ".") }
            if found & Rule.name.rawValue != 0 { return name }
            if start + 1 < labels.count {
                let parent = rules[labels[(start + 1)...].joined(separator: ".")] ?? 0
                if parent & Rule.wildcard.rawValue != 0 { return name }
            }
        }
        return labels.last.map(String.init) ?? domain.ascii
    }

    /// The organizational domain (RFC 7489 §3.2): the public suffix and one label more. A public suffix itself has none; it is given
    /// back as it is.
    package func organizationalDomain(of domain: DomainName) -> DomainName {
        let kept = publicSuffix(of: domain).utf8.count { $0 == UInt8(ascii: ".") } + 2
        let labels = domain.labels
        guard labels.count > kept else { return domain }
        var current = domain
        for _ in 0..<labels.count - kept {
            guard let parent = current.parent else { return current }
            current = parent
        }
        return current
    }

    /// Whether the public can register names directly below this one.
    package func isPublicSuffix(_ domain: DomainName) -> Bool { publicSuffix(of: domain) == domain.ascii }
}

extension PublicSuffixList.Fault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooFewRules(let count): "no list of public suffixes: only \(count) rules"
        case .tooLarge: "no list of public suffixes: larger than \(PublicSuffixList.maximumBytes) bytes"
        }
    }
}
