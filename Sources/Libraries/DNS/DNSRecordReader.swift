/// Reads the data of one record as it came from the wire, names uncompressed.
enum DNSRecordReader {
    /// - Returns: the record, or nil when the data does not have the form of `type` exactly: too short, left-over
    ///   octets, a name that runs over the end.
    static func record(_ type: DNSRecordType, _ data: [UInt8]) -> DNSRecord? {
        switch type {
        case .a: data.count == 4 ? HostAddress(octets: data).map { .address($0) } : nil
        case .aaaa: data.count == 16 ? HostAddress(octets: data).map { .address($0) } : nil
        case .mailExchange: mailExchange(data)
        case .text: text(data)
        case .pointer: wholeName(data, from: 0).map { .pointer($0) }
        case .alias: wholeName(data, from: 0).map { .alias($0) }
        case .nameServer: wholeName(data, from: 0).map { .nameServer($0) }
        case .tlsa: certificateAssociation(data)
        }
    }

    private static func wholeName(_ data: [UInt8], from start: Int) -> String? {
        var offset = start
        guard let name = DNSName.read(data, at: &offset), offset == data.count else { return nil }
        return name
    }

    private static func mailExchange(_ data: [UInt8]) -> DNSRecord? {
        guard data.count > 2, let host = wholeName(data, from: 2) else { return nil }
        return .mailExchange(MailExchange(preference: UInt16(data[0]) << 8 | UInt16(data[1]), host: host))
    }

    private static func text(_ data: [UInt8]) -> DNSRecord? {
        guard !data.isEmpty else { return nil }
        var joined: [UInt8] = []
        joined.reserveCapacity(data.count)
        var offset = 0
        while offset < data.count {
            let end = offset + 1 + Int(data[offset])
            guard end <= data.count else { return nil }
            joined += data[offset + 1..<end]
            offset = end
        }
        return .text(String(decoding: joined, as: UTF8.self))
    }

    private static func certificateAssociation(_ data: [UInt8]) -> DNSRecord? {
        guard data.count > 3 else { return nil }
        return .tlsa(CertificateAssociation(usage: data[0], selector: data[1], matchingType: data[2], data: Array(data[3...])))
    }
}
