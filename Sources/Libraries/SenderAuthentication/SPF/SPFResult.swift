package import DNS

/// What SPF says about a client and a domain (RFC 7208 §2.6); the raw values are the words of Authentication-Results.
package enum SPFResult: String, Sendable, Hashable, CaseIterable {
    case none, neutral, pass, fail
    case softFail = "softfail"
    case temporaryError = "temperror"
    case permanentError = "permerror"
}

/// A result with what led to it.
package struct SPFOutcome: Sendable, Hashable {
    package let result: SPFResult
    /// The domain whose record was looked for, in lower case; empty when the identity had none.
    package let domain: String
    package let reason: SPFReason
    /// What the domain's owner says about a failure, at most `maximumExplanationBytes` of printable ASCII; nil when nothing.
    package let explanation: String?
    /// Terms that cost DNS questions, of the `SPFLimits.lookUps` allowed.
    package let lookUps: Int

    /// Longer explanations are cut: they are shown in one SMTP reply.
    package static let maximumExplanationBytes = 400
}

/// Why a result is what it is.
package enum SPFReason: Sendable, Hashable {
    /// This term of the domain's own record matched.
    case mechanism(String)
    /// The record ended without a match.
    case noMechanismMatched
    /// The identity holds no domain name of two labels or more.
    case notADomain
    /// The domain has no SPF record.
    case noRecord(domain: String)
    /// An included domain, or one redirected to, has none.
    case noReferredRecord(domain: String)
    case severalRecords(domain: String)
    case syntax(domain: String, term: String)
    case tooManyLookUps
    case tooManyVoidLookUps
    case tooManyExchanges(domain: String)
    case dns(domain: String, error: DNSError)
    /// All questions together took longer than `SPFLimits.duration`.
    case timedOut
}

extension SPFReason: CustomStringConvertible {
    /// One line of printable ASCII for logs and pages.
    package var description: String {
        switch self {
        case .mechanism(let term): PrintableText.cut("matched \(term)")
        case .noMechanismMatched: "no mechanism matched"
        case .notADomain: "no domain name to look up"
        case .noRecord(let domain): PrintableText.cut("\(domain) has no SPF record")
        case .noReferredRecord(let domain): PrintableText.cut("\(domain), which the record refers to, has no SPF record")
        case .severalRecords(let domain): PrintableText.cut("\(domain) has more than one SPF record")
        case .syntax(let domain, let term): PrintableText.cut("syntax error in the record of \(domain) at \(term)")
        case .tooManyLookUps: "the record needs more than \(SPFLimits.lookUps) DNS look-ups"
        case .tooManyVoidLookUps: "more than \(SPFLimits.voidLookUps) DNS look-ups found nothing"
        case .tooManyExchanges(let domain): PrintableText.cut("\(domain) has more than \(SPFLimits.names) mail exchanges")
        case .dns(let domain, let error): PrintableText.cut("\(domain): \(error)")
        case .timedOut: "DNS took too long"
        }
    }
}

/// Bounds of one evaluation.
package enum SPFLimits {
    /// Terms that ask the DNS (RFC 7208 §4.6.4).
    package static let lookUps = 10
    /// Answers without records (RFC 7208 §4.6.4).
    package static let voidLookUps = 2
    /// Mail exchanges of one `mx`, and names of the client that `ptr` and `%{p}` look at (RFC 7208 §4.6.4).
    package static let names = 10
    /// For all questions of an evaluation together (RFC 7208 §4.6.4 asks for 20 seconds at least).
    package static let duration = Duration.seconds(20)
    /// Longer records are taken for syntax errors: they fit no sensible DNS answer.
    package static let recordBytes = 16 * 1_024
}
