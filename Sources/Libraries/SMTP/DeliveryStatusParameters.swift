/// When a report about a recipient is wanted: the parameter NOTIFY (RFC 3461 §4.1).
package enum DeliveryNotifyCondition: Sendable, Hashable {
    /// In no case.
    case never
    /// In these cases; never empty.
    case on(Events)

    /// What may be reported.
    package struct Events: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8

        /// As option sets demand.
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// It was delivered.
        package static let success = Events(rawValue: 1)
        /// It was given up.
        package static let failure = Events(rawValue: 2)
        /// It takes longer than usual.
        package static let delay = Events(rawValue: 4)
    }

    private static let names: [(Events, String)] = [(.success, "SUCCESS"), (.failure, "FAILURE"), (.delay, "DELAY")]

    /// Reads the parameter's value, letters of any case; nil for unknown or repeated words, nothing, and NEVER beside others.
    package init?(_ text: some StringProtocol) {
        if text.uppercased() == "NEVER" {
            self = .never
            return
        }
        var events: Events = []
        for word in text.uppercased().split(separator: ",", omittingEmptySubsequences: false) {
            guard let known = Self.names.first(where: { $0.1 == word }), events.insert(known.0).inserted else { return nil }
        }
        self = .on(events)
    }
}

extension DeliveryNotifyCondition: CustomStringConvertible {
    /// The parameter's value.
    package var description: String {
        switch self {
        case .never: "NEVER"
        case .on(let events): Self.names.filter { events.contains($0.0) }.map(\.1).joined(separator: ",")
        }
    }
}

/// How much of the message a report shall hold: the parameter RET (RFC 3461 §4.3).
package enum ReturnContent: String, Sendable, Hashable, CaseIterable {
    /// The whole message.
    case full = "FULL"
    /// Its header.
    case headers = "HDRS"
}

/// Whom the message was first addressed to, as the sender knows it: the parameter ORCPT (RFC 3461 §4.2, RFC 6533 §3).
package struct OriginalRecipient: Sendable, Hashable {
    /// `rfc822`, `utf-8` or another registered type, in lower case.
    package let addressType: String
    /// The decoded address; no control characters. Not necessarily an e-mail address.
    package let address: String

    /// The type of international addresses.
    package static let internationalType = "utf-8"

    /// An original recipient of a known address: `utf-8` when it needs it, else `rfc822`.
    package init(address: String) {
        self.addressType = address.utf8.allSatisfy { $0 < 0x80 } ? "rfc822" : Self.internationalType
        self.address = address.withoutControlCharacters
    }

    /// Reads the parameter's value; nil when the type is no atom, the address is empty, holds control characters after
    /// decoding or is not encoded as its type demands, or all is longer than `SMTPLimits.originalRecipient`.
    package init?(encoded: some Collection<UInt8>) {
        guard encoded.count <= SMTPLimits.originalRecipient, let separator = encoded.firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let type = encoded[..<separator]
        guard !type.isEmpty, type.allSatisfy(Self.isTypeCharacter) else { return nil }
        let value = encoded[encoded.index(after: separator)...]
        addressType = String(decoding: type, as: UTF8.self).lowercased()
        guard let decoded = addressType == Self.internationalType ? UTF8AddressText.decode(value) : Self.decodedXText(value),
            !decoded.isEmpty, !decoded.unicodeScalars.contains(where: \.isControl)
        else { return nil }
        address = decoded
    }

    /// The parameter's value for any peer: ASCII only.
    package var encoded: String {
        let value = addressType == Self.internationalType ? UTF8AddressText.encode(address) : XText.encode(address.utf8)
        return "\(addressType);\(value)"
    }

    private static func decodedXText(_ value: some Collection<UInt8>) -> String? {
        XText.decode(value).flatMap { String(validating: $0, as: UTF8.self) }
    }

    private static func isTypeCharacter(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
