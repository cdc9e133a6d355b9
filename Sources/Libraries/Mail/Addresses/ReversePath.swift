/// Where reports about a message go: an address, or nowhere (`<>`), which is how reports themselves are sent (RFC 5321 §4.5.5).
package enum ReversePath: Hashable, Sendable {
    case null
    case address(EmailAddress)

    /// Reads the inside of the brackets; empty means null.
    ///
    /// - Throws: as `EmailAddress.init(path:)`.
    package init(path text: some StringProtocol) throws(MailSyntaxError) {
        self = text.isEmpty ? .null : .address(try EmailAddress(path: text))
    }

    /// Reads the inside of the brackets from bytes as received; empty means null.
    ///
    /// - Throws: as `EmailAddress.init(pathBytes:)`.
    package init(pathBytes bytes: some Collection<UInt8>) throws(MailSyntaxError) {
        self = bytes.isEmpty ? .null : .address(try EmailAddress(pathBytes: bytes))
    }

    /// The address, nil for the null path.
    package var address: EmailAddress? {
        switch self {
        case .null: nil
        case .address(let address): address
        }
    }

    package var isNull: Bool { address == nil }
}

extension ReversePath: CustomStringConvertible {
    /// The wire form without brackets: empty for the null path, so that `"<\(path)>"` is always right.
    package var description: String { address?.description ?? "" }
}

extension ReversePath: Codable {
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do throws(MailSyntaxError) {
            self = try ReversePath(path: try container.decodedText())
        } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
        }
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
