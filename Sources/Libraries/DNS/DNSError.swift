/// Why a question got no answer; whether asking again may help is the case itself.
///
/// "This name does not exist" and "no such records" are answers, not errors: see `DNSAnswer.Finding`.
package enum DNSError: Error, Sendable, Hashable {
    /// Ask again later. Unknown causes stand here, so that mail is kept rather than returned.
    case transient(TransientReason)
    /// The same question will fail the same way again.
    case permanent(PermanentReason)

    /// Causes that time may heal.
    package enum TransientReason: Sendable, Hashable {
        /// No answer within the resolver's deadline.
        case timedOut
        /// The servers, or the way to them, failed (RCODE 2), or a server of the zone is lame.
        case serverFailure
        /// A server answered with another RCODE than success, NXDOMAIN or SERVFAIL; the code is given.
        case refused(responseCode: Int)
        /// DNSSEC validation failed. The text is the validator's and is for the log only.
        case bogus(explanation: String)
        /// The answer did not have the form its type demands.
        case malformedAnswer(DNSRecordType)
        /// So many questions are under way that this one was not asked.
        case tooManyQuestions
        /// The calling task was cancelled.
        case cancelled
        /// The resolver was shut down.
        case stopped
        /// The resolver itself failed; the text is for the log only.
        case resolverFailure(explanation: String)
    }

    /// Causes that stay.
    package enum PermanentReason: Sendable, Hashable {
        /// The text is no domain name: a label over 63 octets, a name over 255, an empty label, or an octet outside ASCII.
        case invalidName
        /// A resolver cannot be made from this configuration; names the option and says why.
        case unusableConfiguration(option: String, explanation: String)
    }

    /// Whether the same question may be answered later.
    package var isTransient: Bool {
        switch self {
        case .transient: true
        case .permanent: false
        }
    }
}

extension DNSError: CustomStringConvertible {
    /// One line for the log, without the question.
    package var description: String {
        switch self {
        case .transient(let reason): reason.description
        case .permanent(.invalidName): "not a domain name"
        case .permanent(.unusableConfiguration(let option, let explanation)): "cannot use \(option): \(explanation)"
        }
    }
}

extension DNSError.TransientReason: CustomStringConvertible {
    /// One line for the log, without the question.
    package var description: String {
        switch self {
        case .timedOut: "no answer in time"
        case .serverFailure: "the name servers failed"
        case .refused(let responseCode): "the name server answered with response code \(responseCode)"
        case .bogus(let explanation): "DNSSEC validation failed: \(explanation)"
        case .malformedAnswer(let type): "malformed \(type) record"
        case .tooManyQuestions: "too many questions under way"
        case .cancelled: "cancelled"
        case .stopped: "the resolver is stopped"
        case .resolverFailure(let explanation): "resolver failure: \(explanation)"
        }
    }
}
