import DNS
import Mail

@testable import SenderAuthentication

enum SenderAuthenticationTargets {
    /// The input is a record, which also answers every further text question; addresses are one that never fits.
    static func spf(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let client = HostAddress(bytes.first.map { $0 & 1 == 1 } ?? false ? "2001:db8::1" : "192.0.2.1") else { return }
        let request = SPFRequest(client: client, heloName: text, sender: "a@example.org", receiver: "r", time: 0)
        var evaluation = SPFEvaluation(request)
        var step = evaluation.start()
        var questions = 0
        while case .ask(let query) = step {
            questions += 1
            precondition(questions <= 1 + SPFLimits.lookUps * (SPFLimits.names + 2) + 2 * SPFLimits.names, "unbounded")
            step = evaluation.take(.answer(DNSAnswer(name: ".", type: query.type, finding: .records(records(query, text)))))
        }
    }

    private static func records(_ query: DNSQuery, _ text: String) -> [DNSRecord] {
        switch query.type {
        case .text: [.text(text)]
        case .mailExchange: (0..<10).map { .mailExchange(MailExchange(preference: $0, host: "mx\($0).example")) }
        case .pointer: (0..<20).map { .pointer("host\($0).example") }
        case .a, .aaaa, .alias, .nameServer, .tlsa: [.address(.ipv4(0x0102_0304))]
        }
    }

    /// The input is a message; each key that it asks for is a good one.
    static func dkim(_ bytes: [UInt8]) {
        let verification = DKIMVerification(AuthenticatedMessage(bytes), time: 1_700_000_000)
        let outcomes = verification.outcomes(replies(verification.queries))
        precondition(outcomes.count <= DKIMLimits.signatures + 1)
        for outcome in outcomes { precondition((outcome.fault?.description ?? "").utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }) }
        _ = DMARCIdentity(AuthenticatedMessage(bytes))
    }

    static func arc(_ bytes: [UInt8]) {
        let verification = ARCVerification(AuthenticatedMessage(bytes))
        precondition(verification.queries.count <= ARCLimits.sets + 1)
        _ = verification.outcome(replies(verification.queries))
    }

    private static func replies(_ queries: Set<DNSQuery>) -> [DNSQuery: DNSReply] {
        let text = "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
        return Dictionary(
            uniqueKeysWithValues: queries.map { ($0, .answer(DNSAnswer(name: ".", type: .text, finding: .records([.text(text)])))) })
    }

    static func key(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        _ = try? DKIMKeyRecord(text)
        _ = try? DKIMPublicKey(type: "rsa", bytes: bytes)
        _ = try? DKIMSigningKey(pem: text)
    }

    static func dmarc(_ bytes: [UInt8]) { _ = DMARCRecord(String(decoding: bytes, as: UTF8.self)) }

    /// What can be read is written and read again.
    static func results(_ bytes: [UInt8]) {
        _ = AuthenticationResults.isForged(bytes[...], ours: ["gateway.example"])
        guard let results = AuthenticationResults(parsing: bytes[...]) else { return }
        let field = results.field()
        let lines = String(decoding: field, as: UTF8.self).split(separator: "\r\n")
        precondition(lines.dropFirst().allSatisfy { $0.hasPrefix(" ") }, "a line of its own")
        let again = AuthenticationResults(parsing: field.drop { $0 != 0x3A }.dropFirst())
        precondition(again?.methods.count == results.methods.count, "lost a method")
    }

    static func suffixes(_ bytes: [UInt8]) {
        guard let list = try? PublicSuffixList(parsing: bytes, fewestRules: 0) else { return }
        for name in ["a.b.c.example.co.jp", "com"] {
            guard let domain = try? DomainName(name) else { continue }
            precondition(domain.isEqualOrBelow(list.organizationalDomain(of: domain)))
        }
    }
}
