/// The data of one resource record, read and checked.
///
/// Names are in the form of `DNSName`: lower case, no trailing dot, `.` for the root.
package enum DNSRecord: Sendable, Hashable {
    /// A or AAAA.
    case address(HostAddress)
    /// MX.
    case mailExchange(MailExchange)
    /// TXT, all its character strings joined without anything between (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
    /// Octets that are not UTF-8 appear as U+FFFD.
    case text(String)
    /// PTR.
    case pointer(String)
    /// CNAME.
    case alias(String)
    /// NS.
    case nameServer(String)
    /// TLSA.
    case tlsa(CertificateAssociation)
}

/// The data of an MX record.
package struct MailExchange: Sendable, Hashable {
    /// Lower is tried first.
    package var preference: UInt16
    /// The host; `.` in a null MX (RFC 7505).
    package var host: String

    /// A mail exchange with its preference; `host` is in the form of `DNSName`.
    package init(preference: UInt16, host: String) {
        self.preference = preference
        self.host = host
    }
}

/// The data of a TLSA record (RFC 6698 §2.1); the numbers are kept as found, unknown ones included.
package struct CertificateAssociation: Sendable, Hashable {
    /// Certificate usage: 0 to 3 are defined.
    package var usage: UInt8
    /// Selector: 0 the certificate, 1 its public key.
    package var selector: UInt8
    /// Matching type: 0 exact, 1 SHA-256, 2 SHA-512.
    package var matchingType: UInt8
    /// The association data, at least one octet.
    package var data: [UInt8]

    /// All four fields as in the record.
    package init(usage: UInt8, selector: UInt8, matchingType: UInt8, data: [UInt8]) {
        self.usage = usage
        self.selector = selector
        self.matchingType = matchingType
        self.data = data
    }
}
