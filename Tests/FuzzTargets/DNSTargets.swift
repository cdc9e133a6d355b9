@testable import DNS

enum DNSTargets {
    private static let types: [DNSRecordType] = [.a, .aaaa, .mailExchange, .text, .pointer, .alias, .nameServer, .tlsa]

    /// The first byte chooses the type; then come records, each behind its length in one byte.
    static func answer(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return }
        let type = types[Int(first) % types.count]
        var records: [[UInt8]] = []
        var rest = bytes.dropFirst()
        while let length = rest.popFirst(), records.count < DNSAnswer.maximumRecords {
            records.append(Array(rest.prefix(Int(length))))
            rest = rest.dropFirst(Int(length))
        }
        let text = String(decoding: bytes, as: UTF8.self)
        let result = UnboundResult(
            responseCode: Int(first) / 64, recordData: records, canonicalName: first & 8 == 0 ? nil : text,
            timeToLiveSeconds: Int(first) - 128)
        let answer = try? DNSAnswer(judging: result, name: "a.example.", type: type)
        for name in answer?.names ?? [] { precondition((try? DNSName.normalized(name)) != nil, "a name that is none: \(name)") }
        if let normal = try? DNSName.normalized(text) { precondition((try? DNSName.normalized(normal)) == normal, "normal twice") }
    }
}
