/// What is known about a question after it was answered, including "there is nothing".
package struct DNSAnswer: Sendable, Hashable {
    /// What there is.
    package enum Finding: Sendable, Hashable {
        /// At least one record, at most `maximumRecords`.
        case records([DNSRecord])
        /// The name exists, records of this type do not (NODATA).
        case noSuchRecords
        /// The name does not exist (NXDOMAIN).
        case noSuchName
    }

    /// Whether DNSSEC vouches for the answer. A failed validation is an error, never an answer.
    package enum Security: Sendable, Hashable {
        /// Validated up to a trust anchor; for a negative answer the absence is proven.
        case secure
        /// Not signed, or no trust anchor is configured.
        case insecure
    }

    /// Records beyond this number are left out; 512 addresses or hosts are more than any sensible use.
    package static let maximumRecords = 512

    /// The name asked for, in the form of `DNSName`.
    package var name: String
    /// The type asked for.
    package var type: DNSRecordType
    /// What was found.
    package var finding: Finding
    /// The name at the end of the alias chain, where an alias was followed.
    package var canonicalName: String?
    /// How long the answer stays valid, from zero to one week.
    package var timeToLive: Duration
    /// Whether it is validated.
    package var security: Security

    /// An answer from its parts, none of them checked here.
    package init(
        name: String, type: DNSRecordType, finding: Finding, canonicalName: String? = nil, timeToLive: Duration = .zero,
        security: Security = .insecure
    ) {
        self.name = name
        self.type = type
        self.finding = finding
        self.canonicalName = canonicalName
        self.timeToLive = timeToLive
        self.security = security
    }

    /// The records; empty for both negative findings.
    package var records: [DNSRecord] {
        switch finding {
        case .records(let records): records
        case .noSuchRecords, .noSuchName: []
        }
    }

    /// The addresses among the records, in the order of the answer.
    package var addresses: [HostAddress] {
        records.compactMap { if case .address(let address) = $0 { address } else { nil } }
    }

    /// The mail exchanges among the records, in the order of the answer.
    package var mailExchanges: [MailExchange] {
        records.compactMap { if case .mailExchange(let exchange) = $0 { exchange } else { nil } }
    }

    /// The texts among the records, in the order of the answer.
    package var texts: [String] {
        records.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The names that PTR, CNAME and NS records give, in the order of the answer.
    package var names: [String] {
        records.compactMap {
            switch $0 {
            case .pointer(let name), .alias(let name), .nameServer(let name): name
            case .address, .mailExchange, .text, .tlsa: nil
            }
        }
    }

    /// The certificate associations among the records, in the order of the answer.
    package var certificateAssociations: [CertificateAssociation] {
        records.compactMap { if case .tlsa(let association) = $0 { association } else { nil } }
    }
}
