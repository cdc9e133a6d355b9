package import Mail
package import Settings

/// All entries of the allow and block lists at one revision, ready to be asked for every message; immutable.
///
/// The rule when entries contradict each other: the recipient's own are asked before those of his domain, these before those for everybody, and among
/// entries of one scope allow beats block.
package struct AccessLists: Sendable {
    package let revision: SettingsRevision
    package let count: Int
    /// Whether an entry names a host, which must be asked for in DNS.
    package let hasHosts: Bool
    /// Whether an allow entry names a host: a sender whose names are not known may be meant by it.
    package let allowsHosts: Bool
    /// Whether an allow entry may concern a client of which only the address is known.
    private let allowsByMoreThanAddress: Bool
    private let general: Scope
    private let domains: [DomainName: Scope]
    /// By recipient.
    private let recipients: [String: Scope]
    /// What some recipient allows: nobody knows the recipient before he is named.
    private let allowedBySome: Scope

    package static let empty = AccessLists(revision: .none, entries: [])

    package init(revision: SettingsRevision, entries: [AccessListEntry]) {
        self.revision = revision
        count = entries.count
        hasHosts = entries.contains { $0.kind == .host }
        allowsHosts = entries.contains { $0.list == .allow && $0.kind == .host }
        allowsByMoreThanAddress = entries.contains { $0.list == .allow && $0.kind != .network }
        var general = Scope()
        var domains: [DomainName: Scope] = [:]
        var recipients: [String: Scope] = [:]
        var allowedBySome = Scope()
        for entry in entries {
            if let recipient = entry.recipient {
                recipients[recipient, default: Scope()].add(entry)
                if entry.list == .allow { allowedBySome.add(entry) }
            } else if let domain = entry.domain {
                domains[domain, default: Scope()].add(entry)
            } else {
                general.add(entry)
            }
        }
        self.general = general
        self.domains = domains
        self.recipients = recipients
        self.allowedBySome = allowedBySome
    }

    /// Who sends: as much of it as is known.
    package struct Sender: Sendable {
        package var address: NetworkAddress
        package var heloName = ""
        package var confirmedHostNames: [String] = []
        /// `nil` before MAIL: then the names are not known either.
        package var reversePath: ReversePath?

        package init(address: NetworkAddress) { self.address = address }
    }

    /// The entry that decides.
    package struct Match: Sendable, Hashable {
        package let list: AccessListEntry.List
        package let kind: AccessListEntry.Kind
        package let value: String
    }

    /// The entry that decides for a recipient of `domain`; `nil` when none concerns the sender.
    package func match(_ sender: Sender, for domain: DomainName?) -> Match? {
        guard count > 0 else { return nil }
        return domain.flatMap { domains[$0]?.match(sender) } ?? general.match(sender)
    }

    /// The entry that decides for a recipient.
    package func match(_ sender: Sender, forRecipient recipient: EmailAddress) -> Match? {
        guard count > 0 else { return nil }
        if !recipients.isEmpty, let own = recipients[recipient.lookupKey]?.match(sender) { return own }
        return match(sender, for: recipient.domainName)
    }

    /// The block entry by which the sender can be turned away before any recipient is known: one for everybody, and neither a domain
    /// nor a recipient allows the sender. Who has only connected is not turned away while he may still turn out to be allowed.
    package func earlyBlock(_ sender: Sender) -> Match? {
        guard count > 0, sender.reversePath != nil || !allowsByMoreThanAddress, let match = general.match(sender), match.list == .block
        else { return nil }
        return domains.values.contains { $0.match(sender)?.list == .allow } || allowedBySome.match(sender) != nil ? nil : match
    }
}

extension AccessLists {
    /// The entries of one scope by list.
    private struct Scope: Sendable {
        private var allow = Entries()
        private var block = Entries()

        mutating func add(_ entry: AccessListEntry) {
            switch entry.list {
            case .allow: allow.add(entry)
            case .block: block.add(entry)
            }
        }

        func match(_ sender: Sender) -> Match? {
            // Whoever wants to be allowed can say any name in HELO; to be blocked by it costs nobody anything.
            if let found = allow.find(sender, hosts: sender.confirmedHostNames) {
                return Match(list: .allow, kind: found.kind, value: found.value)
            }
            if let found = block.find(sender, hosts: sender.confirmedHostNames + [sender.heloName.lowercased()]) {
                return Match(list: .block, kind: found.kind, value: found.value)
            }
            return nil
        }
    }

    private struct Entries: Sendable {
        private var senders: Set<String> = []
        private var domains: Set<String> = []
        private var hosts: Set<String> = []
        /// By prefix length, so that a look-up costs one step for each length in use.
        private var networks: [Int: Set<NetworkAddress>] = [:]

        mutating func add(_ entry: AccessListEntry) {
            switch entry.kind {
            case .sender: senders.insert(entry.value)
            case .senderDomain: domains.insert(entry.value)
            case .host: hosts.insert(entry.value)
            case .network:
                guard let range = NetworkRange(entry.value) else { return }
                networks[range.prefixLength, default: []].insert(range.address.masked(range.prefixLength))
            }
        }

        func find(_ sender: Sender, hosts names: [String]) -> (kind: AccessListEntry.Kind, value: String)? {
            if let address = sender.reversePath?.address {
                if !senders.isEmpty, senders.contains(address.lookupKey) { return (.sender, address.lookupKey) }
                if let name = address.domainName, let found = Self.parent(of: name.ascii, in: domains) { return (.senderDomain, found) }
            }
            for (length, addresses) in networks where length <= sender.address.bytes.count * 8 {
                let network = sender.address.masked(length)
                if addresses.contains(network) { return (.network, "\(network)/\(length)") }
            }
            for name in names {
                if let found = Self.parent(of: name, in: hosts) { return (.host, found) }
            }
            return nil
        }

        /// The name itself or the nearest name above it that is in the set.
        private static func parent(of name: String, in set: Set<String>) -> String? {
            guard !set.isEmpty else { return nil }
            var rest = name[...]
            while !rest.isEmpty {
                if set.contains(String(rest)) { return String(rest) }
                guard let dot = rest.firstIndex(of: ".") else { return nil }
                rest = rest[rest.index(after: dot)...]
            }
            return nil
        }
    }
}
