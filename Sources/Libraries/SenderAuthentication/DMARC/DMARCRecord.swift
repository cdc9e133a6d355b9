package import Mail

/// What a domain asks receivers to do with mail that is not its own (RFC 7489 §6.3).
package struct DMARCRecord: Sendable, Hashable {
    package enum Policy: String, Sendable, Hashable, CaseIterable {
        case none, quarantine, reject

        /// What counts instead for mail outside the sampled part (RFC 7489 §6.6.4).
        var lower: Policy {
            switch self {
            case .reject: .quarantine
            case .quarantine, .none: .none
            }
        }
    }

    package enum Alignment: String, Sendable, Hashable {
        /// The organizational domains have to agree.
        case relaxed = "r"
        /// The domains have to agree.
        case strict = "s"
    }

    /// As it was published.
    package let text: String
    /// `p=`
    package let policy: Policy
    /// `sp=`; as `policy` when it is missing.
    package let subdomainPolicy: Policy
    /// `adkim=`
    package let dkimAlignment: Alignment
    /// `aspf=`
    package let spfAlignment: Alignment
    /// `pct=`, from 0 to 100.
    package let percentage: Int
    /// `rua=`: where aggregate reports go, at most `maximumTargets`.
    package let reportTargets: [DMARCReportTarget]
    /// `fo=` as written; nil when missing.
    package let failureOptions: String?

    package static let maximumBytes = 4 * 1_024
    package static let maximumTargets = 10

    /// Reads a record.
    ///
    /// Apart from the version and the policy, tags that are wrong count as missing (RFC 7489 §6.3). A record without a usable policy
    /// counts as `p=none` if it names a target for reports (§6.6.3).
    ///
    /// - Returns: nil for a text that is no DMARC record.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maximumBytes, Self.isRecord(text), let tags = try? TagList(Array(text.utf8)[...]) else { return nil }
        guard tags.tags.first?.name == "v", tags.text("v") == "DMARC1" else { return nil }
        self.text = text
        reportTargets = (tags.text("rua") ?? "").split(separator: ",").prefix(Self.maximumTargets).compactMap {
            DMARCReportTarget($0.filter { !$0.isWhitespace })
        }
        let asked = tags.text("p").flatMap { Policy(rawValue: $0.lowercased()) }
        let below = tags.text("sp").map { Policy(rawValue: $0.lowercased()) }
        if let asked, below != .some(nil) {
            policy = asked
            subdomainPolicy = (below ?? nil) ?? asked
        } else {
            guard !reportTargets.isEmpty else { return nil }
            policy = .none
            subdomainPolicy = .none
        }
        dkimAlignment = tags.text("adkim").flatMap { Alignment(rawValue: $0.lowercased()) } ?? .relaxed
        spfAlignment = tags.text("aspf").flatMap { Alignment(rawValue: $0.lowercased()) } ?? .relaxed
        percentage = tags.text("pct").flatMap { $0.utf8.count <= 3 ? Int($0) : nil }.flatMap { (0...100).contains($0) ? $0 : nil } ?? 100
        failureOptions = tags.text("fo").map { PrintableText.cut($0, limit: 20) }
    }

    /// Whether a text record says that it is one of DMARC, be it right or wrong.
    static func isRecord(_ text: String) -> Bool {
        let start = text.utf8.prefix(64).filter { !$0.isBlankOrLineEnding }
        return start.starts(with: Array("v=DMARC1".utf8)) && (start.count == 8 || start[8] == UInt8(ascii: ";"))
    }
}

/// A mailbox that takes aggregate reports (RFC 7489 §6.2).
package struct DMARCReportTarget: Sendable, Hashable {
    package let address: EmailAddress
    /// Larger reports are not wanted; nil for any size.
    package let maximumBytes: Int?

    /// Reads `mailto:reports@example.org!10m`; nil for any other kind of target.
    init?(_ text: String) {
        guard text.lowercased().hasPrefix("mailto:") else { return nil }
        let parts = text.dropFirst("mailto:".count).split(separator: "!", maxSplits: 1)
        guard let first = parts.first, let address = try? EmailAddress(first) else { return nil }
        self.address = address
        maximumBytes = parts.count == 2 ? Self.size(parts[1]) : nil
    }

    /// Where the target's domain has to say that it takes reports about another domain (RFC 7489 §7.1): a text record
    /// `v=DMARC1` at this name. Nil when it has not to: both belong to one organization.
    package func authorizationName(policyDomain: DomainName, _ suffixes: PublicSuffixList) -> String? {
        guard let own = address.domainName,
            suffixes.organizationalDomain(of: own) != suffixes.organizationalDomain(of: policyDomain)
        else { return nil }
        return "\(policyDomain.ascii)._report._dmarc.\(own.ascii)"
    }

    private static func size(_ text: Substring) -> Int? {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }
        guard !digits.isEmpty, digits.count <= 12, let number = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
        switch text.dropFirst(digits.count).lowercased() {
        case "": return number
        case "k": return number << 10
        case "m": return number << 20
        case "g": return number << 30
        default: return nil
        }
    }
}
