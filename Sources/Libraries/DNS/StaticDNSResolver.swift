/// Fixed answers from memory: a hosts file, or a zone made up for a test.
///
/// A name is known when it, or a name below it, was given a record, an alias or a failure; asking a known name for a
/// type it has not is `noSuchRecords`, asking an unknown name is `noSuchName`. Answers come at once.
package struct StaticDNSResolver: DNSResolver {
    /// Aliases followed for one question; a longer chain or a circle is a server failure.
    package static let maximumAliases = 8

    private struct Question: Hashable {
        var name: String
        var type: DNSRecordType
    }

    private var records: [Question: [DNSRecord]] = [:]
    private var aliases: [String: String] = [:]
    private var failures: [Question: DNSError] = [:]
    private var names: Set<String> = []
    private let timeToLive: Duration
    private let security: DNSAnswer.Security

    /// Knows no name yet.
    ///
    /// - Parameters:
    ///   - timeToLive: given with every answer.
    ///   - security: given with every answer.
    package init(timeToLive: Duration = .seconds(300), security: DNSAnswer.Security = .insecure) {
        self.timeToLive = timeToLive
        self.security = security
    }

    /// Reads the form of a hosts file: an address and its names on each line, `#` begins a comment. Lines that do not
    /// begin with an address, and names that are none, are passed over, as system resolvers do. Adds no PTR records.
    package init(hostsFile text: String) {
        self.init(timeToLive: .zero)
        for line in text.split(whereSeparator: \.isNewline) {
            let fields = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace)
            guard let first = fields.first, let address = HostAddress(String(first)) else { continue }
            for name in fields.dropFirst() {
                guard let normalized = DNSName.normalizedOrNil(String(name)) else { continue }
                insert(.address(address), at: normalized)
            }
        }
    }

    /// Adds a record at a name, after those already there. The type follows from the record; an alias replaces an
    /// earlier one.
    ///
    /// - Throws: `.permanent(.invalidName)`.
    package mutating func add(_ record: DNSRecord, at name: String) throws(DNSError) {
        insert(record, at: try DNSName.normalized(name))
    }

    /// Makes a question fail.
    ///
    /// - Throws: `.permanent(.invalidName)`.
    package mutating func fail(_ name: String, _ type: DNSRecordType, with error: DNSError) throws(DNSError) {
        let normalized = try DNSName.normalized(name)
        failures[Question(name: normalized, type: type)] = error
        know(normalized)
    }

    package func resolve(_ name: String, _ type: DNSRecordType) async throws(DNSError) -> DNSAnswer {
        let asked = try DNSName.normalized(name)
        var current = asked
        for _ in 0...Self.maximumAliases {
            let question = Question(name: current, type: type)
            if let failure = failures[question] { throw failure }
            if type != .alias, let next = aliases[current] {
                current = next
                continue
            }
            return DNSAnswer(
                name: asked, type: type, finding: finding(question), canonicalName: current == asked ? nil : current,
                timeToLive: timeToLive, security: security)
        }
        throw .transient(.serverFailure)
    }

    private func finding(_ question: Question) -> DNSAnswer.Finding {
        if let found = records[question] { return .records(Array(found.prefix(DNSAnswer.maximumRecords))) }
        return names.contains(question.name) ? .noSuchRecords : .noSuchName
    }

    private mutating func insert(_ record: DNSRecord, at name: String) {
        know(name)
        if case .alias(let target) = record {
            aliases[name] = target
            records[Question(name: name, type: .alias)] = [record]
        } else {
            records[Question(name: name, type: record.type), default: []].append(record)
        }
    }

    /// Makes a name and all names above it known, as empty non-terminals are (RFC 8020 §2).
    private mutating func know(_ name: String) {
        var rest = name[...]
        names.insert(name)
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            guard !rest.isEmpty, names.insert(String(rest)).inserted else { return }
        }
    }
}

extension DNSRecord {
    /// The type this record is found under.
    package var type: DNSRecordType {
        switch self {
        case .address(.ipv4): .a
        case .address(.ipv6): .aaaa
        case .mailExchange: .mailExchange
        case .text: .text
        case .pointer: .pointer
        case .alias: .alias
        case .nameServer: .nameServer
        case .tlsa: .tlsa
        }
    }
}

extension DNSName {
    /// As `normalized`, for places where a name that is none is passed over.
    fileprivate static func normalizedOrNil(_ text: String) -> String? {
        do throws(DNSError) {
            return try normalized(text)
        } catch {
            return nil
        }
    }
}
