package import Settings

/// Somebody who is shut out: a network of SMTP, or a user of sending.
package struct Ban: Sendable, Hashable {
    package let identifier: RecordIdentifier
    package let subject: BanSubject
    package let reason: BanReason
    /// A remark of the administrator, or figures; at most `maximumNoteBytes`.
    package let note: String
    /// Where it was made.
    package let node: NodeID
    package let begunAt: UTCTime
    /// `nil`: until it is lifted.
    package let until: UTCTime?

    package static let maximumNoteBytes = 500

    package init(
        identifier: RecordIdentifier, subject: BanSubject, reason: BanReason, note: String = "", node: NodeID, begunAt: UTCTime,
        until: UTCTime?
    ) {
        self.identifier = identifier
        self.subject = subject
        self.reason = reason
        self.note = note
        self.node = node
        self.begunAt = begunAt
        self.until = until
    }

    package func isInForce(at now: UTCTime) -> Bool { until.map { now < $0 } ?? true }
}

/// Whom a ban concerns.
package enum BanSubject: Sendable, Hashable, CustomStringConvertible {
    /// In its one form, without bits behind the prefix.
    case network(NetworkRange)
    /// A user's look-up key.
    case user(String)

    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        case network, user
    }

    package var kind: Kind {
        switch self {
        case .network: .network
        case .user: .user
        }
    }

    package var description: String {
        switch self {
        case .network(let range): range.description
        case .user(let key): key
        }
    }

    /// As it is stored; `nil` for what is none of its kind.
    package init?(_ kind: Kind, _ text: String) {
        switch kind {
        case .network:
            guard let range = NetworkRange(text),
                let first = NetworkRange("\(range.address.prefix(range.prefixLength))/\(range.prefixLength)")
            else { return nil }
            self = .network(first)
        case .user: self = .user(text)
        }
    }

    /// What counts as one client: an IPv4 address, or the /64 of an IPv6 address, since no client has less for itself (RFC 7421 section 2).
    package init?(client address: NetworkAddress) {
        self.init(.network, address.isIPv4 ? address.description : "\(address)/64")
    }
}

/// Why somebody is banned.
package enum BanReason: String, Sendable, Hashable, Codable, CaseIterable {
    case connections
    case recipients
    case signIns = "sign-ins"
    /// A user sent more than is usual.
    case sending
    /// A user sent from more addresses than is usual.
    case addresses
    /// An administrator entered it.
    case manual
}

extension NetworkAddress {
    /// With all bits behind the first `length` cleared.
    func prefix(_ length: Int) -> NetworkAddress {
        let masked = bytes.enumerated().map { position, byte in
            let kept = min(8, max(0, length - position * 8))
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
        }
        return NetworkAddress(bytes: masked) ?? self
    }
}
