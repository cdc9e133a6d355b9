import Mail
import SenderAuthentication
import Settings

/// The outcomes in the words of Authentication-Results (RFC 8601). Pure.
struct AuthenticationHeader: Sendable {
    private let evidence: AuthenticationEvidence
    private let settings: SenderAuthenticationSettings

    /// Signatures written down; the log has words for the first few only too.
    private static let writtenSignatures = 10

    init(_ evidence: AuthenticationEvidence, _ settings: SenderAuthenticationSettings) {
        self.evidence = evidence
        self.settings = settings
    }

    /// By the stored name of the check's part.
    var methods: [String: [AuthenticationResults.Method]] {
        [
            AuthenticationMethod.spf.rawValue: spf, AuthenticationMethod.dkim.rawValue: dkim, AuthenticationMethod.arc.rawValue: arc,
            AuthenticationMethod.dmarc.rawValue: dmarc,
        ]
    }

    private var spf: [AuthenticationResults.Method] {
        let identity: AuthenticationResults.Property
        switch evidence.sender {
        case .null: identity = AuthenticationResults.Property("smtp", "helo", evidence.heloName)
        case .address(let address): identity = AuthenticationResults.Property("smtp", "mailfrom", address.description)
        }
        guard let outcome = evidence.spf else { return [AuthenticationResults.Method("spf", "temperror", properties: [identity])] }
        return [
            AuthenticationResults.Method(
                "spf", outcome.result.rawValue, properties: [identity], comment: outcome.reason.description)
        ]
    }

    private var dkim: [AuthenticationResults.Method] {
        guard let outcomes = evidence.dkim else { return [AuthenticationResults.Method("dkim", "temperror")] }
        guard !outcomes.isEmpty else { return [AuthenticationResults.Method("dkim", "none")] }
        return outcomes.prefix(Self.writtenSignatures).map { outcome in
            var properties: [AuthenticationResults.Property] = []
            if let signature = outcome.signature {
                properties = [
                    AuthenticationResults.Property("header", "d", signature.domain.ascii),
                    AuthenticationResults.Property("header", "s", signature.selector),
                    AuthenticationResults.Property("header", "a", signature.algorithm.rawValue),
                    AuthenticationResults.Property("header", "b", signature.signaturePrefix),
                ]
            }
            let comment = outcome.fault?.description ?? outcome.keyBits.map { "\($0)-bit key" }
            return AuthenticationResults.Method("dkim", outcome.result.rawValue, properties: properties, comment: comment)
        }
    }

    /// RFC 8617 §10.2 has no word for what could not be asked; then nothing is said.
    private var arc: [AuthenticationResults.Method] {
        guard let outcome = evidence.arc, outcome.result != .temporaryError else { return [] }
        return [AuthenticationResults.Method("arc", outcome.result.rawValue, comment: outcome.fault?.description)]
    }

    private var dmarc: [AuthenticationResults.Method] {
        guard case .domains = evidence.identity else { return [AuthenticationResults.Method("dmarc", "permerror")] }
        guard let outcomes = evidence.dmarc else { return [AuthenticationResults.Method("dmarc", "temperror")] }
        return outcomes.map { outcome in
            let comment = outcome.record.map { _ in "p=\(outcome.policy.rawValue) dis=\(outcome.disposition.rawValue)" }
            return AuthenticationResults.Method(
                "dmarc", outcome.result.rawValue,
                properties: [AuthenticationResults.Property("header", "from", outcome.domain.ascii)], comment: comment)
        }
    }
}
