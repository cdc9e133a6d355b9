package import Mail
package import Settings

/// One entry of the allow or block list.
package struct AccessListEntry: Sendable, Hashable {
    package let identifier: RecordIdentifier
    package let list: List
    package let kind: Kind
    /// In the one form of its kind; see `canonical`.
    package let value: String
    /// For recipients of this protected domain only; `nil`: for everybody.
    package let domain: DomainName?
    /// For one recipient of that domain only, who made it (`EmailAddress.lookupKey`); `nil`: an administrator's.
    package let recipient: String?
    /// A free remark of the administrator, at most `maximumNoteBytes`.
    package var note: String

    package static let maximumNoteBytes = 500
    /// Of one recipient.
    package static let maximumOfRecipient = 500

    package enum List: String, Sendable, Hashable, Codable, CaseIterable {
        case allow, block
    }

    package enum Kind: String, Sendable, Hashable, Codable, CaseIterable {
        /// An envelope sender's address.
        case sender
        /// The domain of the envelope sender, with everything below it.
        case senderDomain = "sender-domain"
        /// The sending host's name, with everything below it.
        case host
        /// The sending host's address or network.
        case network
    }

    package init(
        identifier: RecordIdentifier, list: List, kind: Kind, value: String, domain: DomainName?, recipient: String? = nil,
        note: String = ""
    ) {
        self.identifier = identifier
        self.list = list
        self.kind = kind
        self.value = value
        self.domain = domain
        self.recipient = recipient
        self.note = note
    }

    /// The one form of what was typed; `nil` when it is none of its kind. Networks lose the bits behind their prefix.
    package static func canonical(_ kind: Kind, _ text: String) -> String? {
        switch kind {
        // Why an address is none helps nobody more than the address itself.
        case .sender: (try? EmailAddress(text))?.lookupKey
        case .senderDomain, .host:
            (try? DomainName(text.hasPrefix("*.") ? String(text.dropFirst(2)) : text))?.ascii
        case .network: NetworkRange(text)?.canonical?.description
        }
    }
}

extension NetworkRange {
    /// The same network by its first address.
    package var canonical: NetworkRange? { NetworkRange("\(address.masked(prefixLength))/\(prefixLength)") }
}

extension NetworkAddress {
    /// With all bits behind the first `length` cleared.
    func masked(_ length: Int) -> NetworkAddress {
        let masked = bytes.enumerated().map { position, byte in
            let kept = min(8, max(0, length - position * 8))
            return byte & UInt8(truncatingIfNeeded: 0xFF00 >> kept)
        }
        return NetworkAddress(bytes: masked) ?? self
    }
}
