/// A script whose every word has a meaning here: what `SieveInterpreter` runs.
package struct SieveProgram: Sendable {
    /// What `require` names.
    package let extensions: Set<String>
    let steps: [Step]

    /// What can be named in `require`.
    package static let knownExtensions: Set<String> = [
        "fileinto", "copy", "body", "variables", "reject", "ereject", "envelope", "relational", "regex", "editheader", "spamtest",
        "spamtestplus", "virustest", "encoded-character", "subaddress", "comparator-i;octet", "comparator-i;ascii-casemap",
        "comparator-i;ascii-numeric",
    ]

    indirect enum Step: Sendable {
        case choice([Branch], otherwise: [Step])
        case act(Act, SievePosition)
    }

    struct Branch: Sendable {
        let test: Test
        let steps: [Step]
    }

    enum Act: Sendable {
        case stop, keep, discard
        case fileInto(Text, copies: Bool)
        case redirect(Text, copies: Bool)
        case reject(Text)
        case set(name: String, Text, Set<Modifier>)
        case addHeader(name: Text, value: Text, isLast: Bool)
        case deleteHeader(name: Text, Matching, [Key], index: Int?, isFromEnd: Bool)
    }

    /// In falling precedence (RFC 5229 section 4.1).
    enum Modifier: String, Sendable, CaseIterable {
        case lower, upper, lowerfirst, upperfirst, quotewildcard, quoteregex, length

        var precedence: Int {
            switch self {
            case .lower, .upper: 40
            case .lowerfirst, .upperfirst: 30
            case .quotewildcard, .quoteregex: 20
            case .length: 10
            }
        }
    }

    struct Test: Sendable {
        let question: Question
        /// As it is named in a trace.
        let name: String
        let position: SievePosition
    }

    indirect enum Question: Sendable {
        case always(Bool)
        case not(Test)
        case all([Test]), any([Test])
        case exists([Text])
        case size(isOver: Bool, Int)
        case header([Text], Matching, [Key])
        case address(AddressPart, [Text], Matching, [Key])
        case envelope(AddressPart, [EnvelopePart], Matching, [Key])
        case body(BodyTransform, Matching, [Key])
        case string([Text], Matching, [Key])
        case spam(isPercent: Bool, Matching, Key)
        case virus(Matching, Key)
    }

    enum AddressPart: String, Sendable { case all, localpart, domain, user, detail }
    enum EnvelopePart: String, Sendable { case from, to }

    enum BodyTransform: Sendable, Hashable {
        case raw, text
        /// Media types, in lower case; one without a subtype means all of them, an empty one every part.
        case content([String])
    }

    struct Matching: Sendable {
        var comparator = SieveComparator.asciiCasemap
        var kind = Kind.same

        enum Kind: Sendable, Hashable {
            case same, contains, matches, regex
            case value(SieveRelation), count(SieveRelation)
        }
    }

    /// What something is compared with; a pattern without variables is compiled once.
    struct Key: Sendable {
        let text: Text
        let pattern: SievePattern?
    }

    /// A string in which variables may stand (RFC 5229 section 3).
    struct Text: Sendable, Hashable {
        let parts: [Part]

        enum Part: Sendable, Hashable {
            case literal(String)
            case variable(String)
            case group(Int)
        }

        init(literal: String) { parts = [.literal(literal)] }

        init(template: String) {
            var parts: [Part] = []
            var literal = String.UnicodeScalarView()
            let scalars = Array(template.unicodeScalars)
            var index = 0
            while index < scalars.count {
                if let (part, end) = Self.reference(scalars, index) {
                    if !literal.isEmpty { parts.append(.literal(String(literal))) }
                    literal = String.UnicodeScalarView()
                    parts.append(part)
                    index = end
                } else {
                    literal.append(scalars[index])
                    index += 1
                }
            }
            if !literal.isEmpty || parts.isEmpty { parts.append(.literal(String(literal))) }
            self.parts = parts
        }

        /// The text if no variable stands in it.
        var literal: String? {
            guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
            return text
        }

        var variables: [String] { parts.compactMap { if case .variable(let name) = $0 { name } else { nil } } }

        /// `${name}` or `${1}`; anything else stands for itself.
        private static func reference(_ scalars: [Unicode.Scalar], _ start: Int) -> (Part, Int)? {
            guard scalars[start] == "$", start + 2 < scalars.count, scalars[start + 1] == "{" else { return nil }
            let end = scalars[(start + 2)...].prefix(SieveVariableName.maximumBytes + 1).firstIndex(of: "}")
            guard let end, end > start + 2 else { return nil }
            let word = String(String.UnicodeScalarView(scalars[(start + 2)..<end]))
            if word.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                guard let number = Int(word), number < 100 else { return nil }
                return (.group(number), end + 1)
            }
            return SieveVariableName.normalized(word).map { (.variable($0), end + 1) }
        }
    }
}

enum SieveVariableName {
    static let maximumBytes = 64

    /// In lower case; `nil` for what is none.
    static func normalized(_ word: String) -> String? {
        guard let first = word.utf8.first, !(0x30...0x39).contains(first), word.utf8.count <= maximumBytes,
            word.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) && $0 != 0x40 || $0 == 0x5F })
        else { return nil }
        return String(decoding: word.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}

/// The problems of a script that has no meaning, in the order of their places; at least one.
package struct SieveFaults: Error, Sendable, Hashable {
    package let faults: [SieveFault]

    /// More are not told of.
    package static let maximum = 20

    package init(_ faults: [SieveFault]) { self.faults = Array(faults.sorted { $0.position < $1.position }.prefix(Self.maximum)) }
}

extension SieveProgram {
    /// - Throws: everything that is wrong with it.
    package init(compiling text: String, limits: SieveLimits = SieveLimits()) throws(SieveFaults) {
        let syntax: SieveSyntax
        do throws(SieveFault) {
            syntax = try SieveSyntax(parsing: text, limits: limits)
        } catch {
            throw SieveFaults([error])
        }
        self = try Self(checking: syntax, limits: limits)
    }

    /// - Throws: everything that is wrong with it.
    package init(checking syntax: SieveSyntax, limits: SieveLimits = SieveLimits()) throws(SieveFaults) {
        var checker = SieveChecker(limits)
        let steps = checker.program(syntax)
        guard checker.faults.isEmpty else { throw SieveFaults(checker.faults) }
        extensions = checker.extensions
        self.steps = steps
    }
}
